"""The ASGI application: from a request to its answer, whatever happens on the way.

Order of checks: path (404), method (405), key (401), then faults and the endpoint. Every answer is what an
endpoint made or JSON in the API's envelope; an error of the emulator's own is logged and answered as a 500.
"""

import logging
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.control.table import CONTROL_ROUTES
from reconciler.emulator.endpoints.table import API_ROUTES
from reconciler.emulator.faults.rule import DroppedError
from reconciler.emulator.http.auth import check_api_key, check_control_key
from reconciler.emulator.http.request import ClientGoneError, Receive, Request
from reconciler.emulator.http.response import Response, Send, error_response, send_response
from reconciler.emulator.http.routes import Router
from reconciler.emulator.service import Service
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.errors import ApiError

DROP_EXTENSION = "reconciler.emulator.drop"
"""The key of ``scope["extensions"]`` under which the protocol offers to close the connection."""

_logger = logging.getLogger("reconciler.emulator")
_api = Router("v1", API_ROUTES)
_control = Router("_emulator", CONTROL_ROUTES)


class Application:
    """One server's ASGI application."""

    def __init__(self, service: Service) -> None:
        self._service = service

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
            if request.raw_path.startswith(b"/_emulator"):
                return await self._run_control(request)
            return await self._run_logged(request)
        except ApiError as error:
            return error_response(error)
        except (DroppedError, ClientGoneError):
            raise
        except Exception:  # the border of the program: logged, and answered in the envelope
            _logger.exception("request %s failed: %s %s", request.id, request.method, request.path)
            return error_response(errors.internal_error(request.id))

    async def _run_control(self, request: Request) -> Response:
        control_key = self._service.settings.control_key
        if control_key is None:
            raise errors.invalid_url(request.method, request.path)
        check_control_key(request, control_key)
        self._service.containers.expire_idle(self._service.clock.now())
        return await _control.find(request)(self._service, request)

    async def _run_logged(self, request: Request) -> Response:
        began = self._service.clock.now()
        status: int | None = None
        try:
            response = await self._run(request)
            status = response.status
        except ApiError as error:
            status = error.status
            raise
        finally:
            self._service.log.add(request, status, began)
        return response

    async def _run(self, request: Request) -> Response:
        endpoint = _api.find(request)
        check_api_key(request, self._service.settings)
        hooks = self._service.faults.hooks(request)
        response = await hooks.before_commit(request)
        if response is not None:
            return response
        self._service.containers.expire_idle(self._service.clock.now())
        try:
            response = await endpoint(self._service, request)
        except ApiError as error:
            response = error_response(error)
        return await hooks.after_commit(request, response)
