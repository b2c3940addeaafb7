"""A folder to write manifests into, and the short form in which the tables here speak of problems."""

from __future__ import annotations

import os
from dataclasses import dataclass
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

from reconciler.manifest import load
from reconciler.model.diagnostics import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.manifest import Loaded
    from reconciler.model.asked import Reading
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.scope import Desired


@dataclass(frozen=True)
class Folder:
    """Where a test's manifests lie; names in it are relative, as a user in that folder would give them."""

    path: Path

    def write(self, name: str, content: str | bytes) -> str:
        """Writes a file and returns its name."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def load(self, text: str | bytes, reading: Reading | None = None) -> Loaded:
        """Loads one manifest."""
        return load([self.write("m.yaml", text)], reading=reading)

    def desired(self, text: str) -> Desired:
        """Loads one manifest that has no problem."""
        loaded = self.load(text)
        assert [found.message for found in loaded.diagnostics] == []
        assert loaded.desired is not None
        return loaded.desired

    def problems(self, text: str | bytes) -> list[str]:
        """The problems of one manifest as `line:column: code`."""
        loaded = self.load(text)
        assert (loaded.desired is None) == bool(loaded.diagnostics)
        return [short(found) for found in loaded.diagnostics]

    def only(self, text: str | bytes) -> Diagnostic:
        """The one problem of a manifest."""
        (found,) = self.load(text).diagnostics
        return found


def make_unreadable(path: Path) -> None:
    """Takes a file's permissions away; skips the test where that does not keep its user out."""
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("nothing is unreadable to this user")


def short(found: Diagnostic) -> str:
    """A problem as `line:column: code`."""
    assert found.severity is Severity.ERROR
    assert found.position is not None
    return f"{found.position.line}:{found.position.column}: {found.code}"


def container(body: str) -> str:
    """A manifest with one container; the lines of the body begin on line 4, column 5."""
    return "version: 1\ncontainers:\n  - name: ab-c\n" + indent(dedent(body).strip("\n"), "    ") + "\n"


def variables(value: str) -> str:
    """A manifest without a container whose variables begin on line 3, column 12."""
    return f"version: 1\ncontainers: []\nvariables: {value}\n"


def scope(body: str) -> str:
    """A manifest with a scope and no container; the lines of the body begin on line 4, column 3."""
    return "version: 1\ncontainers: []\nscope:\n" + indent(dedent(body).strip("\n"), "  ") + "\n"
