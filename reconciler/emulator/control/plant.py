"""Planting rows that no client could make: foreign ones, odd ones, files of the assistant.

A planted row takes ``fields``, which the API's answers then show whatever they are, and ``omit``, which they
leave out; the rest behaves like any row.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.emulator.control.contents import store_content
from reconciler.emulator.control.observe import snapshot
from reconciler.emulator.control.rows import container_columns, file_columns
from reconciler.emulator.endpoints.containers import find_container
from reconciler.emulator.faults.strangers import container_values
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.rows import Container
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_array, check_object, child, required


async def plant_containers(service: Service, request: Request) -> Response:
    """``POST /_emulator/containers``: ``{"containers": [{"name": "", "files": [...]}, ...]}``."""
    items = await _items(service, request, "containers")
    with _planting(service):
        rows = [_plant(service, item, f"containers[{index}]") for index, item in enumerate(items)]
    return _shown(service, rows)


async def change_container(service: Service, request: Request) -> Response:
    """``POST /_emulator/containers/{container_id}``: the same keys but ``id``; a dead one loses its files."""
    body = await request.json(service.settings.max_json_bytes)
    columns = container_columns(body, None, without=("id",))
    with _planting(service):
        row = find_container(service, request.params[0])
        if columns:
            row = service.containers.update(row.seq, columns)
        if columns.keys() & {"status", "minutes", "last_active_at"}:
            row = service.containers.update(row.seq, {"expires_at": _expiry(row)})
        if not row.alive:
            service.files.clear(row)
        _plant_files(service, row, body.get("files", []), "files")
    return _shown(service, [row])


async def plant_files(service: Service, request: Request) -> Response:
    """``POST /_emulator/containers/{container_id}/files``: ``{"files": [{"path": ..., "content": ...}]}``."""
    items = await _items(service, request, "files")
    with _planting(service):
        row = find_container(service, request.params[0])
        _plant_files(service, row, items, "files")
    return _shown(service, [row])


@contextmanager
def _planting(service: Service) -> Iterator[None]:
    """A transaction; an id that is taken is the caller's fault."""
    try:
        with service.database.transaction():
            yield
    except sqlite3.IntegrityError as error:
        raise errors.unreadable(f"The row cannot be stored: {error}.") from error


def _plant(service: Service, value: Any, param: str) -> Container:
    columns = container_columns(value, param)
    created_at = columns.get("created_at", service.second())
    row = service.containers.insert(container_values(service, created_at) | columns)
    row = service.containers.update(row.seq, {"expires_at": _expiry(row)})
    _plant_files(service, row, value.get("files", []), child(param, "files"))
    return row


def _plant_files(service: Service, container: Container, value: Any, param: str) -> None:
    for index, item in enumerate(check_array(value, param)):
        where = f"{param}[{index}]"
        columns = {"created_at": service.second()} | file_columns(item, where)
        required(item, "path", where)
        service.files.insert(container, blob=store_content(service.database, item, where), **columns)


def _expiry(row: Container) -> int | None:
    """When a row expires; only a running one with all it takes ever does."""
    if row.status != "running" or row.last_active_at is None or row.minutes is None:
        return None
    return row.last_active_at + 60 * row.minutes


async def _items(service: Service, request: Request, key: str) -> list[Any]:
    body = check_object(await request.json(service.settings.max_json_bytes), None, (key,))
    return check_array(required(body, key, None), key)


def _shown(service: Service, rows: list[Container]) -> Response:
    data = [snapshot(service, row) for row in rows]
    return Response(payload={"object": "emulator.containers", "data": data})
