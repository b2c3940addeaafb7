"""``/_emulator/faults``: which harm is to be done to whom."""

from reconciler.emulator.faults.parse import parse_rules
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service


async def show_faults(service: Service, _request: Request) -> Response:
    """``GET``: every rule with how often it was seen and fired."""
    return _faults(service)


async def add_faults(service: Service, request: Request) -> Response:
    """``POST``: adds ``{"rules": [{"kind": "drop", "when": "after", "endpoint": "POST /containers"}]}``."""
    rules = parse_rules(await request.json(service.settings.max_json_bytes))
    service.faults.add(rules)
    return _faults(service)


async def clear_faults(service: Service, _request: Request) -> Response:
    """``DELETE``."""
    service.faults.clear()
    return _faults(service)


def _faults(service: Service) -> Response:
    return Response(payload={"object": "emulator.faults", "rules": service.faults.describe()})
