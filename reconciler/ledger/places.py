"""Where this machine keeps what may be lost (the XDG base directory specification)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def cache_folder(environment: Mapping[str, str]) -> Path:
    """The user's cache folder for this program; a relative XDG_CACHE_HOME is ignored, by the standard."""
    named = Path(environment.get("XDG_CACHE_HOME") or "")
    if named.is_absolute():
        return named / "reconciler"
    try:
        home = Path(environment.get("HOME") or Path.home())
    except RuntimeError:  # a user without a name, as containers have them
        import tempfile  # noqa: PLC0415 - hardly ever

        return Path(tempfile.gettempdir()) / f"reconciler-{os.getuid()}"
    return home / ".cache" / "reconciler"


def ledger_file(environment: Mapping[str, str]) -> Path:
    """Where the ledger is kept unless `--ledger` says otherwise."""
    return cache_folder(environment) / "ledger.db"
