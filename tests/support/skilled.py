"""Manifests of containers with skills, half of which have no version, laid out and allowed in any way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    Value = str | list["Value"] | dict[str, "Value"]

_ALLOWED = "# reconciler: allow skill-not-pinned -- meant"
_OTHERS = ["# note", "# reconciler: allow unverifiable -- meant", _ALLOWED.removesuffix(" -- meant")]


class Skilled:
    """Writes one manifest, without `content` or anything else that is not told by its own diagnostics."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._skills = 0

    def file(self) -> str:
        """The text of a manifest."""
        containers: list[Value] = [self._container(number) for number in range(self._random.randrange(1, 3))]
        manifest = self._shuffled({"version": "1", "containers": containers})
        return "\n".join(self._above(0) + self._block(manifest, 0)) + "\n"

    def _container(self, number: int) -> Value:
        skills: list[Value] = [self._skill() for _ in range(self._random.randrange(1, 3))]
        return self._shuffled({"name": f"ci-{number}", "skills": skills, "memory_limit": "1g"})

    def _skill(self) -> Value:
        self._skills += 1
        version = self._random.choice([{}, {"version": "latest"}, {"version": "'2'"}])
        named = {"type": "skill_reference", "skill_id": "skill" + "x" * self._skills}
        return self._shuffled({**named, **version})

    def _shuffled(self, mapping: dict[str, Value]) -> dict[str, Value]:
        return dict(self._random.sample(list(mapping.items()), len(mapping)))

    def _comment(self) -> str:
        return _ALLOWED if self._random.randrange(4) else self._random.choice(_OTHERS)

    def _above(self, column: int) -> list[str]:
        margin = " " * max(column + self._random.choice([-1, 0, 0, 0, 2]), 0)
        return [f"{margin}{self._comment()}"] if self._random.randrange(6) == 0 else []

    def _behind(self) -> str:
        return f" {self._comment()}" if self._random.randrange(4) == 0 else ""

    def _block(self, value: list[Value] | dict[str, Value], column: int) -> list[str]:
        """The lines of a block; the first one of a list's item begins behind its dash, or below it."""
        margin = " " * column
        lines = []
        pairs = value.items() if isinstance(value, dict) else (("", item) for item in value)
        for number, (key, inner) in enumerate(pairs):
            lines += self._above(column) if number else []
            lines += self._entry(f"{margin}{key}:" if key else f"{margin}-", inner, column)
        return lines

    def _entry(self, intro: str, value: Value, column: int) -> list[str]:
        deeper = column + self._random.randrange(2, 5)
        if isinstance(value, str) or self._random.randrange(3) == 0:
            first, *rest = self._flow(value, column + 1)
            lines = [f"{intro} {first}", *rest]
            return [*lines[:-1], f"{lines[-1]}{self._behind()}"]
        inner = self._block(value, deeper)
        if intro.endswith("-") and self._random.randrange(3):
            return [f"{intro}{' ' * (deeper - column - 1)}{inner[0].lstrip()}", *inner[1:]]
        return [f"{intro}{self._behind()}", *self._above(deeper), *inner]

    def _flow(self, value: Value, column: int) -> list[str]:
        """The lines of a value in flow style, broken behind any comma or bracket."""
        if isinstance(value, str):
            return [value]
        pairs = value.items() if isinstance(value, dict) else (("", item) for item in value)
        opened, closed = "{}" if isinstance(value, dict) else "[]"
        lines = [opened]
        for number, (key, inner) in enumerate(pairs):
            if number:
                lines[-1] += ","
            first, *rest = self._flow(inner, column + 1)
            self._go_on(lines, f"{key}: {first}" if key else first, column)
            lines += rest
        self._go_on(lines, closed, column)
        return lines

    def _go_on(self, lines: list[str], text: str, column: int) -> None:
        if self._random.randrange(4):
            lines[-1] += f" {text}"
            return
        lines[-1] += self._behind()
        lines += [*self._above(column), f"{' ' * column}{text}"]
