"""``POST /containers/{container_id}/files``: a multipart upload, or a reference to the Files API."""

from reconciler.emulator.endpoints.files import find_usable
from reconciler.emulator.endpoints.references import find_upload
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.blobs import BlobWriter
from reconciler.emulator.store.rows import Blob, File
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_object, check_string, required
from reconciler.emulator.wire.form import ContainerFileForm
from reconciler.emulator.wire.multipart import MULTIPART
from reconciler.emulator.wire.objects import file_object, shown_id


async def add_file(service: Service, request: Request) -> Response:
    """``POST /containers/{container_id}/files``."""
    container = find_usable(service, request.params[0])
    if request.content_kind == MULTIPART:
        row = await _upload(service, request)
    elif not service.settings.json_file_id:
        raise errors.missing_parameter("file")
    else:
        body = check_object(await request.json(service.settings.max_json_bytes), None, ("file_id",))
        row = _copy(service, request, check_string(required(body, "file_id", None), "file_id"))
    return Response(payload=file_object(row, shown_id(container.id, service.settings)))


async def _upload(service: Service, request: Request) -> File:
    """Stream the body into storage; the file row makes it visible, in one commit."""
    with BlobWriter(service.database) as writer:
        form = ContainerFileForm(request.header(b"content-type") or "", writer)
        async for data in request.chunks(service.settings.max_upload_bytes):
            form.feed(data)
        form.finish()
        if form.file_name is not None:
            with service.database.transaction():
                return _add(service, request, form.file_name, writer.finish())
    if not service.settings.json_file_id:
        raise errors.missing_parameter("file")
    return _copy(service, request, form.file_id or "")


def _copy(service: Service, request: Request, file_id: str) -> File:
    """Copy a file of the Files API: deleting the original does not matter to the copy."""
    with service.database.transaction():
        upload = find_upload(service, file_id, "file_id")
        return _add(service, request, upload.filename, Blob(upload.blob, upload.bytes), upload.id)


def _add(service: Service, request: Request, name: str, blob: Blob, reference: str | None = None) -> File:
    """Add the row; the container may have gone while the body arrived, so it is looked up again."""
    now = service.second()
    container = find_usable(service, request.params[0])
    row = service.files.upload(container, name, blob, now, reference)
    service.containers.touch(container, now)
    return row
