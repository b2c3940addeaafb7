"""How a value may stand in what a server repeats: each encoding that a body, an address or a log gives it.

What is merely escaped in another style needs no entry here, see `readings`.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LONG = 1 << 16
"""Characters; of longer values each encoding costs time and memory with every error."""

_SHORT = 4
"""Bytes; of shorter values some encodings are two digits, or nothing."""

_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/"
_FEW = 16
"""Different bytes that are replaced one after the other sooner than `quote` has gone through all of them."""


def encodings(value: str) -> Iterator[bytes]:
    """A value as it is and in every encoding, in UTF-8; some of them may be equal, or empty."""
    for write in _BY_MARK.values():
        yield from write(value)
    raw = _utf8(value)
    if len(raw) >= _SHORT:
        yield raw.hex().encode()
        yield from _within_base64(raw)


class LongValue:
    """A value of which only those encodings are made that a text may hold."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._made: dict[bytes, tuple[bytes, ...]] = {}

    def in_text(self, text: bytes) -> Iterator[bytes]:
        """The value as it is, and as it may stand in a text with these escapes."""
        for mark, write in _BY_MARK.items():
            if mark not in text:
                continue
            if mark not in self._made:
                known = {form for forms in self._made.values() for form in forms}
                self._made[mark] = tuple({form for form in write(self._value) if form} - known)
            yield from self._made[mark]


def _unescaped(value: str) -> Iterator[bytes]:
    yield _utf8(value)
    yield _utf8(" ".join(value.split()))  # as an error shows a body
    yield b64encode(_utf8(value))


def _with_backslashes(value: str) -> Iterator[bytes]:
    yield json.dumps(value)[1:-1].encode()
    yield _utf8(json.dumps(value, ensure_ascii=False)[1:-1])
    yield _utf8(repr(value)[1:-1])


def _percent_encoded(value: str) -> Iterator[bytes]:
    """As `quote` does it, which takes 0.4 s for 10 MB."""
    raw = _utf8(value)
    unsafe = set(raw.translate(None, _SAFE))
    if len(unsafe) > _FEW:
        raw = quote(raw).encode()
    else:
        for byte in sorted(unsafe, key=lambda byte: byte != ord("%")):  # what is put in holds that one
            raw = raw.replace(bytes((byte,)), b"%%%02X" % byte)
    yield raw
    yield raw.replace(b"/", b"%2F")


_BY_MARK: dict[bytes, Callable[[str], Iterable[bytes]]] = {
    b"": _unescaped,
    b"\\": _with_backslashes,
    b"%": _percent_encoded,
}
"""Encodings by what their escapes begin with: where a text has none, it is the value itself that is there."""


def _within_base64(raw: bytes) -> Iterator[bytes]:
    """The characters that are this value's alone where more than the value was encoded."""
    for before, first in enumerate((0, 2, 3)):
        yield b64encode(bytes(before) + raw)[first : (before + len(raw)) * 8 // 6]


def _utf8(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
