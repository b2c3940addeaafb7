"""Which comments allow something, and which line they are about; what only looks like one allows nothing."""

from __future__ import annotations

import pytest

from reconciler.manifest.comments import allowances


def read(text: str) -> list[tuple[int, int, int, str, str]]:
    """Each allowance as line, column, the line it is about, code, reason."""
    return [
        (found.position.line, found.position.column, found.line, found.code, found.reason)
        for found in allowances("m", text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b # reconciler: allow x-y -- why, really", (1, 6, 1, "x-y", "why, really")),
        ("a: b #reconciler:allow x--why", (1, 6, 1, "x", "why")),
        ("a: b # reconciler: allow x", (1, 6, 1, "x", "")),
        ("a: b # reconciler: allow x --", (1, 6, 1, "x", "")),
        ("a: b # reconciler: allow", (1, 6, 1, "", "")),
        ("a: b # reconciler: allow -- why", (1, 6, 1, "", "why")),
        ("# reconciler: allow x -- y\na: b", (1, 1, 2, "x", "y")),
        ("  # reconciler: allow x -- y\r\n\r\n# more\r\n  a: b", (1, 3, 4, "x", "y")),
        ("a: b\n# reconciler: allow x -- y\n", (2, 1, 2, "x", "y")),
        ("a: |\n  t\n# reconciler: allow x -- y\nb: c", (3, 1, 4, "x", "y")),
        ("a: 'é' # reconciler: allow x -- 漢", (1, 8, 1, "x", "漢")),
    ],
)
def test_a_comment_allows_a_code_on_a_line(text: str, expected: tuple[int, int, int, str, str]) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "a: b # reconciler: the tool",
        "a: b # reconciler: allowed x -- y",
        "a: b# reconciler: allow x -- y",
        "a: 'b # reconciler: allow x -- y'",
        'a: "b\n  # reconciler: allow x -- y"',
        "a: |\n  # reconciler: allow x -- y\n",
        "a: >-\n  t\n\n  # reconciler: allow x -- y\nb: c",
        "a: b # yaml-language-server: allow x -- y",
    ],
)
def test_anything_else_allows_nothing(text: str) -> None:
    assert read(text) == []


def test_each_of_many_is_read_in_its_order() -> None:
    text = "".join(f"k{at}: 1 # reconciler: allow c{at} -- r\n" for at in range(300))
    assert [found[3] for found in read(text)] == [f"c{at}" for at in range(300)]
