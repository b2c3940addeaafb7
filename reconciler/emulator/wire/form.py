"""``multipart/form-data`` read as it arrives: the parts named ``file`` and ``file_id``, and no others."""

from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.disposition import NAMELESS, base_name, parse_disposition

_FIELD_BYTES = 4096
_HEADER_BYTES = 64 * 1024


class Sink(Protocol):
    """Where the bytes of a file part go."""

    def write(self, data: bytes, /) -> None:
        """Take more bytes."""


class UploadForm:
    """An incremental reader of an upload.

    ``feed`` takes the body in pieces, ``finish`` checks that it was whole. A part named ``file`` flows into
    the sink, whatever it is called and also when it has no filename.

    Attributes:
        file_name: The base name of the file part, once one was seen.
        file_id: The text of the ``file_id`` part, once one was seen.
    """

    def __init__(self, content_type: str, sink: Sink) -> None:
        self.file_name: str | None = None
        self.file_id: str | None = None
        self._sink = sink
        self._field = bytearray()
        self._write = sink.write
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._disposition = b""
        self._complete = False
        self._parser = self._new_parser(content_type)

    def feed(self, data: bytes) -> None:
        """Take more of the body.

        Raises:
            ApiError: 400 for a body that is not multipart, or has parts nobody asked for.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise errors.unreadable(f"Could not parse multipart form: {error}") from error

    def finish(self) -> None:
        """Check that the body came to its end.

        Raises:
            ApiError: 400 for a body that was cut, or that names no file or more than one.
        """
        if not self._complete:
            raise errors.unreadable("Could not parse multipart form: the closing boundary is missing.")
        if self.file_name is None and self.file_id is None:
            raise errors.missing_parameter("file")
        if self.file_name is not None and self.file_id is not None:
            raise errors.ApiError(
                400, "Provide either 'file' or 'file_id', not both.", param="file_id", code="invalid_value"
            )

    def _new_parser(self, content_type: str) -> MultipartParser:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise errors.unreadable("Could not parse multipart form: the boundary is missing.")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_part_data": lambda data, start, end: self._write(data[start:end]),
                    "on_part_end": self._on_part_end,
                    "on_header_field": lambda data, start, end: self._header_name.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_end": self._on_end,
                },
                max_header_size=_HEADER_BYTES,
            )
        except FormParserError as error:
            raise errors.unreadable(f"Could not parse multipart form: {error}") from error

    def _on_part_begin(self) -> None:
        self._disposition = b""

    def _on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _on_headers_finished(self) -> None:
        given = parse_disposition(self._disposition)
        name = given.get("name", "")
        if name not in {"file", "file_id"}:
            raise errors.unknown_parameter(name)
        if (self.file_name if name == "file" else self.file_id) is not None:
            raise errors.ApiError(
                400, f"Duplicate parameter: '{name}'.", param=name, code="duplicate_parameter"
            )
        if name == "file":
            self.file_name = base_name(given.get("filename", NAMELESS))
            self._write = self._sink.write
        else:
            self.file_id = ""
            self._write = self._take_field

    def _take_field(self, data: bytes) -> None:
        self._field += data
        if len(self._field) > _FIELD_BYTES:
            raise errors.out_of_bounds(
                "file_id",
                "string too long",
                f"a string with maximum length {_FIELD_BYTES}",
                "a longer one",
                "string_above_max_length",
            )

    def _on_part_end(self) -> None:
        if self.file_id == "":
            self.file_id = self._field.decode("utf-8", "replace")

    def _on_end(self) -> None:
        self._complete = True
