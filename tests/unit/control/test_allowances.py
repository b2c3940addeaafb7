"""What the manifests may allow: warnings that are meant, with a reason, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.control.allowances import settled, without_allowed
from reconciler.control.manifests import InvalidManifests, check, desired_state
from reconciler.model.allowances import Allowance
from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.profile import PROFILES

if TYPE_CHECKING:
    from pathlib import Path

FOUND = Diagnostic(Severity.WARNING, "quote-it", "m", Position("a", 3, 5))
ERROR = Diagnostic(Severity.ERROR, "quote-it", "m", Position("a", 3, 5))
NOWHERE = Diagnostic(Severity.WARNING, "quote-it", "m")


def allowance(code: str = "quote-it", reason: str = "why", line: int = 3, file: str = "a") -> Allowance:
    return Allowance(Position(file, 2, 1), line, code, reason)


def codes(found: Diagnostic, *allowances: Allowance) -> list[str]:
    return [f"{each.severity.value} {each.code}" for each in settled((found,), allowances)]


def test_a_warning_that_is_allowed_is_gone() -> None:
    assert codes(FOUND, allowance()) == []
    assert without_allowed((FOUND, NOWHERE), (allowance(),)) == (NOWHERE,)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        (allowance(line=4), "unused-allowance"),
        (allowance(file="b"), "unused-allowance"),
        (allowance("wrong-type"), "unused-allowance"),
        (allowance(reason=""), "invalid-allowance"),
        (allowance("quote-its"), "invalid-allowance"),
        (allowance(""), "invalid-allowance"),
    ],
)
def test_a_comment_that_allows_nothing_is_a_warning_beside_the_other(comment: Allowance, said: str) -> None:
    assert codes(FOUND, comment) == ["warning quote-it", f"warning {said}"]


def test_an_error_cannot_be_allowed() -> None:
    assert codes(ERROR, allowance()) == ["error quote-it", "warning invalid-allowance"]


@pytest.mark.parametrize("code", ["beyond-target", "looks-mistyped", "policy", "rotation-invisible"])
def test_what_depends_on_the_command_need_not_be_met_by_each(code: str) -> None:
    assert codes(FOUND, allowance(code)) == ["warning quote-it"]


def test_a_mistyped_code_is_guessed() -> None:
    said = settled((), (allowance("quot-it"),))
    assert said[0].hint == "did you mean quote-it?"
    assert said[0].position == Position("a", 2, 1)


WARNED = """\
version: 1
containers:
  - name: a
    expires_after: {anchor: last_active_at, minutes: 30}"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.yaml"
    path.write_text(WARNED)
    return path


def test_strict_makes_a_warning_an_error_and_an_allowed_one_is_none(manifest: Path) -> None:
    oci = PROFILES["oci"]
    _, found = check([str(manifest)], oci)
    assert [each.severity for each in found] == [Severity.WARNING]
    _, found = check([str(manifest)], oci, strict=True)
    assert [each.severity for each in found] == [Severity.ERROR]
    with pytest.raises(InvalidManifests):
        desired_state([str(manifest)], oci, strict=True)
    manifest.write_text(WARNED + "  # reconciler: allow beyond-target -- raised for us\n")
    desired, found = desired_state([str(manifest)], oci, strict=True)
    assert found == ()
    assert desired.allowances[0].reason == "raised for us"


def test_strict_leaves_notes_alone(manifest: Path) -> None:
    manifest.write_text("version: 1\ncontainers: [{name: a}]\n")
    _, found = check([str(manifest)], PROFILES["azure"], strict=True)
    assert [each.severity for each in found] == [Severity.NOTE]


@pytest.mark.parametrize("strict", [False, True])
def test_a_warning_stays_allowed_where_something_else_is_wrong(tmp_path: Path, *, strict: bool) -> None:
    (tmp_path / "m.yaml").write_text(
        "version: 1\n"
        "containers:\n"
        "  - name: a\n"
        "    skills: [{type: skill_reference, skill_id: s}]  # reconciler: allow skill-not-pinned -- latest\n"
        "  - {name: b, memory_limit: 3g}\n"
    )
    desired, found = check([str(tmp_path)], PROFILES["generic"], strict=strict)
    assert desired is None
    assert [each.code for each in found] == ["invalid-value"]
