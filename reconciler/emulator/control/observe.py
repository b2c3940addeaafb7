"""Looking without touching: the log of requests, and every row with the digests of its files."""

from hashlib import sha256
from typing import Any

from reconciler.emulator.control.arm import arm
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.store.blobs import read_blob
from reconciler.emulator.store.rows import Container, File
from reconciler.emulator.wire.objects import container_object, file_object


async def show_log(service: Service, _request: Request) -> Response:
    """``GET /_emulator/log``: the newest requests, and exact counts by ``METHOD template``."""
    return Response(payload=service.log.snapshot())


async def clear_log(service: Service, _request: Request) -> Response:
    """``DELETE /_emulator/log``."""
    service.log.clear()
    return Response(payload=service.log.snapshot())


async def show_containers(service: Service, _request: Request) -> Response:
    """``GET /_emulator/containers``: every row, oldest first, with ``files``, without pages or touches."""
    data = [snapshot(service, row) for row in service.containers.everything()]
    return Response(payload={"object": "emulator.containers", "data": data})


async def reset(service: Service, _request: Request) -> Response:
    """``POST /_emulator/reset``."""
    start_over(service)
    return Response(payload={"object": "emulator.reset"})


def start_over(service: Service) -> None:
    """No rows and no log, faults and lag as the server was started; the clock and the identity stay."""
    with service.database.transaction():
        service.clear()
    service.log.clear()
    arm(service)


def snapshot(service: Service, row: Container) -> dict[str, Any]:
    """A container as the API shows it, and its files with ``sha256`` and ``size``."""
    files = [_file(service, file, row.id) for file in service.files.of(row)]
    return {**container_object(row, service.settings), "files": files}


def _file(service: Service, row: File, container_id: str) -> dict[str, Any]:
    digest = sha256()
    size = 0
    for chunk in read_blob(service.database, row.blob):
        digest.update(chunk)
        size += len(chunk)
    return {**file_object(row, container_id), "sha256": digest.hexdigest(), "size": size}
