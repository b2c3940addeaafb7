"""``/_emulator/clock``: read, set, advance and freeze the time."""

from math import isfinite
from typing import Any

from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_object

END_OF_IDS = 2**32
"""Ids hold the second in 8 hex digits, so time ends here."""


async def show_clock(service: Service, _request: Request) -> Response:
    """``GET``: ``{"object": "emulator.clock", "now": 1747844794.5, "frozen": false}``."""
    return _clock(service)


async def set_clock(service: Service, request: Request) -> Response:
    """``POST``: ``{"now": seconds}`` or ``{"advance": seconds}``, and ``{"freeze": true|false}``."""
    body = check_object(
        await request.json(service.settings.max_json_bytes), None, ("now", "advance", "freeze")
    )
    if not body or {"now", "advance"} <= body.keys():
        raise errors.unreadable("Give 'now' or 'advance', 'freeze', or one of the two with 'freeze'.")
    now = service.clock.now()
    if "now" in body:
        now = _seconds(body["now"], "now")
    if "advance" in body:
        now += _seconds(body["advance"], "advance")
    if not 0 <= now < END_OF_IDS:
        raise errors.unreadable(f"The clock runs from 0 to {END_OF_IDS - 1}.")
    frozen = body.get("freeze", service.clock.frozen)
    if not isinstance(frozen, bool):
        raise errors.invalid_type("freeze", "a boolean", frozen)
    service.clock.set(now, frozen=frozen)
    return _clock(service)


def _seconds(value: Any, param: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise errors.invalid_type(param, "a number of seconds", value)
    return float(value)


def _clock(service: Service) -> Response:
    clock = service.clock
    return Response(payload={"object": "emulator.clock", "now": clock.now(), "frozen": clock.frozen})
