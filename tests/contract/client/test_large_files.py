"""Large files go up and come down in pieces: memory is bounded by a piece, not by the file."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from typing import TYPE_CHECKING

from support.commands import environment
from support.servers import API_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

MIB = 2**20
SIZE = 64 * MIB
GROWTH = 24 * MIB
"""Bytes by which the process may grow while 64 MiB pass through it: buffers of pieces, twice over."""

CLIENT = """
import asyncio, resource, sys
from reconciler.api.connection import Connection, Endpoint
from reconciler.api.writer import Writer
from reconciler.control.clock import RealClock
from reconciler.model.spec import ContainerSpec, FileSpec, InlineContent, LocalFile

base_url, key, path, size, digest = sys.argv[1:]
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

async def main():
    clock = RealClock()
    connection = Connection(Endpoint(base_url, key), clock)
    writer = Writer(connection, clock)
    box = await writer.create_container("ci-a", ContainerSpec("ci-a"))
    small = FileSpec("s", 1, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
    await writer.upload_file(box.id, small, InlineContent(b"x"))
    before = peak()
    spec = FileSpec("big.bin", int(size), digest)
    made = await writer.upload_file(box.id, spec, LocalFile(path))
    assert await writer.content_digest(box.id, made.id, limit=int(size)) == digest
    await connection.close()
    print(peak() - before)

asyncio.run(main())
"""


def test_64_mib_pass_in_both_directions_without_being_held(server: Server, tmp_path: Path) -> None:
    block = bytes(range(256)) * (MIB // 256)
    path = tmp_path / "big.bin"
    digest = sha256()
    with path.open("wb") as file:
        for number in range(SIZE // MIB):
            piece = number.to_bytes(4, "big") + block[4:]
            digest.update(piece)
            file.write(piece)
    wanted = digest.hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, server.base_url, API_KEY, str(path), str(SIZE), wanted],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < GROWTH
    assert [(file["size"], file["sha256"]) for file in server.containers()[0]["files"]][1:] == [
        (SIZE, wanted)
    ]
