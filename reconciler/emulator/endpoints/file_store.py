"""``/files``: the Files API, as far as containers are given copies of its files."""

from reconciler.emulator import ids
from reconciler.emulator.endpoints.lists import find_page
from reconciler.emulator.endpoints.references import find_upload
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import BINARY_TYPE, Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.blobs import BlobWriter, read_blob
from reconciler.emulator.store.rows import Upload
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.form import UploadForm
from reconciler.emulator.wire.multipart import MULTIPART
from reconciler.emulator.wire.objects import list_object, upload_object
from reconciler.emulator.wire.query import FILES, parse_list_query


async def upload_file(service: Service, request: Request) -> Response:
    """``POST /files``."""
    if request.content_kind != MULTIPART:
        raise errors.unsupported_content_type(request.header(b"content-type"), MULTIPART)
    with BlobWriter(service.database) as writer:
        form = UploadForm(request.header(b"content-type") or "", writer)
        async for data in request.chunks(service.settings.max_upload_bytes):
            form.feed(data)
        form.finish()
        with service.database.transaction():
            row = _insert(service, form, writer)
    return Response(payload=upload_object(row))


async def list_uploads(service: Service, request: Request) -> Response:
    """``GET /files``; its pages are far longer than other lists'."""
    query = parse_list_query(request.query, FILES)
    page = find_page(query, service.uploads.position, service.settings.unknown_after)
    rows: list[Upload] = []
    more = False
    if page is not None:
        rows, more = service.uploads.page(page, query.purpose)
    return Response(payload=list_object([upload_object(row) for row in rows], more=more))


async def retrieve_upload(service: Service, request: Request) -> Response:
    """``GET /files/{file_id}``."""
    return Response(payload=upload_object(find_upload(service, request.params[0])))


async def download_upload(service: Service, request: Request) -> Response:
    """``GET /files/{file_id}/content``: the bytes, streamed."""
    row = find_upload(service, request.params[0])
    stream = read_blob(service.database, row.blob)
    return Response(stream=stream, size=row.bytes, content_type=BINARY_TYPE)


async def delete_upload(service: Service, request: Request) -> Response:
    """``DELETE /files/{file_id}``; what containers were given stays theirs."""
    with service.database.transaction():
        row = find_upload(service, request.params[0])
        service.uploads.delete(row)
    return Response(payload={"id": row.id, "object": "file", "deleted": True})


def _insert(service: Service, form: UploadForm, writer: BlobWriter) -> Upload:
    now = service.second()
    blob = writer.finish()
    return service.uploads.insert(
        {
            "id": ids.file_reference(),
            "created_at": now,
            "filename": form.file_name,
            "purpose": form.purpose,
            "bytes": blob.size,
            "expires_at": None if form.seconds is None else now + form.seconds,
            "blob": blob.id,
        }
    )
