"""``/openapi.json``: the server's own description of itself."""

from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.wire.spec.document import openapi_document


async def show_document(service: Service, _request: Request) -> Response:
    """``GET /openapi.json``."""
    return Response(payload=openapi_document(service.settings))
