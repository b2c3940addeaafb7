"""How the tables are written: a code at the margin, and indented below it what it means, and what to do.

    duplicate-key
        A mapping has the same key twice. ...

        Keep one of them.

Prose in a table of string literals would be half quotes.
"""

from __future__ import annotations

import re

_ENTRY = re.compile(r"^(?P<code>[a-z0-9-]+)\n(?P<body>(?:\n?    .+\n)+)", re.MULTILINE)


def entries(text: str) -> dict[str, tuple[str, str]]:
    """The table: (what it means, what to do) by code.

    Raises:
        ValueError: the text is not written as above.
    """
    found: dict[str, tuple[str, str]] = {}
    rest = _ENTRY.sub("", text)
    for entry in _ENTRY.finditer(text):
        means, do = (" ".join(part.split()) for part in entry["body"].split("\n\n"))
        if entry["code"] in found:
            raise ValueError(f"{entry['code']} stands twice in one table")
        found[entry["code"]] = (means, do)
    if rest.strip():
        raise ValueError(f"no entry: {rest.strip()[:60]}")
    return found
