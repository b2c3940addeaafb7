"""The making of diagnostics: the words for what was found, and for what was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.manifest.values import Suspect
from reconciler.model.diagnostics import Diagnostic, Position, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

SHOWN = 40
"""Characters of a user's text that a message repeats."""


MAX_PROBLEMS = 30_000
"""Of a set, three for each of 10,000 containers; what has more is no manifest, and nobody waits."""


MOST_COMPARED = 20_000
"""Words among which it is guessed what was meant; the first problems of a set are those that people read."""


class Problem(NamedTuple):
    """What a rule has against a value. `key` names the culprit within a mapping, where there is one."""

    code: str
    message: str
    hint: str | None = None
    key: str | None = None


def error(code: str, message: str, position: Position | None, hint: str | None = None) -> Diagnostic:
    """A diagnostic that makes the set invalid."""
    return Diagnostic(Severity.ERROR, code, message, position, hint)


def not_yet(what: str) -> Problem:
    """The part of the grammar is designed and not built."""
    return Problem("not-supported-yet", f"not supported yet: {what}")


def shortened(text: str) -> str:
    """The text, or its beginning."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def quoted(text: str) -> str:
    """The text as a message shows it."""
    return f'"{shortened(text)}"'


def found(value: object, *, secret: bool = False) -> str:
    """Says what stands there instead; of a secret only the kind."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "a boolean" if secret else str(value).lower()
        case int():
            return "a number" if secret else f"the number {value}"
        case str():
            return "text" if secret else f"the text {quoted(value)}"
        case Suspect():
            shown = f"{shortened(value.text)} (which YAML may read as {value.reads_as})"
            return value.reads_as if secret else shown
        case list():
            return "a list"
        case _:
            return "a mapping"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    if len(word) > SHOWN:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    folded = {option.casefold(): option for option in known}
    near = get_close_matches(word.casefold(), folded, n=1)
    return folded[near[0]] if near else None


class Guesses:
    """What was probably meant, word by word: until that took long, since there may be very many."""

    def __init__(self) -> None:
        self._left = MOST_COMPARED
        self._made: dict[tuple[str, frozenset[str]], str | None] = {}

    def nearest(self, word: str, known: Collection[str]) -> str | None:
        """The known word that was probably meant; None also where too many were compared already."""
        if not isinstance(known, frozenset):
            return self._guess(word, known)
        if (word, known) not in self._made:
            if len(known) > self._left:
                return None
            self._made[word, known] = self._guess(word, known)
        return self._made[word, known]

    def hint(self, word: str, known: Collection[str]) -> str | None:
        """A hint for a mistyped word."""
        near = self.nearest(word, known)
        return None if near is None else f"did you mean {near}?"

    def _guess(self, word: str, known: Collection[str]) -> str | None:
        if len(known) > self._left:
            return None
        self._left -= len(known)
        return nearest(word, known)
