"""What drift is told as."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from reconciler.model.plan import Activity, Reason


class Cause(StrEnum):
    """Why something drifted; `removed` also covers what was never created."""

    EXPIRED = "expired"
    REMOVED = "removed"
    FILES_CHANGED = "files-changed"
    FILES_ADDED = "files-added"
    FIELDS = "fields"
    DOUBLED = "doubled"
    UNMANAGED = "unmanaged"


QUIET_CAUSES = frozenset({Cause.EXPIRED, Cause.UNMANAGED})
"""Causes that do not make `drift` exit 2 unless asked: containers expire and strangers appear every day."""


class DriftItem(Struct, frozen=True):
    """One thing that moved. `container_id` is None where there is no live container.

    `activity` is there where that container is in use, so that what it needs would be withheld. `left` says
    why apply does nothing about it (ignored, left-expired, protected), None where it does.
    """

    name: str
    cause: Cause
    container_id: str | None = None
    activity: Activity | None = None
    left: Reason | None = None
