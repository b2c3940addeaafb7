"""What a gateway in front of the API adds: an owner for every key, ids of its own, and repeated requests."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from reconciler.emulator import ids
from reconciler.emulator.faults.rule import DroppedError
from reconciler.emulator.http.auth import is_one_of
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.wire.errors import ApiError

_REPEATED = frozenset({408, 409, 429})
_SERVER_ERROR = 500
_OWNED = "/containers/{container_id}"


def identify(request: Request, key: str, service: Service) -> None:
    """Note on the request who asks, where that matters, and take the gateway's form off a container id."""
    settings = service.settings
    if settings.owner_filter and not is_one_of(key, settings.admin_keys):
        request.caller = sha256(key.encode()).hexdigest()[:32]
    if settings.long_ids and request.template.startswith(_OWNED):
        request.params = (ids.unwrapped_id(request.params[0]), *request.params[1:])


def check_owner(request: Request, service: Service) -> None:
    """Refuse what another key has created.

    Raises:
        ApiError: 403.
    """
    if request.caller is None or not request.template.startswith(_OWNED):
        return
    service.expire()
    row = service.containers.find(request.params[0])
    if row is not None and row.owner != request.caller:
        raise ApiError(403, f"The key has no access to container '{request.params[0]}'.")


async def repeat(request: Request, retries: int, attempt: Callable[[], Awaitable[Response]]) -> Response:
    """Carry out a request, and again after a failure: one that failed after its commit is done twice.

    Raises:
        ClientGoneError: The connection was closed before the request was complete.
        DroppedError: The last attempt was dropped, and so is the client.
    """
    if retries:
        request.record()
    for _ in range(retries):
        try:
            response = await attempt()
        except DroppedError:
            await request.rewind()
            continue
        if response.status not in _REPEATED and response.status < _SERVER_ERROR:
            return response
        await request.rewind()
    return await attempt()
