"""One request on its way through the faults: what carries it out, and what notes that it did something.

Commits are noted here, between the faults before and the faults after, so that the log's counts by name tell
what was done whatever the client was told, and lists can lag behind it.
"""

from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response, error_response
from reconciler.emulator.http.routes import Endpoint
from reconciler.emulator.ids import unwrapped_id
from reconciler.emulator.log import WRITES
from reconciler.emulator.service import Service
from reconciler.emulator.store.rows import Container, File
from reconciler.emulator.wire.errors import ApiError

_OK = 200


class Exchange:
    """A request that has found its endpoint, and the service that it is for."""

    def __init__(self, service: Service, request: Request, endpoint: Endpoint) -> None:
        self.service = service
        self.request = request
        self._endpoint = endpoint

    async def carry_out(self) -> Response:
        """Do what was asked; a refusal is an answer like any other.

        Raises:
            ClientGoneError: The connection was closed before the request was complete.
        """
        return await self._carry_out(self.request)

    async def repeat(self) -> Response:
        """Do what was asked once more, with the body as it was recorded."""
        return await self._carry_out(self.request.again())

    def container(self) -> Container | None:
        """The container that the path names."""
        params = self.request.params
        return self.service.containers.find(unwrapped_id(params[0])) if params else None

    def acknowledge(self) -> None:
        """Note whom a request is about that is answered without being carried out."""
        container = self.container()
        self.request.subject = None if container is None else container.name or ""

    async def _carry_out(self, request: Request) -> Response:
        self.service.expire()
        container, file = self._doomed() if request.endpoint in WRITES else (None, None)
        try:
            response = await self._endpoint(self.service, request)
        except ApiError as error:
            return error_response(error, self.service.settings.error_envelope)
        if response.status == _OK and request.endpoint in WRITES:
            self._note(response, container, file)
        return response

    def _doomed(self) -> tuple[Container | None, File | None]:
        """What a write is about, as it is before: a delete leaves nothing to look at."""
        container = self.container()
        if container is None or len(self.request.params) == 1:
            return container, None
        return container, self.service.files.find(container, self.request.params[1])

    def _note(self, response: Response, container: Container | None, file: File | None) -> None:
        payload = response.payload if isinstance(response.payload, dict) else {}
        name = payload.get("name") if container is None else container.name
        self.request.subject = name if isinstance(name, str) else ""
        self.request.commits += 1
        self.service.log.commit(self.request.endpoint, self.request.subject)
        self._lag(unwrapped_id(str(payload.get("id"))), container, file)

    def _lag(self, new_id: str, container: Container | None, file: File | None) -> None:
        service = self.service
        if container is None:
            service.containers.lag.created(new_id)
        elif self.request.method == "POST":
            service.files.lag.created(new_id)
        elif file is None:
            service.containers.lag.deleted(container)
        else:
            service.files.lag.deleted(file)
