"""``Content-Disposition`` of a form part, as clients really write it.

Browsers and Python's clients send the name in raw UTF-8 and write ``"`` and control characters as ``%22`` and
the like; others escape with backslashes; RFC 5987 has ``filename*=UTF-8''...``, which wins where it is valid.
"""

import re
from urllib.parse import unquote_to_bytes

_PARAMETER = re.compile(r""";\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))""", re.DOTALL)
_ESCAPED = re.compile(r"\\([\"\\])")
_PERCENT = re.compile(r"%(22|0[0-9A-Fa-f]|1[0-9A-Fa-f])")

NAMELESS = "upload"
"""What a file is called whose name is missing, or has nothing left when its folders are removed."""


def parse_disposition(header: bytes) -> dict[str, str]:
    """The parameters of the header, keys in lower case: ``name`` and, of a file, ``filename``."""
    text = _decode(header)
    found = {}
    for match in _PARAMETER.finditer(text):
        key, quoted, plain = match.groups()
        found[key.lower()] = plain.strip() if quoted is None else _ESCAPED.sub(r"\1", quoted)
    if "filename" in found:
        found["filename"] = _PERCENT.sub(lambda match: chr(int(match[1], 16)), found["filename"])
    extended = _extended(found.pop("filename*", ""))
    return found if extended is None else found | {"filename": extended}


def base_name(filename: str) -> str:
    """The name without folders, so that nothing lands outside of the container's own."""
    name = filename.rpartition("/")[2]
    return NAMELESS if name in {"", ".", ".."} else name


def _extended(value: str) -> str | None:
    """``charset'language'percent-encoded``, or ``None`` if it is not that."""
    charset, _, rest = value.partition("'")
    _, quote, encoded = rest.partition("'")
    if not quote or charset.lower() not in {"utf-8", "iso-8859-1"}:
        return None
    try:
        return unquote_to_bytes(encoded).decode(charset)
    except UnicodeDecodeError:
        return None


def _decode(header: bytes) -> str:
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")
