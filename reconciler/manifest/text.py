"""From the bytes of a file to text that the parser can read without a surprise.

YAML 1.1 breaks lines at three characters that no editor counts as line breaks, and it may be written in
UTF-16; both are refused here, as is everything that the parser would refuse with less to say about it.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.manifest.findings import error
from reconciler.manifest.lines import place
from reconciler.manifest.quotable import Quotable
from reconciler.manifest.values import position
from reconciler.model.errors import UsageError
from reconciler.model.quotes import QuotableName

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic

MAX_BYTES = 8 * 1024 * 1024
"""A set of 10,000 containers with two files each takes 4 MiB."""

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # that of UTF-32 begins with one of them, or with NUL
_REFUSED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SAVE = "save the file as UTF-8"


def read(file: str) -> str | Diagnostic:
    """The text of a manifest, or what is wrong with it as text."""
    try:
        with Path(file).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise UsageError(f"cannot read {file}: {problem.strerror}") from problem
    return decode(file, raw)


def decode(file: str, raw: bytes) -> str | Diagnostic:
    """Reads UTF-8 and refuses what only looks like text."""
    start = position(file, 0)
    if len(raw) > MAX_BYTES:
        mebibytes = MAX_BYTES // 1024**2
        return error(
            "too-large", f"a manifest has at most {mebibytes} MiB", start, "split it into several files"
        )
    if raw.startswith(_WIDE):
        return error("not-utf-8", "expected UTF-8, found UTF-16 or UTF-32", start, _SAVE)
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        text = raw.decode("utf-8", "replace")
        _remember(file, text)
        sentence = f"expected UTF-8, found the byte 0x{raw[problem.start]:02x}"
        before = len(raw[: problem.start].decode("utf-8"))
        return error("not-utf-8", sentence, position(file, place(text, before)), _SAVE)
    return _without_refused(file, text)


def _without_refused(file: str, text: str) -> str | Diagnostic:
    refused = _REFUSED.search(text)
    if refused is None:
        return text
    _remember(file, text)
    character = ord(refused[0])
    escape = f"\\u{character:04x}"
    return error(
        "invalid-character",
        f"U+{character:04X} cannot stand in a manifest as it is",
        position(file, place(text, refused.start())),
        f'inside double quotes it is written "{escape}"',
    )


def _remember(file: str, text: str) -> None:
    """Lets the line be quoted where the name of the file is one that may be; nothing was read as YAML."""
    if isinstance(file, QuotableName):
        file.behind = Quotable(text, unread_from=0)
