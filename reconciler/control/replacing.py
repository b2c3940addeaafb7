"""Writing a file whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(target: Path, contents: bytes) -> None:
    """Puts new contents in the place of a file, or makes it; its permissions stay.

    Whoever reads meanwhile sees the old contents or the new ones. The target is no link: resolve it first.

    Raises:
        OSError: it could not be written; what was there still is.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    file = temporary.open("xb")
    try:
        with file:
            if target.exists():
                os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
            file.write(contents)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
