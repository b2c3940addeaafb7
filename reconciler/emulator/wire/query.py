"""The query of a list: ``limit``, ``order``, ``after`` and what a list can be filtered by.

Parameters the API does not know are ignored, as gateways and SDKs add their own. One given twice is refused:
nobody could say which was meant.
"""

from dataclasses import dataclass, replace
from re import fullmatch
from typing import Self
from urllib.parse import unquote_to_bytes

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_choice, check_integer

_KNOWN = ("limit", "order", "after", "name", "purpose")


@dataclass(frozen=True, slots=True)
class Limits:
    """What ``limit`` may be, and what it is when nothing is said."""

    least: int = 1
    most: int = 100
    usual: int = 20


USUAL = Limits()
FILES = Limits(most=10_000, usual=10_000)
SKILLS = Limits(least=0)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list asks for, defaults filled in.

    Attributes:
        limit: How many rows at most.
        descending: The order by creation; newest first is the default (the API reference).
        after: The id the page begins behind; an empty one counts as none.
        name: The name to filter containers by.
        purpose: The purpose to filter files by.
    """

    limit: int
    descending: bool
    after: str | None
    name: str | None
    purpose: str | None

    def behind(self, after: str) -> Self:
        """The same with another cursor."""
        return replace(self, after=after)


def parse_list_query(query: bytes, limits: Limits = USUAL) -> ListQuery:
    """Check a query string.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    given = _split(query)
    return ListQuery(
        limit=_limit(given["limit"], limits) if "limit" in given else limits.usual,
        descending=check_choice(given.get("order", "desc"), "order", ("asc", "desc")) == "desc",
        after=given.get("after") or None,
        name=given.get("name"),
        purpose=given.get("purpose"),
    )


def _limit(text: str, limits: Limits) -> int:
    if not fullmatch("-?[0-9]{1,18}", text):
        raise errors.invalid_type("limit", "an integer", text)
    return check_integer(int(text), "limit", least=limits.least, most=limits.most)


def _split(query: bytes) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in query.split(b"&") if query else ():
        key, _, value = pair.partition(b"=")
        name = unquote_to_bytes(key.replace(b"+", b" ")).decode("utf-8", "replace")
        if name not in _KNOWN:
            continue
        if name in given:
            raise errors.duplicate_parameter(name)
        given[name] = _decode(value, name)
    return given


def _decode(value: bytes, name: str) -> str:
    try:
        return unquote_to_bytes(value.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise errors.not_text(name) from error
