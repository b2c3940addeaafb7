"""What loading costs those who do not load, and what it does not load."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import reconciler.manifest

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

HEAVY = {"yaml", "pydantic", "pydantic_core", "dataclasses", "hashlib", "json"}
FOREIGN = {"httpx", "httpx2", "rich", "deepdiff", "jsonschema", "asyncio", "sqlite3", "logging", "ssl"}


def _loaded_after(statement: str) -> set[str]:
    script = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*(set(sys.modules) - before))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_importing_the_package_costs_nothing() -> None:
    loaded = _loaded_after("import reconciler.manifest")
    assert not loaded & HEAVY
    assert not {name for name in loaded if name.startswith("reconciler.m")} - {"reconciler.manifest"}


def test_loading_a_set_loads_nothing_of_the_network(folder: Folder) -> None:
    folder.write("m.yaml", "version: 1\ncontainers: [{name: a, files: [{source: a.txt}]}]\n")
    loaded = _loaded_after("from reconciler.manifest import load; assert load(['m.yaml']).desired")
    assert not loaded & FOREIGN
    assert "difflib" not in loaded


def test_the_public_names_are_there() -> None:
    for name in reconciler.manifest.__all__:
        assert getattr(reconciler.manifest, name)
    assert not hasattr(reconciler.manifest, "nothing")


def test_functions_stay_functions_after_their_modules_are_imported() -> None:
    reconciler.manifest.schema()
    reconciler.manifest.published("manifest.v1.json")
    for name in ("load", "fingerprint", "schema", "published"):
        assert callable(getattr(reconciler.manifest, name))
