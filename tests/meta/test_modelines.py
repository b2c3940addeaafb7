"""Every example says to editors which schema it follows, and the README shows how."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schemas" / "manifest.v1.json"
MANIFESTS = sorted(
    path
    for path in (ROOT / "examples").rglob("*.y*ml")
    if re.search(r"^version:", path.read_text(encoding="utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_first_line_of_an_example_names_the_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named is not None
    assert (path.parent / named[1]).resolve() == SCHEMA


def test_there_are_examples() -> None:
    assert len(MANIFESTS) >= 2
