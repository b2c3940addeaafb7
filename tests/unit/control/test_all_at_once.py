"""An error in one key hides nothing of what else is wrong: who repairs a set repairs it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.control.manifests import check
from reconciler.control.secrets import Purpose, Values
from reconciler.manifest import Given
from reconciler.model.profile import OPENAI

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic

LATER = """\
    expires_after: {anchor: last_active_at, minutes: 60}
    network_policy:
      type: allowlist
      allowed_domains: [a.com]
      domain_secrets: [{domain: a.com, name: T, value_from: {env: NOPE}}]
"""
LATER_CODES = ["beyond-target", "rotation-invisible", "secret-missing"]

REPAIRS = {
    "memory_limit: 3g": "memory_limit: 4g",
    "memry: 4g": "memory_limit: 4g",
    "memory_limit: !x 4g": "memory_limit: 4g",
    "memory_limit: ${none}": "memory_limit: 4g",
    "memory_limit: ${refused}": "memory_limit: 4g",
    "replicas: 100000000": "replicas: 1",
    "lifecycle: {replace: never, when_expired: no}": "lifecycle: {}",
    "files: [{path: a/b, content: x}]": "files: [{path: a, content: x}]",
    "files: [{source: none}]": "files: []",
    "files: [{path: a, content: x}, {path: a, content: x}]": "files: []",
    "skills: [{type: inline, name: x, description: y, source: none}]": "skills: []",
    "skills: [{type: other}]": "skills: []",
    "skills: 3": "skills: []",
}


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[Diagnostic]]:
    """What a plan would say of a manifest before it contacts anything."""
    monkeypatch.chdir(tmp_path)

    def of(text: str) -> list[Diagnostic]:
        (tmp_path / "m.yaml").write_text(text)
        given = Given(variables=(("refused", "a\x00b"),) if "refused" in text else ())
        return list(check(["m.yaml"], OPENAI, given=given, values=Values(Purpose.SEND))[1])

    return of


def later(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    return [each for each in diagnostics if each.code in LATER_CODES]


@pytest.mark.parametrize("where", ["container", "beside", "defaults", "document"])
@pytest.mark.parametrize("fault", REPAIRS)
def test_what_is_judged_later_is_told_with_an_error_anywhere(
    found: Callable[[str], list[Diagnostic]], fault: str, where: str
) -> None:
    at = dict.fromkeys(("defaults", "container", "beside"), "prune_files: true") | {where: fault}
    text = f"version: 1\nvariables: {{refused: {{}}}}\ndefaults:\n  {at['defaults']}\n"
    text += f"containers:\n  - name: ci-a\n    {at['container']}\n{LATER}  - name: ci-b\n    {at['beside']}\n"
    text += f"---\nversion: 1\n{at.get('document', 'scope: {prefix: ci-}')}\n"
    wrong, right = found(text), found(text.replace(fault, REPAIRS[fault]))
    assert [each.code for each in later(wrong)] == LATER_CODES
    if where != "document":
        assert later(wrong) == later(right)
    assert len(wrong) > len(LATER_CODES)


def test_what_is_too_large_to_be_built_is_not(found: Callable[[str], list[Diagnostic]]) -> None:
    many = "".join(f"  - {{name: ci-{at}, replicas: 9000, memory_limit: 3g}}\n" for at in range(200))
    assert {each.code for each in found(f"version: 1\ncontainers:\n{many}")} == {"invalid-value"}


def test_comments_that_cannot_allow_are_told_with_an_error_and_unused_ones_are_not(
    found: Callable[[str], list[Diagnostic]],
) -> None:
    text = "version: 1\ncontainers:\n"
    text += "  - name: ci-a\n    memory_limit: 3g  # reconciler: allow invalid-value -- meant\n"
    text += (
        "    skills: [{type: skill_reference, skill_id: aa}]  # reconciler: allow skill-not-pinned -- meant\n"
    )
    text += "    prune_files: true  # reconciler: allow skill-not-pinned -- not met, which is not known yet\n"
    assert [each.code for each in found(text)] == ["invalid-value", "invalid-allowance"]
