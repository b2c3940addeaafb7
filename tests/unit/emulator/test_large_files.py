"""A file larger than the memory there is goes through: in, out and into a gateway's second attempt."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

MIB = 2**20
ROOM_MIB = 48
HEADERS = {"authorization": "Bearer k"}
BOUNDARY = b"--b\r\n"

SERVE = """
import resource, sys
from pathlib import Path
from reconciler.emulator import Settings, serve

def ready(address):
    with open("/proc/self/status") as status:
        used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmSize"))
    resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[2]) * 2**20, resource.RLIM_INFINITY))
    print(address.base_url, flush=True)

serve(Settings(data=Path(sys.argv[1]), faults=tuple(sys.argv[3:])), on_ready=ready)
"""


def _body(size: int) -> Iterator[bytes]:
    """A form with one file of so many MiB, each different."""
    yield BOUNDARY + b'Content-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n'
    yield from _content(size)
    yield b"\r\n--b--\r\n"


def _content(size: int) -> Iterator[bytes]:
    for number in range(size):
        yield number.to_bytes(4, "big") * (MIB // 4)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to know the memory in use")
@pytest.mark.parametrize("size", [96, pytest.param(300, marks=pytest.mark.nightly)])
def test_a_file_larger_than_the_memory_left_comes_back_whole(tmp_path: Path, size: int) -> None:
    assert size > 2 * ROOM_MIB - 1
    command = [sys.executable, "-c", SERVE, str(tmp_path / "data.db"), str(ROOM_MIB)]
    command.append("POST /containers/*: double once")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            digest = _round_trip(process.stdout.readline().strip(), size)
        finally:
            process.kill()
    expected = sha256()
    for chunk in _content(size):
        expected.update(chunk)
    assert digest == expected.digest()


def _round_trip(base_url: str, size: int) -> bytes:
    """Upload a file, which is stored twice, and download it; the digest of what came back."""
    with httpx2.Client(base_url=base_url, headers=HEADERS, timeout=120) as client:
        container = client.post("/containers", json={"name": "big"}).json()["id"]
        path = f"/containers/{container}/files"
        form = {"content-type": "multipart/form-data; boundary=b"}
        shown = client.post(path, content=_body(size), headers=form).json()
        rows = client.get(path).json()["data"]
        assert [row["bytes"] for row in rows] == [size * MIB] * 2
        digest = sha256()
        with client.stream("GET", f"{path}/{shown['id']}/content") as response:
            for chunk in response.iter_bytes():
                digest.update(chunk)
    return digest.digest()


def test_the_limit_of_that_test_is_a_limit() -> None:
    """A process with so much room left cannot hold the file in memory."""
    code = (
        "import resource\n"
        "used = next(int(l.split()[1]) * 1024 for l in open('/proc/self/status') if l.startswith('VmSize'))\n"
        f"resource.setrlimit(resource.RLIMIT_AS, (used + {ROOM_MIB} * 2**20, {resource.RLIM_INFINITY}))\n"
        "try:\n    bytearray(96 * 2**20)\nexcept MemoryError:\n    print('too large')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stdout == "too large\n"
