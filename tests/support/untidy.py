"""Manifests as people leave them: any indentation, comments anywhere, every way of writing a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

WORDS = [
    "ci-a",
    "1g",
    "true",
    "12",
    "null",
    "~",
    "http://x.example/#y",
    "${region}",
    "-x",
    "a b",
    "é😀",
    "x:y",
]
QUOTED = ["''", "'it''s # no'", '"a\\n\\"b\\" \\\\"', '"${x}: [#"', "'- a: b'", '"\\ "']
KEYS = [
    "version",
    "scope",
    "containers",
    "name",
    "files",
    "path",
    "content",
    "memory_limit",
    "other",
    "'a b'",
    '"q"',
]

CODES = ["skill-not-pinned", "beyond-target"]


class Untidy:
    """Writes one file; every comment has a number of its own, and one of `allowing` allows something."""

    def __init__(self, random: Random, allowing: int | None = None) -> None:
        self._random = random
        self._allowing = allowing
        self.comments = 0
        self._anchors: list[str] = []
        self._named = 0

    def file(self) -> str:
        """The text of a file of one to three documents."""
        count = self._random.choice([1, 1, 1, 2, 3])
        lines: list[str] = []
        for number in range(count):
            self._anchors = []
            lines += self._noise(0)
            if number or self._chance(5):
                lines.append(f"---{self._behind()}")
            lines += self._noise(0)
            lines += self._mapping(0, 0, top=True)
            lines += self._noise(self._random.randrange(5))
            if self._chance(8):
                lines.append(f"...{self._behind()}")
                lines += [] if number == count - 1 else ["---"]
        end = "" if self._chance(6) else "\n"
        return "\n".join(lines) + end

    def _chance(self, of: int) -> bool:
        return self._random.randrange(of) == 0

    def _comment(self) -> str:
        self.comments += 1
        if self._allowing and self._chance(self._allowing):
            return f"# reconciler: allow {self._random.choice(CODES)} -- c{self.comments}."
        return f"#{self._random.choice(['', ' '])}c{self.comments}."

    def _behind(self) -> str:
        return f"{' ' * self._random.randrange(1, 9)}{self._comment()}" if self._chance(4) else ""

    def _noise(self, column: int) -> list[str]:
        lines = []
        while self._chance(3):
            blank = self._random.choice(["", "", "   "])
            lines.append(
                blank if self._chance(2) else f"{' ' * self._random.randrange(column + 4)}{self._comment()}"
            )
        return lines

    def _mapping(self, column: int, depth: int, *, top: bool = False) -> list[str]:
        keys = self._random.sample(KEYS, self._random.randrange(1, 5))
        lines = []
        for key in keys:
            explicit = "? " if self._chance(20) else ""
            lines += [] if key is keys[0] and not top else self._noise(column)
            if explicit:
                lines += [f"{' ' * column}? {key}{self._behind()}", *self._noise(column)]
                key = ""  # noqa: PLW2901 - written above
            first, rest = self._value(column, depth, listed=False)
            lines += [f"{' ' * column}{key}{self._random.choice(['', '', ' '])}:{first}", *rest]
        return lines

    def _list(self, column: int, depth: int) -> list[str]:
        lines = []
        for number in range(self._random.randrange(1, 4)):
            lines += self._noise(column) if number else []
            first, rest = self._value(column, depth, listed=True)
            lines += [f"{' ' * column}-{first}", *rest]
        return lines

    def _value(self, column: int, depth: int, *, listed: bool) -> tuple[str, list[str]]:
        """What stands behind a key or dash on its line, and the lines below."""
        anchor = self._anchor()
        deeper = column + self._random.randrange(1, 5)
        kind = self._random.randrange(12)
        if kind < 3 and depth < 4:
            return self._collection(column, depth, anchor, listed=listed)
        if kind == 3:
            return self._block_scalar(column, anchor)
        if kind == 4:
            quote = self._random.choice(["'", '"'])
            inner = [f"{' ' * deeper}and more\\ " if quote == '"' else f"{' ' * deeper}and # more", ""]
            return f"{anchor} {quote}text", [*inner, f"{' ' * deeper}end{quote}{self._behind()}"]
        if kind == 5:
            return f"{anchor}{self._behind()}", [
                *self._noise(column),
                f"{' ' * deeper}lowered text",
                f"{' ' * deeper}of two lines{self._behind()}",
            ]
        if kind == 6:
            return f"{anchor}{self._behind()}", self._noise(column)
        if kind in {7, 8}:
            first, *rest = self._flow(deeper, depth)
            return f"{anchor} {first}", rest or []
        if kind == 9 and self._anchors and not anchor:
            return f" *{self._random.choice(self._anchors)}{self._behind()}", []
        return f"{anchor}{' ' * self._random.randrange(1, 4)}{self._scalar()}{self._behind()}", []

    def _collection(self, column: int, depth: int, anchor: str, *, listed: bool) -> tuple[str, list[str]]:
        if listed and not anchor and self._chance(2):
            inner = column + 1 + self._random.randrange(1, 4)
            lines = self._mapping(inner, depth + 1) if self._chance(2) else self._list(inner, depth + 1)
            return f"{' ' * (inner - column - 1)}{lines[0].lstrip()}", lines[1:]
        mapping = self._chance(2)
        indent = column + self._random.randrange(0 if not mapping and not listed else 1, 5)
        lines = self._mapping(indent, depth + 1) if mapping else self._list(indent, depth + 1)
        return f"{anchor}{self._behind()}", [*self._noise(indent), *lines]

    def _block_scalar(self, column: int, anchor: str) -> tuple[str, list[str]]:
        deeper = column + self._random.randrange(1, 5)
        style, chomping = self._random.choice("|>"), self._random.choice(["", "-", "+"])
        explicit = self._chance(3)
        digit = deeper - column if explicit else ""
        margin = " " * deeper
        lines = [
            f"{margin}{'  ' if explicit else ''}one # no comment",
            "",
            f"{margin}   two",
            f"{margin}three",
        ]
        lines = [*lines, *self._random.choice([[], [""], ["", "  "]])]
        return f"{anchor} {style}{digit}{chomping}{self._behind()}", lines

    def _flow(self, column: int, depth: int) -> list[str]:
        """The lines of a flow collection; the first one without a margin."""
        mapping, broken = self._chance(2), self._chance(3)
        items = []
        for key in self._random.sample(KEYS, self._random.randrange(4)):
            value = self._scalar() if depth > 3 or self._chance(2) else self._flow_inner(depth)
            items.append(f"{key}{self._random.choice([': ', ' : '])}{value}" if mapping else value)
        opened, closed = "{}" if mapping else "[]"
        if not broken:
            comma = self._random.choice([", ", " , ", ","])
            return [f"{opened}{comma.join(items)}{closed}{self._behind()}"]
        lines = [f"{opened}{self._behind()}"]
        for number, item in enumerate(items):
            comma = "," if number < len(items) - 1 or self._chance(2) else ""
            lines += [*self._noise(column), f"{' ' * column}{item}{comma}{self._behind()}"]
        return [*lines, *self._noise(column), f"{' ' * column}{closed}{self._behind()}"]

    def _flow_inner(self, depth: int) -> str:
        lines = ["'one\n     # two'", "plain\n     - text", '"x\\\n     y"']
        inner = self._random.choice(["{a: 1,b: 'x'}", "[ ]", "{ }", "[1, [2]]", "[a: b]", "{a: }", *lines])
        return self._scalar() if depth > 3 else inner

    def _scalar(self) -> str:
        return self._random.choice([*WORDS, *QUOTED])

    def _anchor(self) -> str:
        if not self._chance(25):
            return ""
        self._named += 1
        name = f"n{self._named}"
        self._anchors.append(name)
        return f" &{name}"
