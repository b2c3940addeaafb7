"""The forms of uploads: a file for a container, or a file of the Files API."""

import re

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import check_choice, check_integer, check_object, required
from reconciler.emulator.wire.disposition import NAMELESS, base_name
from reconciler.emulator.wire.json_body import parse_json
from reconciler.emulator.wire.multipart import Form, Sink, Write

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
FILE_SECONDS = (3600, 2_592_000)
"""The least and the greatest ``expires_after.seconds`` of a file (the API reference)."""
_BATCH_SECONDS = 2_592_000
_WHOLE = "expires_after"
_ANCHOR = "expires_after[anchor]"
_SECONDS = "expires_after[seconds]"


class _FileForm(Form):
    """A form with one part named ``file``, which flows into a sink.

    Attributes:
        file_name: The base name of the file part, once one was seen.
    """

    def __init__(self, content_type: str, sink: Sink) -> None:
        super().__init__(content_type)
        self.file_name: str | None = None
        self._sink = sink

    def open_file(self, name: str, filename: str | None) -> Write:
        """Into the sink, whatever it is called and also when it has no filename."""
        if name != "file":
            raise errors.unknown_parameter(name)
        if self.file_name is not None:
            raise errors.duplicate_parameter(name)
        self.file_name = base_name(NAMELESS if filename is None else filename)
        return self._sink.write


class ContainerFileForm(_FileForm):
    """An upload into a container: a part ``file``, or the id of a file in a part ``file_id``."""

    fields = ("file_id",)

    @property
    def file_id(self) -> str | None:
        """The text of the ``file_id`` part."""
        return self.texts.get("file_id")

    def finish(self) -> None:
        """Check that there is exactly one of the two."""
        super().finish()
        if self.file_name is None and self.file_id is None:
            raise errors.missing_parameter("file")
        if self.file_name is not None and self.file_id is not None:
            raise errors.ApiError(
                400, "Provide either 'file' or 'file_id', not both.", param="file_id", code="invalid_value"
            )


class UploadForm(_FileForm):
    """``POST /files``: a part ``file``, its ``purpose``, and perhaps when it expires.

    Attributes:
        purpose: The purpose, after ``finish``.
        seconds: How long it lives, or ``None`` for ever, after ``finish``.
    """

    fields = ("purpose", _WHOLE, _ANCHOR, _SECONDS)

    def __init__(self, content_type: str, sink: Sink) -> None:
        super().__init__(content_type, sink)
        self.purpose = ""
        self.seconds: int | None = None

    def finish(self) -> None:
        """Check the texts, and that there was a file."""
        super().finish()
        if self.file_name is None:
            raise errors.missing_parameter("file")
        self.purpose = check_choice(required(self.texts, "purpose", None), "purpose", PURPOSES)
        self.seconds = self._lifetime()

    def _lifetime(self) -> int | None:
        """As one part in JSON, which is how OpenAPI has it, or as two, which is how the SDKs write it."""
        least, most = FILE_SECONDS
        if _WHOLE in self.texts:
            body = check_object(parse_json(self.texts[_WHOLE].encode()), _WHOLE, ("anchor", "seconds"))
            check_choice(required(body, "anchor", _WHOLE), f"{_WHOLE}.anchor", ("created_at",))
            return check_integer(
                required(body, "seconds", _WHOLE), f"{_WHOLE}.seconds", least=least, most=most
            )
        if _ANCHOR not in self.texts and _SECONDS not in self.texts:
            return _BATCH_SECONDS if self.purpose == "batch" else None
        check_choice(required(self.texts, _ANCHOR, None), _ANCHOR, ("created_at",))
        text = required(self.texts, _SECONDS, None)
        if not re.fullmatch("-?[0-9]{1,18}", text):
            raise errors.invalid_type(_SECONDS, "an integer", text)
        return check_integer(int(text), _SECONDS, least=least, most=most)
