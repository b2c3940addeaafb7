"""How a value may stand in what a server repeats of it: every encoding that a body, an address or a log gives it.

Of a long value only those are made in which servers were seen to repeat what they cannot read. What is merely
escaped in another style needs no entry here: `pieces` reads a text without its escapes, too.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 1 << 16
"""Characters; of longer values each encoding costs time and memory with every error."""

_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
_FEW = 16
"""Different bytes that are replaced one after the other sooner than `quote` has gone through all of them."""


def encodings(value: str) -> Iterator[bytes]:
    """A value as it is and as it may be written, in UTF-8; some of them may be equal."""
    raw = value.encode("utf-8", "surrogatepass")
    yield raw
    yield json.dumps(value)[1:-1].encode()
    yield json.dumps(value, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
    yield repr(value)[1:-1].encode("utf-8", "surrogatepass")
    yield " ".join(value.split()).encode("utf-8", "surrogatepass")  # as an error shows a body
    yield _percent_encoded(raw, b"/")
    yield _percent_encoded(raw, b"")
    yield b64encode(raw)
    if len(value) <= LONG:
        yield raw.hex().encode()
        yield from _within_base64(raw)


def _percent_encoded(raw: bytes, safe: bytes) -> bytes:
    """As `quote` does it, which takes 0.4 s for 10 MB."""
    unsafe = set(raw.translate(None, _SAFE + safe))
    if len(unsafe) > _FEW:
        return quote(raw, safe=safe).encode()
    for byte in sorted(unsafe, key=lambda byte: byte != ord("%")):  # what is put in holds that one
        raw = raw.replace(bytes((byte,)), b"%%%02X" % byte)
    return raw


def _within_base64(raw: bytes) -> Iterator[bytes]:
    """The characters that are this value's alone where more than the value was encoded."""
    for before, first in enumerate((0, 2, 3)):
        yield b64encode(bytes(before) + raw)[first : (before + len(raw)) * 8 // 6]
