"""Rows that no client of the API made: other people's containers, files that a model wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.emulator import ids
from reconciler.emulator.store.blobs import BlobWriter
from reconciler.emulator.wire.objects import DISABLED_TEXT

if TYPE_CHECKING:
    from reconciler.emulator.service import Service
    from reconciler.emulator.store.rows import Container


def container_values(service: Service, created_at: int) -> dict[str, Any]:
    """The columns of an honest row without a name, as a session's ``auto`` container may have none."""
    return {
        "id": ids.container_id(created_at),
        "name": "",
        "created_at": created_at,
        "last_active_at": created_at,
        "status": "running",
        "minutes": service.settings.default_minutes,
        "memory_limit": "1g",
        "network_policy": DISABLED_TEXT,
    }


def appear_container(service: Service, name: str) -> None:
    """A container of somebody else comes into being."""
    now = service.second()
    expires_at = now + 60 * service.settings.default_minutes
    service.containers.insert(container_values(service, now) | {"name": name, "expires_at": expires_at})


def appear_file(service: Service, container: Container, name: str) -> None:
    """The model writes a file; its ``bytes`` are null, as users have seen."""
    number = len(service.files.of(container)) + 1
    writer = BlobWriter(service.database)
    writer.write(b"written by the assistant\n")
    service.files.insert(
        container,
        path=f"/mnt/data/{name or f'output-{number}.txt'}",
        blob=writer.finish(),
        created_at=service.second(),
        source="assistant",
        bytes=None,
    )
