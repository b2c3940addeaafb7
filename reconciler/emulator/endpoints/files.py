"""``/containers/{container_id}/files``: list, retrieve, download, delete. Uploads have their own module."""

from reconciler.emulator.endpoints.containers import find_container
from reconciler.emulator.endpoints.lists import find_page
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import BINARY_TYPE, Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.blobs import blob_size, read_blob
from reconciler.emulator.store.rows import Container, File
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.objects import deletion_object, file_object, list_object, shown_id
from reconciler.emulator.wire.query import parse_list_query


async def list_files(service: Service, request: Request) -> Response:
    """``GET /containers/{container_id}/files``."""
    container = find_usable(service, request.params[0])
    query = parse_list_query(request.query)
    page = find_page(
        query,
        lambda file_id: service.files.position(container, file_id),
        service.settings.unknown_after,
    )
    rows: list[File] = []
    more = False
    if page is not None:
        rows, more = service.files.page(container, page)
    if service.settings.touch_on_file_list:
        service.containers.touch(container, service.second())
    shown = shown_id(container.id, service.settings)
    return Response(payload=list_object([file_object(row, shown) for row in rows], more=more))


async def retrieve_file(service: Service, request: Request) -> Response:
    """``GET /containers/{container_id}/files/{file_id}``."""
    container, row = _find_file(service, request)
    service.containers.touch(container, service.second())
    return Response(payload=file_object(row, shown_id(container.id, service.settings)))


async def download_file(service: Service, request: Request) -> Response:
    """``GET /containers/{container_id}/files/{file_id}/content``: the bytes, streamed.

    A file deleted while it is being read ends in a dropped connection, never in a short success.
    """
    container, row = _find_file(service, request)
    service.containers.touch(container, service.second())
    return Response(
        stream=read_blob(service.database, row.blob),
        size=blob_size(service.database, row.blob),
        content_type=BINARY_TYPE,
    )


async def delete_file(service: Service, request: Request) -> Response:
    """``DELETE /containers/{container_id}/files/{file_id}``; a second delete is 404."""
    with service.database.transaction():
        container, row = _find_file(service, request)
        service.files.delete(container, row)
        service.containers.touch(container, service.second())
    return Response(payload=deletion_object(row.id, "container.file"))


def find_usable(service: Service, container_id: str) -> Container:
    """The row of a container whose files can be used.

    Raises:
        ApiError: 404 for an unknown or deleted one; the form chosen in the settings for an expired one.
    """
    row = find_container(service, container_id)
    if row.alive:
        return row
    form = "not-found" if row.status == "deleted" else service.settings.expired_answer
    if form == "not-found":
        raise errors.container_not_found(container_id)
    if form == "has-expired":
        raise errors.ApiError(404, "Container has expired.")
    raise errors.ApiError(400, "Container is expired.")


def _find_file(service: Service, request: Request) -> tuple[Container, File]:
    container_id, file_id = request.params
    container = find_usable(service, container_id)
    row = service.files.find(container, file_id)
    if row is None:
        raise errors.file_not_found(file_id, container_id)
    return container, row
