"""The query of a list: ``limit``, ``order``, ``after`` and, for containers, ``name``.

Parameters the API does not know are ignored, as gateways and SDKs add their own. One given twice is refused:
nobody could say which was meant.
"""

from dataclasses import dataclass
from re import fullmatch
from urllib.parse import unquote_to_bytes

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_choice, check_integer

_KNOWN = ("limit", "order", "after", "name")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list asks for, defaults filled in.

    Attributes:
        limit: 1 to 100, default 20 (the API reference).
        descending: The order by creation; newest first is the default (the API reference).
        after: The id the page begins behind; an empty one counts as none.
        name: The name to filter by.
    """

    limit: int
    descending: bool
    after: str | None
    name: str | None


def parse_list_query(query: bytes) -> ListQuery:
    """Check a query string.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    given = _split(query)
    return ListQuery(
        limit=_limit(given.get("limit", "20")),
        descending=check_choice(given.get("order", "desc"), "order", ("asc", "desc")) == "desc",
        after=given.get("after") or None,
        name=given.get("name"),
    )


def _limit(text: str) -> int:
    if not fullmatch("-?[0-9]{1,18}", text, flags=0):
        raise errors.invalid_type("limit", "an integer", text)
    return check_integer(int(text), "limit", least=1, most=100)


def _split(query: bytes) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in query.split(b"&") if query else ():
        key, _, value = pair.partition(b"=")
        name = unquote_to_bytes(key.replace(b"+", b" ")).decode("utf-8", "replace")
        if name not in _KNOWN:
            continue
        if name in given:
            raise errors.ApiError(
                400, f"Duplicate parameter: '{name}'.", param=name, code="duplicate_parameter"
            )
        given[name] = _decode(value, name)
    return given


def _decode(value: bytes, name: str) -> str:
    try:
        return unquote_to_bytes(value.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise errors.ApiError(
            400, f"Invalid '{name}': not valid UTF-8.", param=name, code="invalid_value"
        ) from error
