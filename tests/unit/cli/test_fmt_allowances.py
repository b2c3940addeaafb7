"""`reconciler fmt` and comments that allow something: `validate --strict` says the same before and after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path

ALLOWED = "# reconciler: allow skill-not-pinned -- meant"
OPEN = "{type: skill_reference, skill_id: aa}"

MEANT: dict[str, str] = {
    "behind the end of a container": f"""\
version: 1
containers:
  - {{name: ci-e,
     skills: [{OPEN}]}} {ALLOWED}
""",
    "behind the second line of a skill": f"""\
version: 1
containers:
  - name: ci-e
    skills: [{{type: skill_reference,
     skill_id: aa, version: latest}}] {ALLOWED}
""",
    "below a dash, above a key that is not the first one": f"""\
version: 1
containers:
  -
    {ALLOWED}
    skills: [{OPEN}]
    name: ci-e
""",
    "above a dash whose key is not the first one": f"""\
version: 1
containers:
# a note
{ALLOWED}
- skills: [{OPEN}]
  name: ci-e
""",
    "behind a key that is not the first one": f"""\
version: 1
containers:
- skills: [{OPEN}] {ALLOWED}
  name: ci-e
""",
    "above the first key of a document": f"""\
# the header

{ALLOWED}

containers: [{{name: ci-e, skills: [{OPEN}]}}]
version: 1
""",
    "above the first key of a skill": f"""\
containers:
- name: ci-e
  skills:
  {ALLOWED}
  - version: latest
    skill_id: aa
    type: skill_reference
version: 1
""",
    "indented as if it belonged to what is above": f"""\
version: 1
containers:
- name: ci-e
  network_policy:
    type: disabled
    {ALLOWED}
  skills: [{OPEN}]
  replicas: 2
""",
    "between the lines of a skill": f"""\
version: 1
containers:
- name: ci-e
  skills: [{{type: skill_reference, skill_id: aa,
     {ALLOWED}
     version: latest}}]
""",
    "above a skill on more lines than one": f"""\
version: 1
containers:
- name: ci-e
  skills:
  {ALLOWED}
  - {{skill_id: aa,
     type: skill_reference}}
""",
    "behind the end of a document in brackets": f"""\
{{version:  1, containers: [{{name: ci-e, skills: [
  {OPEN}]}}]}} {ALLOWED}
""",
    "two of them": f"""\
containers:
- {{name: ci-e, skills: [
   {OPEN}]}} {ALLOWED}
- {ALLOWED.replace("allow", "ask")}
  skills: [{OPEN}] {ALLOWED}
  name: ci-f
version: 1
""",
}

UNMEANT: dict[str, str] = {
    "a comment behind a key, and its value below": f"""\
version: 1
containers:
- name: ci-e
  skills:
  - type: skill_reference
    skill_id: {ALLOWED}
      aa
""",
    "a comment above a key, and its value below": f"""\
version: 1
containers:
- name: ci-e
  skills:
  - type: skill_reference
    {ALLOWED}
    skill_id:
      aa
""",
    "a comment above the first line of a skill": f"""\
version: 1
containers:
- name: ci-e
  {ALLOWED}
  skills: [{{type: skill_reference,
    skill_id: aa}}]
""",
    "a comment behind a dash": f"""\
version: 1
containers:
- name: ci-e
  skills:
  - {ALLOWED}
    skill_id: aa
    type: skill_reference
""",
}


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one file of the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "m.yaml"


def codes(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit code of a strict validation, and what it tells."""
    code = run(["validate", "--strict", "--format", "json", "m.yaml"])
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, sorted(found["code"] for found in result["diagnostics"])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", [*MEANT, *UNMEANT])
def test_what_is_allowed_is_allowed_still(
    manifest: Path, capsys: pytest.CaptureFixture[str], case: str, end: str
) -> None:
    text = (MEANT | UNMEANT)[case]
    manifest.write_bytes(text.replace("\n", end).encode())
    told = (0, []) if case in MEANT else (3, ["skill-not-pinned", "unused-allowance"])
    assert codes(capsys) == told
    assert run(["fmt", "m.yaml"]) == 0
    capsys.readouterr()
    assert codes(capsys) == told
    laid = manifest.read_bytes()
    assert laid.count(b"\r\n") == (laid.count(b"\n") if end == "\r\n" else 0)
    assert run(["fmt", "--check", "m.yaml"]) == 0
