"""The ASGI application: from a request to its answer, whatever happens on the way.

Order of checks: path (404), method (405), key (401), then faults and the endpoint. Every answer is what an
endpoint made or JSON in the API's envelope; an error of the emulator's own is logged and answered as a 500.
"""

import logging
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.control.table import CONTROL_ROUTES
from reconciler.emulator.endpoints.table import OPEN_ROUTES, api_routes
from reconciler.emulator.faults.exchange import Exchange
from reconciler.emulator.faults.rule import DroppedError
from reconciler.emulator.http.auth import check_api_key, check_control_key
from reconciler.emulator.http.gateway import check_owner, identify, repeat
from reconciler.emulator.http.request import ClientGoneError, Receive, Request
from reconciler.emulator.http.response import Response, Send, error_response, send_response
from reconciler.emulator.http.routes import Router
from reconciler.emulator.page.page import show_page
from reconciler.emulator.service import Service
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.errors import ApiError

DROP_EXTENSION = "reconciler.emulator.drop"
"""The key of ``scope["extensions"]`` under which the protocol offers to close the connection."""

_logger = logging.getLogger("reconciler.emulator")
_control = Router(("/_emulator",), CONTROL_ROUTES)
_open = Router(("",), OPEN_ROUTES)


class Application:
    """One server's ASGI application."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._api = Router(service.settings.base_paths, api_routes(service.settings))

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or drop it."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except DroppedError:
            scope["extensions"][DROP_EXTENSION]()
        except ClientGoneError:
            return
        else:
            usual = ((b"date", self._service.clock.date()), (b"x-request-id", request.id.encode()))
            await send_response(response, usual, send)

    async def _answer(self, request: Request) -> Response:
        try:
            self._service.clock.refresh()
            if request.raw_path == b"/" and self._service.settings.status_page:
                return show_page(self._service, request)
            if request.raw_path.startswith(b"/_emulator"):
                return await self._run_control(request)
            if request.raw_path == b"/openapi.json":
                return await _open.find(request)(self._service, request)
            return await self._run_logged(request)
        except ApiError as error:
            return error_response(error, self._service.settings.error_envelope)
        except (DroppedError, ClientGoneError):
            raise
        except Exception:  # the border of the program: logged, and answered in the envelope
            _logger.exception("request %s failed: %s %s", request.id, request.method, request.path)
            failure = errors.internal_error(request.id)
            return error_response(failure, self._service.settings.error_envelope)

    async def _run_control(self, request: Request) -> Response:
        control_key = self._service.settings.control_key
        if control_key is None:
            raise errors.invalid_url(request.method, request.path)
        check_control_key(request, control_key)
        self._service.expire()
        return await _control.find(request)(self._service, request)

    async def _run_logged(self, request: Request) -> Response:
        began = self._service.clock.now()
        status: int | None = None
        whole = False
        try:
            response = await self._run(request)
            status, whole = response.status, response.cut_after is None
        except ApiError as error:
            status = error.status
            raise
        finally:
            self._service.log.add(request, status, began, whole=whole)
            request.forget()
        return response

    async def _run(self, request: Request) -> Response:
        service = self._service
        endpoint = self._api.find(request)
        identify(request, check_api_key(request, service.settings), service)
        check_owner(request, service)
        exchange = Exchange(service, request, endpoint)
        return await repeat(request, service.settings.gateway_retries, lambda: service.faults.meet(exchange))
