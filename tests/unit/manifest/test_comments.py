"""Which comments allow something, and which line they are about; what only looks like one allows nothing."""

from __future__ import annotations

import pytest

from reconciler.manifest.comments import MOST, allowances
from reconciler.manifest.walk import Walk


def read(text: str) -> list[tuple[int, int, int, str, str]]:
    """Each allowance as line, column, the line it is about, code, reason."""
    walk = Walk("m", text)
    list(walk.documents())
    return [
        (found.position.line, found.position.column, found.line, found.code, found.reason)
        for found in allowances("m", text, walk.signed)
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
        ("a: 'b # reconciler: allow x -- y' # reconciler: allow z -- w", (1, 35, 1, "z", "w")),
        (
            "a: | # reconciler: the tool\r  # reconciler: allow x -- y\rb: c # reconciler: allow z",
            (3, 6, 3, "z", ""),
        ),
        ("# reconciler: the tool\n\n# reconciler: allow x -- y\n\xa0\n# more\na: b", (3, 1, 6, "x", "y")),
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


def test_comments_that_follow_each_other_are_about_the_same_line() -> None:
    text = "# reconciler: allow x -- y\r\n" * 3 + "\n  # more\n a: b # reconciler: allow z\n" + "#\n" * 9
    assert [found[2] for found in read(text)] == [6, 6, 6, 6]


def test_no_more_are_read_than_anybody_writes() -> None:
    many = "# reconciler: allow x -- y\n" * (MOST + 1)
    assert len(read(f"a: b\n{many}")) == MOST
    (found,) = read(
        "a: |\n" + "".join(f"  {line}\n" for line in many.splitlines()) + "b: c # reconciler: allow z"
    )
    assert found[3] == "z"
