"""The form of a skill: one zip, or a folder's files, each named with its path."""

import io
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.bundle import MAX_BUNDLE_BYTES, MAX_FILES
from reconciler.emulator.wire.disposition import NAMELESS
from reconciler.emulator.wire.multipart import Form, Write

_NAMES = ("files", "files[]")
_EPOCH = (1980, 1, 1, 0, 0, 0)


class SkillForm(Form):
    """``files``, or ``files[]`` as the SDKs write a list, and for a version ``default``."""

    def __init__(self, content_type: str, *, fields: tuple[str, ...] = ()) -> None:
        self.fields = fields
        super().__init__(content_type)
        self._files: list[tuple[str, bytearray]] = []
        self._size = 0

    @property
    def default(self) -> bool:
        """Whether the version is to be the default one.

        Raises:
            ApiError: 400 for what is neither true nor false.
        """
        text = self.texts.get("default", "false")
        if text.lower() not in {"true", "false"}:
            raise errors.invalid_type("default", "a boolean", text)
        return text.lower() == "true"

    def bundle(self) -> bytes:
        """The skill as a zip, whichever way it came.

        Raises:
            ApiError: 400 when there is nothing.
        """
        if not self._files:
            raise errors.missing_parameter("files")
        name, data = self._files[0]
        if len(self._files) == 1 and not name.lower().endswith("skill.md"):
            return bytes(data)
        packed = io.BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for name, data in self._files:
                archive.writestr(ZipInfo(name, _EPOCH), data, ZIP_DEFLATED)
        return packed.getvalue()

    def open_file(self, name: str, filename: str | None) -> Write:
        """Into memory, within the limits of a bundle."""
        if name not in _NAMES:
            raise errors.unknown_parameter(name)
        if len(self._files) == MAX_FILES:
            raise errors.too_many("files", MAX_FILES)
        filename = filename or NAMELESS
        if any(filename == other for other, _ in self._files):
            raise errors.ApiError(
                400, f"Invalid 'files': '{filename}' is there twice.", param="files", code="invalid_value"
            )
        self._files.append((filename, bytearray()))
        return self._take

    def _take(self, data: bytes) -> None:
        content = self._files[-1][1]
        content += data
        self._size += len(data)
        if self._size > MAX_BUNDLE_BYTES:
            raise errors.invalid_bundle("files", f"it is larger than {MAX_BUNDLE_BYTES} bytes")
