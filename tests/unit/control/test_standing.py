"""What `list` and `resolve` read of a set: what its stamps cover, and no contents of what is uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.control.manifests import InvalidManifests, desired_state
from reconciler.control.secrets import NO_VALUES
from reconciler.control.standing import declared_set
from reconciler.model.asked import Reading
from reconciler.model.profile import LITELLM, OPENAI
from reconciler.model.stamp import stamp_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.memory import FileState

MANIFEST = """\
version: 1
containers:
  - name: ci-a
    skills: [{type: inline, name: cleaner, description: cleans, source: cleaner}]
    files: [{source: big.bin}, {path: seed.bin, file_id: file-1}]
"""


class Recorded:
    """Remembers nothing but which files were looked for, and which were read."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.read: set[str] = set()

    def known(self, states: Mapping[str, FileState]) -> Mapping[str, str]:
        """None of them."""
        self.asked |= {Path(path).name for path in states}
        return {}

    def keep(self, digests: Mapping[str, tuple[FileState, str]]) -> None:
        """Notes which."""
        self.read |= {Path(path).name for path in digests}


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("cleaner").mkdir()
    Path("cleaner/SKILL.md").write_text("Clean.\n")
    Path("big.bin").write_bytes(b"big")
    path = Path("ci.yaml")
    path.write_text(MANIFEST)
    return path


def test_of_local_files_those_of_skills_alone_are_read() -> None:
    recorded = Recorded()
    desired, found = declared_set(["ci.yaml"], OPENAI, recorded, reading=Reading(), values=NO_VALUES)
    assert (recorded.asked, recorded.read) == ({"SKILL.md"}, {"SKILL.md"})
    whole, _ = desired_state(["ci.yaml"], OPENAI)
    (entry,), (same,) = desired.containers, whole.containers
    assert stamp_of(entry.inputs) == stamp_of(same.inputs)
    assert [file.spec.path for file in entry.files or ()] == ["big.bin", "seed.bin"]
    assert found == ()


def test_what_a_target_cannot_do_with_files_is_told_as_ever() -> None:
    with pytest.raises(InvalidManifests) as raised:
        declared_set(["ci.yaml"], LITELLM, reading=Reading(), values=NO_VALUES)
    found = {(found.code, found.position and found.position.line) for found in raised.value.diagnostics}
    assert ("beyond-target", 5) in found, "the line of its files"


def test_a_skill_that_cannot_be_read_is_an_error(manifest: Path) -> None:
    Path("cleaner/SKILL.md").unlink()
    with pytest.raises(InvalidManifests):
        declared_set([str(manifest)], OPENAI, reading=Reading(), values=NO_VALUES)
