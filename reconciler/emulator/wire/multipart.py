"""``multipart/form-data`` read as it arrives; what its parts mean is decided by the forms built on this."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.disposition import parse_disposition

MULTIPART = "multipart/form-data"
_FIELD_BYTES = 4096
_HEADER_BYTES = 64 * 1024

logging.getLogger("python_multipart").addHandler(logging.NullHandler())  # else Python prints its warnings

Write = Callable[[bytes], None]


class Sink(Protocol):
    """Where the bytes of a file part go."""

    def write(self, data: bytes, /) -> None:
        """Take more bytes."""


class Form(ABC):
    """An incremental reader: ``feed`` takes the body in pieces, ``finish`` checks that it was whole."""

    fields: tuple[str, ...] = ()
    """The names of text parts."""

    def __init__(self, content_type: str) -> None:
        self.texts: dict[str, str] = {}
        self._field: tuple[str, bytearray] | None = None
        self._write: Write = _ignore
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._disposition = b""
        self._complete = False
        self._parser = self._new_parser(content_type)

    @abstractmethod
    def open_file(self, name: str, filename: str | None) -> Write:
        """Where the bytes of a part go that is no text part.

        Raises:
            ApiError: 400 for a part nobody asked for.
        """

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
            ApiError: 400 for a body that was cut, or whose parts do not make a request.
        """
        if not self._complete:
            raise errors.unreadable("Could not parse multipart form: the closing boundary is missing.")

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
        if name not in self.fields:
            self._write = self.open_file(name, given.get("filename"))
            return
        if name in self.texts:
            raise errors.duplicate_parameter(name)
        self._field = (name, bytearray())
        self._write = self._take_field

    def _take_field(self, data: bytes) -> None:
        assert self._field is not None  # noqa: S101 - set by the part's headers
        name, text = self._field
        text += data
        if len(text) > _FIELD_BYTES:
            raise errors.out_of_bounds(
                name,
                "string too long",
                f"a string with maximum length {_FIELD_BYTES}",
                "a longer one",
                "string_above_max_length",
            )

    def _on_part_end(self) -> None:
        if self._field is None:
            return
        name, text = self._field
        self._field = None
        try:
            self.texts[name] = text.decode()
        except UnicodeDecodeError as error:
            raise errors.not_text(name) from error

    def _on_end(self) -> None:
        self._complete = True


def _ignore(data: bytes) -> None:
    """Before the first part."""
