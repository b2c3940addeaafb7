"""``/_emulator/faults`` and ``/_emulator/lag``: which harm is to be done to whom."""

from reconciler.emulator.faults.parse import check_seconds, parse_rules
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_integer, check_object, required


async def show_faults(service: Service, _request: Request) -> Response:
    """``GET``: every rule with how often it was seen and fired, and the seed of their chances."""
    return _faults(service)


async def add_faults(service: Service, request: Request) -> Response:
    """``POST``: adds ``{"rules": ["POST /containers: drop-after-commit 10%"], "seed": 7}``.

    A rule is such a line, or ``{"kind": "drop", "when": "after", "endpoint": "POST /containers"}``.
    """
    body = check_object(await request.json(service.settings.max_json_bytes), None, ("rules", "seed"))
    rules, limits = parse_rules(required(body, "rules", None))
    if "seed" in body:
        service.faults.reseed(check_integer(body["seed"], "seed", least=0))
    service.faults.add(rules, limits)
    return _faults(service)


async def clear_faults(service: Service, _request: Request) -> Response:
    """``DELETE``: rules and rate limits; lag is set to 0 where it is set."""
    service.faults.clear()
    return _faults(service)


async def show_lag(service: Service, _request: Request) -> Response:
    """``GET``: ``{"object": "emulator.lag", "create": 0, "delete": 0, "files": false}``."""
    return _lag(service)


async def set_lag(service: Service, request: Request) -> Response:
    """``POST``: any of ``create`` and ``delete``, in seconds, and ``files``; for writes from now on."""
    body = check_object(
        await request.json(service.settings.max_json_bytes), None, ("create", "delete", "files")
    )
    create = check_seconds(body.get("create", service.lag.create), "create")
    delete = check_seconds(body.get("delete", service.lag.delete), "delete")
    files = body.get("files", service.lag.files)
    if not isinstance(files, bool):
        raise errors.invalid_type("files", "a boolean", files)
    service.lag.create, service.lag.delete, service.lag.files = create, delete, files
    return _lag(service)


def _faults(service: Service) -> Response:
    faults = service.faults
    return Response(payload={"object": "emulator.faults", "seed": faults.seed, "rules": faults.describe()})


def _lag(service: Service) -> Response:
    lag = service.lag
    return Response(
        payload={"object": "emulator.lag", "create": lag.create, "delete": lag.delete, "files": lag.files}
    )
