"""Where published schemas lie: inside the package once it is installed, at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_FOLDERS = (_PACKAGE / "schemas", _PACKAGE.parent / "schemas")


def read(name: str) -> str:
    """The text of one of them."""
    path = next((folder / name for folder in _FOLDERS if (folder / name).is_file()), None)
    if path is None:
        raise FileNotFoundError(f"no published schema is named {name}")
    return path.read_text(encoding="utf-8")
