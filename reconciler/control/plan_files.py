"""Which files are saved plans: every command asks before it takes one for a manifest."""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.manifest.given import STANDARD_INPUT

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How text begins that a shell of Windows has written."""

_BEGINS = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"kind"\s*:\s*"reconciler/plan"')


def is_plan_file(path: str) -> bool:
    """Tells whether a path names a saved plan, by its first key; standard input is none."""
    if path == STANDARD_INPUT:
        return False
    try:
        with Path(path).open("rb") as file:
            head = file.read(4096)
    except (OSError, ValueError):  # a name that no file can have
        return False
    if head.startswith(UTF_16):  # what a shell of Windows makes of a plan: refused as one
        head = head.decode("utf-16", errors="ignore").encode("ascii", errors="ignore")
    return _BEGINS.match(head) is not None
