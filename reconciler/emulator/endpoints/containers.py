"""``/containers``: create, list, retrieve, delete. There is no update in this API."""

import json

from reconciler.emulator import ids
from reconciler.emulator.endpoints.lists import find_page
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.rows import Container
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.create import CreateContainer, parse_create
from reconciler.emulator.wire.objects import container_object, deletion_object, list_object
from reconciler.emulator.wire.query import parse_list_query


async def create_container(service: Service, request: Request) -> Response:
    """``POST /containers``."""
    value = await request.json(service.settings.max_json_bytes)
    wanted = parse_create(value, service.settings.max_minutes)
    if wanted.file_ids:
        raise errors.unknown_file_reference(wanted.file_ids[0], "file_ids[0]")
    with service.database.transaction():
        row = _insert(service, wanted)
    return Response(payload=container_object(row, service.settings))


async def list_containers(service: Service, request: Request) -> Response:
    """``GET /containers``."""
    query = parse_list_query(request.query)
    page = find_page(query, service.containers.position, service.settings.unknown_after)
    rows: list[Container] = []
    more = False
    if page is not None:
        rows, more = service.containers.page(page, query.name, service.settings.name_filter)
    if service.settings.touch_on_list:
        with service.database.transaction():
            rows = [service.containers.touch(row, service.second()) for row in rows]
    data = [container_object(row, service.settings) for row in rows]
    return Response(payload=list_object(data, more=more))


async def retrieve_container(service: Service, request: Request) -> Response:
    """``GET /containers/{container_id}``; an expired one is shown as such."""
    row = find_container(service, request.params[0])
    row = service.containers.touch(row, service.second())
    return Response(payload=container_object(row, service.settings))


async def delete_container(service: Service, request: Request) -> Response:
    """``DELETE /containers/{container_id}``, also of an expired one; a second delete is 404."""
    with service.database.transaction():
        row = find_container(service, request.params[0])
        service.containers.delete(row)
    return Response(payload=deletion_object(row.id, "container"))


def find_container(service: Service, container_id: str) -> Container:
    """The row of an id.

    Raises:
        ApiError: 404.
    """
    row = service.containers.find(container_id)
    if row is None:
        raise errors.container_not_found(container_id)
    return row


def _insert(service: Service, wanted: CreateContainer) -> Container:
    now = service.second()
    minutes = service.settings.default_minutes if wanted.minutes is None else wanted.minutes
    return service.containers.insert(
        {
            "id": ids.container_id(now),
            "name": wanted.name,
            "created_at": now,
            "last_active_at": now,
            "status": "running",
            "minutes": minutes,
            "memory_limit": wanted.memory_limit,
            "network_policy": json.dumps(wanted.network_policy),
            "expires_at": now + 60 * minutes,
        }
    )
