"""The nine endpoints over real HTTP: what is sent arrives, what is there is read."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import allow, spec
from support.emulated import Client

from reconciler.api.errors import NotFound
from reconciler.model.live import USER, LiveContainer, LiveFile, Origin
from reconciler.model.spec import (
    DISABLED,
    ContainerSpec,
    ExpiresAfter,
    FileSpec,
    InlineContent,
    NetworkPolicy,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from support.servers import Server

    from reconciler.api.writer import Writer

FULL = ContainerSpec("ci-a", "4g", allow("b.example", "a.example"), ExpiresAfter(7))


def content(data: bytes, name: str = "a.txt") -> tuple[FileSpec, InlineContent]:
    """A file to be uploaded."""
    return FileSpec(name, len(data), sha256(data).hexdigest()), InlineContent(data)


async def upload(writer: Writer, container_id: str, data: bytes, name: str = "a.txt") -> LiveFile:
    """Uploads some bytes."""
    what, source = content(data, name)
    return await writer.upload_file(container_id, what, source)


def test_a_created_container_is_what_was_sent_however_it_is_read(server: Server) -> None:
    async def work(writer: Writer) -> list[LiveContainer]:
        made = await writer.create_container("ci-a", FULL)
        return [made, await writer.container(made.id), *(await writer.containers()).rows]

    found = Client(server).run(work)
    assert [row.spec for row in found] == [FULL] * 3
    assert len({(row.id, row.name, row.status, row.created_at) for row in found}) == 1
    assert [row.seen.origin for row in found] == [Origin.GET, Origin.GET, Origin.LIST]
    assert all(row.seen.date is not None for row in found)
    assert server.counts() == {
        "GET /containers": 1,
        "GET /containers/{container_id}": 1,
        "POST /containers": 1,
    }


def test_omitted_fields_are_left_to_the_server(server: Server) -> None:
    made = Client(server).run(lambda writer: writer.create_container("ci-a", spec("ci-a")))
    assert made.spec == ContainerSpec("ci-a", "1g", NetworkPolicy(DISABLED), ExpiresAfter(20))


def test_a_deleted_container_is_gone_and_deleting_it_again_is_no_error(server: Server) -> None:
    async def work(writer: Writer) -> list[bool]:
        made = await writer.create_container("ci-a", FULL)
        before = await writer.gone(made.id)
        await writer.delete_container(made.id)
        await writer.delete_container(made.id)
        return [before, await writer.gone(made.id)]

    assert Client(server).run(work) == [False, True]
    assert server.containers() == []
    assert server.counts()["DELETE /containers/{container_id}"] == 2


@pytest.mark.parametrize("status", ["expired", "deleted"])
def test_a_dead_row_is_gone_although_it_can_be_read(server: Server, status: str) -> None:
    row = server.control("POST", "/containers", {"containers": [{"name": "x", "status": status}]})["data"][0]
    assert Client(server).run(lambda writer: writer.gone(row["id"]))


def test_a_file_is_uploaded_listed_read_downloaded_and_deleted(server: Server) -> None:
    async def work(writer: Writer) -> list[Any]:
        box = await writer.create_container("ci-a", FULL)
        made = await upload(writer, box.id, b"hello", "prices.csv")
        listed = (await writer.files(box.id)).rows
        read = await writer.file(box.id, made.id)
        digest = await writer.content_digest(box.id, made.id, limit=5)
        await writer.delete_file(box.id, made.id)
        await writer.delete_file(box.id, made.id)
        return [made, listed, read, digest, (await writer.files(box.id)).rows]

    made, listed, read, digest, after = Client(server).run(work)
    assert (made.spec, made.source) == (FileSpec("prices.csv", 5), USER)
    assert made.path.startswith("/mnt/data/")
    assert listed == (made,)
    assert read == made
    assert digest == sha256(b"hello").hexdigest()
    assert after == ()


def test_a_file_that_is_not_there_is_not_found(server: Server) -> None:
    async def work(writer: Writer) -> None:
        box = await writer.create_container("ci-a", FULL)
        with pytest.raises(NotFound):
            await writer.content_digest(box.id, "cfile_1", limit=None)
        with pytest.raises(NotFound):
            await writer.file(box.id, "cfile_1")
        with pytest.raises(NotFound):
            await writer.files("cntr_1")

    Client(server).run(work)


def test_attaching_sends_the_files_id_as_json(server: Server) -> None:
    answer = {"id": "cfile_1", "path": "/mnt/data/seed.bin", "bytes": 3, "source": "user", "created_at": 5}
    server.fault(
        kind="status",
        status=200,
        endpoint="POST /containers/{container_id}/files",
        body=answer,
        when="before",
    )
    made = Client(server).run(lambda writer: writer.attach_file("cntr_1", "file-abc"))
    assert made == LiveFile("cfile_1", "/mnt/data/seed.bin", "user", 5, FileSpec("seed.bin", 3))


def test_attaching_what_is_no_file_is_said_by_the_server(server: Server) -> None:
    async def work(writer: Writer) -> None:
        box = await writer.create_container("ci-a", FULL)
        with pytest.raises(NotFound, match="file-abc"):
            await writer.attach_file(box.id, "file-abc")

    Client(server).run(work)


@pytest.mark.parametrize(
    "name",
    ["Ünïcødé 测试 🦀", "a/b c.d_e-f", "ci-\t\n\x1b[2J", '"quoted"', "%2F..%00", " ", "\u202egnp"],
)
def test_container_names_survive_the_way(server: Server, name: str) -> None:
    async def work(writer: Writer) -> list[str]:
        made = await writer.create_container(name, spec("x"))
        listing = await writer.containers(name=name)
        return [made.name, *(row.name for row in listing.rows)]

    assert Client(server).run(work) == [name, name]


@pytest.mark.parametrize(
    "name",
    ["ü.txt", "测试.csv", "🦀", "two words.txt", 'say "hi".txt', "a;b=c.txt", "a'b.txt", "per%cent.txt", "-"],
)
def test_file_names_survive_the_way(server: Server, name: str) -> None:
    async def work(writer: Writer) -> list[str]:
        box = await writer.create_container("ci-a", FULL)
        made = await upload(writer, box.id, b"x", name)
        return [made.spec.path, *(row.spec.path for row in (await writer.files(box.id)).rows)]

    assert Client(server).run(work) == [name, name]


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\r\n--boundary--\r\n", bytes(range(256)) * 300, b"\xff\xfe\r\n" * 5]
)
def test_bytes_survive_the_way(server: Server, data: bytes) -> None:
    async def work(writer: Writer) -> list[str | None]:
        box = await writer.create_container("ci-a", FULL)
        made = await upload(writer, box.id, data)
        return [await writer.content_digest(box.id, made.id, limit=len(data))]

    assert Client(server).run(work) == [sha256(data).hexdigest()]
    assert [file["size"] for file in server.containers()[0]["files"]] == [len(data)]


def test_a_download_begins_anew_when_it_is_cut_off(server: Server) -> None:
    data = bytes(range(256)) * 1024
    begun: list[int] = []

    async def keep(chunks: AsyncIterator[bytes]) -> bytes:
        begun.append(1)
        return b"".join([chunk async for chunk in chunks])

    async def work(writer: Writer) -> bytes:
        box = await writer.create_container("ci-a", FULL)
        made = await upload(writer, box.id, data)
        server.fault(kind="truncate", size=100_000, endpoint="GET *content")
        return await writer.content(box.id, made.id, keep)

    assert Client(server).run(work) == data
    assert len(begun) == 2


def test_a_download_longer_than_it_can_be_is_left_early(server: Server) -> None:
    async def work(writer: Writer) -> str | None:
        box = await writer.create_container("ci-a", FULL)
        made = await upload(writer, box.id, b"x" * 100_000)
        return await writer.content_digest(box.id, made.id, limit=99_999)

    assert Client(server).run(work) is None


def test_250_containers_are_listed_in_three_pages_oldest_first(server: Server) -> None:
    rows = [{"name": f"n{number}", "created_at": 1_700_000_000 + number // 3} for number in range(250)]
    planted = server.control("POST", "/containers", {"containers": rows})["data"]
    listing = Client(server).run(lambda writer: writer.containers())
    assert [row.id for row in listing.rows] == [row["id"] for row in planted]
    assert listing.date is not None
    assert server.counts() == {"GET /containers": 3}


def test_220_files_are_listed_in_three_pages(server: Server) -> None:
    files = [{"path": f"/mnt/data/{number}.txt", "created_at": 1_700_000_000} for number in range(220)]
    box = server.control("POST", "/containers", {"containers": [{"name": "x", "files": files}]})["data"][0]
    listing = Client(server).run(lambda writer: writer.files(box["id"]))
    assert [row.spec.path for row in listing.rows] == [f"{number}.txt" for number in range(220)]
    assert server.requests() == 3


@pytest.mark.parametrize("identifier", ["cntr/with/slashes", "c" * 300, "?after=1#x", "ü ", "%2F", "a:b@c"])
def test_odd_ids_of_foreign_rows_reach_the_server_as_they_are(server: Server, identifier: str) -> None:
    files = [{"id": f"{identifier}+", "path": "/mnt/data/a", "content": "x"}]
    server.control("POST", "/containers", {"containers": [{"id": identifier, "name": "x", "files": files}]})

    async def work(writer: Writer) -> list[Any]:
        row = await writer.container(identifier)
        file = (await writer.files(identifier)).rows[0]
        digest = await writer.content_digest(identifier, file.id, limit=None)
        await writer.delete_file(identifier, file.id)
        await writer.delete_container(identifier)
        return [row.id, file.id, digest]

    assert Client(server).run(work) == [identifier, f"{identifier}+", sha256(b"x").hexdigest()]
    assert server.containers() == []


def test_the_lists_of_many_pages_use_odd_ids_as_cursors(server: Server) -> None:
    rows = [{"id": f"c/&?ü {number:03}", "name": "x", "created_at": 1_700_000_000} for number in range(150)]
    server.control("POST", "/containers", {"containers": rows})
    listing = Client(server).run(lambda writer: writer.containers())
    assert [row.id for row in listing.rows] == [row["id"] for row in rows]
