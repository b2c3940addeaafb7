"""Planted rows from JSON: which columns they set, and what they show instead of the honest object."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_array, check_integer, check_object, check_string, child

_MOST = 2**53
"""The largest integer of a planted field: what JSON readers agree on."""

Check = Callable[[Any, str], Any]


def _text(value: Any, param: str) -> str | None:
    return None if value is None else check_string(value, param)


def _number(value: Any, param: str) -> int | None:
    return None if value is None else check_integer(value, param, least=0, most=_MOST)


def _second(value: Any, param: str) -> int:
    return check_integer(value, param, least=0, most=2**32 - 1)


def _json(value: Any, param: str) -> str | None:  # noqa: ARG001 - the protocol of checks
    return None if value is None else json.dumps(value)


_CONTAINER: dict[str, Check] = {
    "id": check_string,
    "name": _text,
    "status": _text,
    "created_at": _second,
    "last_active_at": _number,
    "minutes": _number,
    "memory_limit": _text,
    "network_policy": _json,
}
_FILE: dict[str, Check] = {
    "id": check_string,
    "path": check_string,
    "source": check_string,
    "bytes": _number,
    "created_at": _second,
}
_OVERLAY = ("fields", "omit")


def container_columns(value: Any, param: str | None, *, without: Sequence[str] = ()) -> dict[str, Any]:
    """The columns a planted container sets; ``files`` is left to the caller.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    checks = {key: check for key, check in _CONTAINER.items() if key not in without}
    return _columns(check_object(value, param, (*checks, "files", *_OVERLAY)), param, checks)


def file_columns(value: Any, param: str) -> dict[str, Any]:
    """The columns a planted file sets; its contents are left to the caller.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    keys = (*_FILE, "content", "content_base64", *_OVERLAY)
    return _columns(check_object(value, param, keys), param, _FILE)


def _columns(body: Mapping[str, Any], param: str | None, checks: Mapping[str, Check]) -> dict[str, Any]:
    columns = {key: check(body[key], child(param, key)) for key, check in checks.items() if key in body}
    if body.keys().isdisjoint(_OVERLAY):
        return columns
    fields, omit = body.get("fields", {}), body.get("omit", [])
    if not isinstance(fields, dict):
        raise errors.invalid_type(child(param, "fields"), "an object", fields)
    for index, name in enumerate(check_array(omit, child(param, "omit"))):
        check_string(name, f"{child(param, 'omit')}[{index}]")
    return columns | {"shown": json.dumps({"fields": fields, "omit": omit})}
