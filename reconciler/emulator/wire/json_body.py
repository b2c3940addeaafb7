"""JSON bodies: bytes in, plain values out, or the API's refusal; and values back to bytes."""

import json
from typing import Any

from msgspec.json import encode

from reconciler.emulator.wire import errors

_UNPARSABLE = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
    "library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)"
)


def dump_json(value: Any) -> bytes:
    """A value as compact UTF-8 JSON."""
    return encode(value)


def parse_json(body: bytes) -> Any:
    """The value of a body.

    Raises:
        ApiError: 400 for anything but JSON in UTF-8: also for NaN, for numbers and nesting beyond reason, and
            for halves of surrogate pairs, which no UTF-8 answer could repeat.
    """
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
        if b"\\u" in body:
            dump_json(value)
    except (ValueError, RecursionError) as error:
        raise errors.unreadable(_UNPARSABLE) from error
    return value


def check_content_type(content_type: str | None) -> None:
    """Refuse a body that says it is something else; one that says nothing is taken for JSON.

    Raises:
        ApiError: 400 ``unsupported_content_type``.
    """
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise errors.unsupported_content_type(content_type, "application/json")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
