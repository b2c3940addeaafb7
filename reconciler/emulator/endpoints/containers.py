"""``/containers``: create, list, retrieve, delete. There is no update in this API."""

import json

from reconciler.emulator import ids
from reconciler.emulator.endpoints.lists import find_page
from reconciler.emulator.endpoints.references import check_skills, find_uploads
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.rows import Blob, Container
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.create import CreateContainer, parse_create
from reconciler.emulator.wire.objects import container_object, deletion_object, list_object, shown_id
from reconciler.emulator.wire.query import parse_list_query


async def create_container(service: Service, request: Request) -> Response:
    """``POST /containers``: with everything it refers to, or not at all."""
    value = await request.json(service.settings.max_json_bytes)
    wanted = parse_create(value, service.settings)
    with service.database.transaction():
        uploads = find_uploads(service, wanted.file_ids)
        check_skills(service, wanted.skills)
        _check_pool(service, wanted.memory_limit)
        row = _insert(service, wanted, request.caller)
        for upload in uploads:
            blob = Blob(upload.blob, upload.bytes)
            service.files.upload(row, upload.filename, blob, row.created_at, upload.id)
    return Response(payload=container_object(row, service.settings))


async def list_containers(service: Service, request: Request) -> Response:
    """``GET /containers``."""
    asked = (request.caller, request.query)
    cached = service.listings.find(asked, service.clock.now())
    if cached is not None:
        return Response(payload=cached)
    rows, more = _page(service, request)
    if service.settings.touch_on_list:
        with service.database.transaction():
            rows = [service.containers.touch(row, service.second()) for row in rows]
    payload = list_object([container_object(row, service.settings) for row in rows], more=more)
    service.listings.keep(asked, service.clock.now(), payload)
    return Response(payload=payload)


async def retrieve_container(service: Service, request: Request) -> Response:
    """``GET /containers/{container_id}``; an expired one is shown as such."""
    row = _find_visible(service, request.params[0])
    row = service.containers.touch(row, service.second())
    return Response(payload=container_object(row, service.settings))


async def delete_container(service: Service, request: Request) -> Response:
    """``DELETE /containers/{container_id}``, also of an expired one; a second delete is 404."""
    with service.database.transaction():
        row = _find_visible(service, request.params[0])
        service.containers.delete(row)
    return Response(payload=deletion_object(shown_id(row.id, service.settings), "container"))


def find_container(service: Service, container_id: str) -> Container:
    """The row of an id.

    Raises:
        ApiError: 404.
    """
    row = service.containers.find(container_id)
    if row is None:
        raise errors.container_not_found(container_id)
    return row


def _find_visible(service: Service, container_id: str) -> Container:
    row = find_container(service, container_id)
    if row.status == "expired" and service.settings.expired_is_gone:
        raise errors.container_not_found(container_id)
    return row


def _page(service: Service, request: Request) -> tuple[list[Container], bool]:
    """The rows of a page; those of other owners are taken out after it was cut, as a gateway does."""
    settings = service.settings
    query = parse_list_query(request.query)
    if query.after is not None and settings.long_ids:
        query = query.behind(ids.unwrapped_id(query.after))
    page = find_page(query, service.containers.position, settings.unknown_after)
    if page is None:
        return [], False
    rows, more = service.containers.page(page, query.name, settings.name_filter)
    return [row for row in rows if request.caller in (None, row.owner)], more


def _check_pool(service: Service, memory_limit: str) -> None:
    """Refuse what the pool of memory has no room for; how OCI words it is not known."""
    pool = service.settings.memory_pool_gb
    if pool is None:
        return
    used = sum(_gigabytes(limit) * count for limit, count in service.containers.memory_limits().items())
    if used + _gigabytes(memory_limit) > pool:
        raise errors.ApiError(
            400,
            f"The memory pool of {pool}g is exhausted: {used}g are in use, '{memory_limit}' was asked for.",
            param="memory_limit",
            code="limit_exceeded",
        )


def _gigabytes(limit: str) -> int:
    """The size of a limit like ``4g``; a planted one of another form counts nothing."""
    digits = limit.removesuffix("g")
    return int(digits) if digits != limit and digits.isdecimal() else 0


def _insert(service: Service, wanted: CreateContainer, owner: str | None) -> Container:
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
            "owner": owner,
        }
    )
