"""``POST /containers/{container_id}/files``: a multipart upload, or a reference to the Files API."""

from reconciler.emulator.endpoints.files import find_usable
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.blobs import BlobWriter
from reconciler.emulator.store.rows import Container, File
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_object, check_string, required
from reconciler.emulator.wire.form import UploadForm
from reconciler.emulator.wire.objects import file_object


async def add_file(service: Service, request: Request) -> Response:
    """``POST /containers/{container_id}/files``."""
    find_usable(service, request.params[0])
    kind = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        container, row = await _upload(service, request)
    else:
        body = check_object(await request.json(service.settings.max_json_bytes), None, ("file_id",))
        container, row = _copy(check_string(required(body, "file_id", None), "file_id"))
    return Response(payload=file_object(row, container.id))


async def _upload(service: Service, request: Request) -> tuple[Container, File]:
    """Stream the body into storage; the file row makes it visible, in one commit."""
    writer = BlobWriter(service.database)
    form = UploadForm(request.header(b"content-type") or "", writer)
    try:
        async for data in request.chunks(service.settings.max_upload_bytes):
            form.feed(data)
        form.finish()
        if form.file_name is None:
            return _copy(form.file_id or "")
        return _commit(service, request.params[0], form.file_name, writer)
    except BaseException:
        writer.discard()
        raise


def _commit(service: Service, container_id: str, name: str, writer: BlobWriter) -> tuple[Container, File]:
    """Add the row; the container may have gone while the body arrived, so it is looked up again."""
    now = service.second()
    with service.database.transaction():
        container = find_usable(service, container_id)
        row = service.files.upload(container, name, writer.finish(), now)
        service.containers.touch(container, now)
    return container, row


def _copy(file_id: str) -> tuple[Container, File]:
    """Copy a file of the Files API, of which this server has none."""
    raise errors.unknown_file_reference(file_id, "file_id")
