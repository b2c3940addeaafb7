"""The folder that most tests of manifests write into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The current folder, with some files for manifests to refer to."""
    monkeypatch.chdir(tmp_path)
    made = Folder(tmp_path)
    made.write("a.txt", "a\n")
    made.write("sub/b.txt", "bb\n")
    made.write("sub/file-ab-x", "the name looks like a copied file's\n")
    return made
