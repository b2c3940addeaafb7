"""The bytes of an upload, checked while they are sent: what was planned is what arrives, or nothing does.

The check comes before the last byte leaves, so that a file edited since the plan breaks the request off
instead of landing under a digest that is not its own.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from reconciler.model.errors import LocalFileError
from reconciler.model.spec import InlineContent, LocalFile

if TYPE_CHECKING:
    from types import TracebackType

    from reconciler.model.spec import FileSpec, Uploadable


class CheckedSource:
    """A readable file of the planned size and digest; a context manager that closes it."""

    def __init__(self, content: Uploadable, spec: FileSpec) -> None:
        self._spec = spec
        self._name = content.path if isinstance(content, LocalFile) else spec.path
        self._file = opened(content)
        self._digest = hashlib.sha256()
        self._sent = 0
        try:
            self._check_size()
        except LocalFileError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def fileno(self) -> int:
        """The descriptor, from which the HTTP client takes the size; OSError for inline content."""
        return self._file.fileno()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves as files do; back at the start, checking starts again."""
        position = self._file.seek(offset, whence)
        if position == 0:
            self._digest = hashlib.sha256()
            self._sent = 0
        return position

    def tell(self) -> int:
        """The position in bytes."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """Reads up to `size` bytes.

        Raises:
            LocalFileError: the contents are not what was planned; the last bytes are then withheld.
        """
        try:
            chunk = self._file.read(size)
        except OSError as error:
            raise _unreadable(self._name, error) from error
        self._digest.update(chunk)
        self._sent += len(chunk)
        planned = self._spec.bytes or 0
        if self._sent >= planned or not chunk:
            self._check_contents(planned)
        return chunk

    def _check_size(self) -> None:
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(0)
        if size != self._spec.bytes:
            raise self._changed(f"it had {self._spec.bytes} bytes and now has {size}")

    def _check_contents(self, planned: int) -> None:
        if self._sent != planned or self._digest.hexdigest() != self._spec.sha256:
            raise self._changed("its contents are others")

    def _changed(self, how: str) -> LocalFileError:
        return LocalFileError(
            f"{self._name} changed since it was planned: {how}",
            hint="apply again; a saved plan must be made anew",
        )


def opened(content: Uploadable) -> BinaryIO:
    """Contents as a file.

    Raises:
        LocalFileError: it cannot be read.
    """
    if isinstance(content, InlineContent):
        return io.BytesIO(content.data)
    try:
        return Path(content.path).open("rb")
    except OSError as error:
        raise _unreadable(content.path, error) from error


def _unreadable(name: str, error: OSError) -> LocalFileError:
    return LocalFileError(
        f"cannot read {name}: {error.strerror or error}", hint="apply again; a saved plan must be made anew"
    )
