"""The contents of planted files: text or base64 in the body of the control request."""

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.store.blobs import BlobWriter
from reconciler.emulator.store.database import Database
from reconciler.emulator.store.rows import Blob
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_string, child


def store_content(database: Database, body: Mapping[str, Any], param: str) -> Blob:
    """Store ``content`` (text) or ``content_base64``; without either the file is empty.

    Raises:
        ApiError: 400 for what is neither.
    """
    writer = BlobWriter(database)
    if "content_base64" in body:
        where = child(param, "content_base64")
        try:
            writer.write(b64decode(check_string(body["content_base64"], where), validate=True))
        except Error as error:
            raise errors.ApiError(400, f"Invalid '{where}': not base64.", param=where) from error
    else:
        writer.write(check_string(body.get("content", ""), child(param, "content")).encode())
    return writer.finish()
