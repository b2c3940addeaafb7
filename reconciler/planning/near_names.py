"""Which of many names are probably a slip for one another: case, separators, or one letter.

Ten thousand names against ten thousand must not be a hundred million comparisons. Two names that differ by
one letter (one too many, one too few, another one, or two swapped) become equal when a letter is taken out
of one or of both, so each name is filed under itself and under itself less each letter, and only names that
meet in a file are compared. The work grows with the letters of all names, and has a ceiling.

Two letters are a slip in a long word only, and are looked for among few names only: that is by pairs.

Digits are no slips: `worker-1` and `worker-2` are two workers. Neither are letters of words below four:
`team-a` and `team-b` are two teams.
"""

from __future__ import annotations

import re
from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_NAME = 101
"""A declared name has at most 100 characters; what is further away than one letter is no slip for one."""

MOST_CHARACTERS = 1_000_000
"""Beyond so many in all names together only case and separators are compared (a second's work)."""

MOST_ALIKE = 50
"""Names in one file that are compared: where so many differ by one letter, they follow a rule."""

MOST_PAIRS = 10_000
"""Pairs of names that are compared for two letters."""

MOST_EDITS = 2
LONG_WORD = range(8, 31)
"""Letters of a word in which two slips are likelier than another word."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_TOKENS = re.compile(r"[^\W\d_]+|\d+|[\W_]")
_SEPARATORS = re.compile(r"[-_./ ]+")


class Slip(StrEnum):
    """What sets two names apart."""

    CASE = "in case or separators only"
    LETTER = "by one letter only"
    LETTERS = "by two letters only"


def slips(names: Iterable[str], others: Iterable[str]) -> dict[str, tuple[Slip, str]]:
    """For each name the other one that it is probably a slip for; the closest, then the first by name."""
    wanted = sorted(set(names))
    known = sorted({other for other in others if len(other) <= LONGEST_NAME} - set(wanted))
    if not wanted or not known:
        return {}
    letters = sum(map(len, wanted)) + sum(map(len, known)) <= MOST_CHARACTERS
    files: defaultdict[str, list[str]] = defaultdict(list)
    for name in wanted:
        for key in _keys(_folded(name), letters=letters):
            if len(files[key]) < MOST_ALIKE:
                files[key].append(name)
    found: dict[str, tuple[Slip, str]] = {}
    for other in known:
        for name in _meeting(files, other, letters=letters):
            slip = _slip(_folded(name), _folded(other))
            if slip is not None and (name not in found or slip is Slip.CASE is not found[name][0]):
                found[name] = (slip, other)
    return found | _by_pairs([name for name in wanted if name not in found], known)


def _meeting(files: dict[str, list[str]], other: str, *, letters: bool) -> list[str]:
    keys = _keys(_folded(other), letters=letters)
    return sorted({name for key in keys for name in files.get(key, ())})


def _folded(name: str) -> str:
    return _SEPARATORS.sub("-", name.casefold())


def _keys(name: str, *, letters: bool) -> Iterator[str]:
    """A name, and the name less each letter that may be a slip, each once."""
    yield name
    for word in _WORD.finditer(name) if letters else ():
        for at in range(word.start(), word.end()):
            if at == word.start() or name[at] != name[at - 1]:  # of a pair either one leaves the same
                yield name[:at] + name[at + 1 :]


def _slip(one: str, two: str) -> Slip | None:
    if one == two:
        return Slip.CASE
    start = _shared(one, two)
    end = _shared(one[start:][::-1], two[start:][::-1])
    here, there = one[start : len(one) - end], two[start : len(two) - end]
    swapped = len(here) == len(there) == len("ab") and here == there[::-1]
    if not swapped and (len(here) > 1 or len(there) > 1):
        return None
    in_words = _in_word(one, start, here) and _in_word(two, start, there)
    return Slip.LETTER if in_words else None


def _in_word(name: str, start: int, changed: str) -> bool:
    """Tells whether what changed, or the gap where it is missing, lies in a word that is long enough."""
    return any(word.start() <= start and start + len(changed) <= word.end() for word in _WORD.finditer(name))


def _shared(one: str, two: str) -> int:
    """How many characters two texts begin with together."""
    count = 0
    for a, b in zip(one, two, strict=False):
        if a != b:
            break
        count += 1
    return count


def _by_pairs(names: list[str], known: list[str]) -> dict[str, tuple[Slip, str]]:
    if len(names) * len(known) > MOST_PAIRS:
        return {}
    tokens = [(other, _TOKENS.findall(_folded(other))) for other in known]
    found: dict[str, tuple[Slip, str]] = {}
    for name in names:
        own = _TOKENS.findall(_folded(name))
        near = next((other for other, theirs in tokens if _two_letters(own, theirs)), None)
        if near is not None:
            found[name] = (Slip.LETTERS, near)
    return found


def _two_letters(one: list[str], two: list[str]) -> bool:
    """Tells whether two names are the same but for up to two letters of one long word."""
    if len(one) != len(two):
        return False
    apart = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    if len(apart) != 1:
        return False
    here, there = apart[0]
    words = here.isalpha() and there.isalpha() and len(here) in LONG_WORD and len(there) in LONG_WORD
    return words and _edits(here, there) <= MOST_EDITS


def _edits(one: str, two: str) -> int:
    """Letters too many, too few, other ones, and neighbours swapped (optimal string alignment).

    Beyond `MOST_EDITS` it is some number beyond.
    """
    before: list[int] = []
    last = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(two, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if before and j > 1 and a == two[j - 2] and one[i - 2] == b:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, last = last, row
        if min(*before, *last) > MOST_EDITS:
            break  # no letter that follows makes it fewer
    return last[-1]
