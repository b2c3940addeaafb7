"""The official ``openai`` client against the emulator: an independent witness of all nine endpoints."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types import ContainerCreateResponse
from openai.types.containers import FileCreateResponse

from reconciler.emulator import Emulator, Settings, start

CONTROL = {"x-emulator-key": "control"}
BINARY = bytes(range(256)) * 2000
POLICY = {"type": "allowlist", "allowed_domains": ["api.example.com"]}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    """One pool of connections for every synchronous client: making one costs more than a test."""
    with httpx2.Client(verify=False) as client:
        yield client


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator that accepts one key."""
    with start(Settings(api_keys=("sk-right",), control_key="control")) as running:
        yield running


@pytest.fixture
def client(emulator: Emulator, http: httpx2.Client) -> OpenAI:
    """The synchronous client, without retries."""
    return OpenAI(base_url=emulator.base_url, api_key="sk-right", max_retries=0, http_client=http)


@asynccontextmanager
async def _asynchronous(emulator: Emulator) -> AsyncIterator[AsyncOpenAI]:
    async with (
        httpx2.AsyncClient(verify=False) as http,
        AsyncOpenAI(
            base_url=emulator.base_url, api_key="sk-right", max_retries=0, http_client=http
        ) as client,
    ):
        yield client


def _plant(emulator: Emulator, http: httpx2.Client, number: int) -> list[str]:
    rows = [{"name": f"n{place}", "created_at": 1_000 + place // 100} for place in range(number)]
    url = f"{emulator.root_url}/_emulator/containers"
    data = http.post(url, json={"containers": rows}, headers=CONTROL).json()["data"]
    return [row["id"] for row in data]


def _fault(emulator: Emulator, http: httpx2.Client, **rule: object) -> None:
    response = http.post(f"{emulator.root_url}/_emulator/faults", json={"rules": [rule]}, headers=CONTROL)
    assert response.status_code == 200, response.text


def test_containers_live_and_die(client: OpenAI) -> None:
    created = client.containers.create(
        name="analysis",
        memory_limit="4g",
        expires_after={"anchor": "last_active_at", "minutes": 15},
        network_policy={"type": "allowlist", "allowed_domains": ["api.example.com"]},
        skills=[{"type": "skill_reference", "skill_id": "openai-spreadsheets", "version": "latest"}],
    )
    assert isinstance(created, ContainerCreateResponse)
    assert (created.object, created.name, created.status, created.memory_limit) == (
        "container",
        "analysis",
        "running",
        "4g",
    )
    assert created.expires_after is not None
    assert (created.expires_after.anchor, created.expires_after.minutes) == ("last_active_at", 15)
    assert created.network_policy is not None
    assert created.network_policy.to_dict() == POLICY

    assert client.containers.retrieve(created.id).name == "analysis"
    assert [row.id for row in client.containers.list(name="analysis")] == [created.id]
    assert [row.id for row in client.containers.list(name="analysi")] == []
    client.containers.delete(created.id)
    with pytest.raises(openai.NotFoundError):
        client.containers.delete(created.id)


def test_a_deletion_is_confirmed_in_the_body(client: OpenAI) -> None:
    created = client.containers.create(name="a")
    file = client.containers.files.create(created.id, file=b"x")
    raw = client.containers.files.with_raw_response.delete(file.id, container_id=created.id)
    assert raw.http_response.json() == {"id": file.id, "object": "container.file.deleted", "deleted": True}
    raw = client.containers.with_raw_response.delete(created.id)
    assert raw.http_response.json() == {"id": created.id, "object": "container.deleted", "deleted": True}


@pytest.mark.parametrize("name", ["prices.csv", "naïve 日本語 🐍.txt", 'quo"te.bin'])
def test_files_go_up_and_come_back(client: OpenAI, name: str) -> None:
    container = client.containers.create(name="files").id
    files = client.containers.files
    created = files.create(container, file=(name, BINARY))
    assert isinstance(created, FileCreateResponse)
    assert created.path.startswith("/mnt/data/")
    assert created.path.endswith(f"-{name}")
    assert (created.object, created.bytes, created.source, created.container_id) == (
        "container.file",
        len(BINARY),
        "user",
        container,
    )
    assert files.retrieve(created.id, container_id=container).path == created.path
    assert [row.id for row in files.list(container)] == [created.id]
    assert files.content.retrieve(created.id, container_id=container).read() == BINARY
    files.delete(created.id, container_id=container)
    assert list(files.list(container)) == []
    with pytest.raises(openai.NotFoundError, match=created.id):
        files.content.retrieve(created.id, container_id=container)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_auto_pagination_walks_250_containers(
    client: OpenAI, emulator: Emulator, http: httpx2.Client, order: str
) -> None:
    ids = _plant(emulator, http, 250)
    expected = ids if order == "asc" else ids[::-1]
    assert [row.id for row in client.containers.list(order="asc" if order == "asc" else "desc")] == expected
    page = client.containers.list(order="asc" if order == "asc" else "desc", limit=100)
    assert [len(one.data) for one in page.iter_pages()] == [100, 100, 50]


def test_auto_pagination_walks_files(client: OpenAI) -> None:
    container = client.containers.create(name="files").id
    ids = [client.containers.files.create(container, file=(f"{n}", b"x")).id for n in range(7)]
    assert [row.id for row in client.containers.files.list(container, limit=3, order="asc")] == ids


def test_the_asynchronous_client_sees_the_same(emulator: Emulator, http: httpx2.Client) -> None:
    ids = _plant(emulator, http, 250)

    async def scenario() -> None:
        async with _asynchronous(emulator) as client:
            walked = [row.id async for row in client.containers.list(limit=100, order="asc")]
            assert walked == ids
            created = await asyncio.gather(*(client.containers.create(name=f"a{n}") for n in range(10)))
            container = created[0].id
            assert (await client.containers.retrieve(container)).name == "a0"
            files = client.containers.files
            names = [f"日本{n}.bin" for n in range(5)]
            added = await asyncio.gather(*(files.create(container, file=(n, BINARY)) for n in names))
            assert sorted(row.path.partition("-")[2] for row in added) == names
            content = await files.content.retrieve(added[3].id, container_id=container)
            assert await content.aread() == BINARY
            assert (await files.retrieve(added[3].id, container_id=container)).bytes == len(BINARY)
            await files.delete(added[3].id, container_id=container)
            assert len([row async for row in files.list(container)]) == 4
            await client.containers.delete(container)
            with pytest.raises(openai.NotFoundError):
                await client.containers.retrieve(container)

    asyncio.run(scenario())


def test_a_bad_request_names_the_parameter(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.containers.create(name="a", expires_after={"anchor": "last_active_at", "minutes": 60})
    error = caught.value
    assert (error.param, error.code, error.type) == (
        "expires_after.minutes",
        "integer_above_max_value",
        "invalid_request_error",
    )
    with pytest.raises(openai.BadRequestError) as caught:
        client.containers.create(name="a", extra_body={"path": "x"})
    assert (caught.value.param, caught.value.code) == ("path", "unknown_parameter")
    with pytest.raises(openai.BadRequestError):
        client.containers.list(limit=101)


def test_a_wrong_key_is_an_authentication_error(client: OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        client.with_options(api_key="sk-wrong").containers.list()
    assert caught.value.code == "invalid_api_key"


def test_gone_and_never_are_not_found(client: OpenAI) -> None:
    for identifier in ("cntr_never", "a/b", "日本"):
        with pytest.raises(openai.NotFoundError) as caught:
            client.containers.retrieve(identifier)
        assert caught.value.request_id
    container = client.containers.create(name="a").id
    with pytest.raises(openai.NotFoundError, match="cfile_never not found"):
        client.containers.files.retrieve("cfile_never", container_id=container)


def test_an_expired_container_is_listed_and_refuses_files(
    client: OpenAI, emulator: Emulator, http: httpx2.Client
) -> None:
    container = client.containers.create(name="idle").id
    http.post(f"{emulator.root_url}/_emulator/clock", json={"advance": 1200}, headers=CONTROL)
    assert client.containers.retrieve(container).status == "expired"
    with pytest.raises(openai.BadRequestError, match="Container is expired"):
        client.containers.files.create(container, file=b"x")


def test_every_other_error_class(client: OpenAI, emulator: Emulator, http: httpx2.Client) -> None:
    for status, kind in (
        (403, openai.PermissionDeniedError),
        (409, openai.ConflictError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ):
        _fault(emulator, http, kind="status", status=status)
        with pytest.raises(kind) as caught:
            client.containers.list()
        assert caught.value.status_code == status
    _fault(emulator, http, kind="drop")
    with pytest.raises(openai.APIConnectionError):
        client.containers.list()


def test_the_clients_own_retries_get_through(client: OpenAI, emulator: Emulator, http: httpx2.Client) -> None:
    _fault(emulator, http, kind="status", status=429, headers={"retry-after-ms": "1"}, times=2)
    assert client.with_options(max_retries=2).containers.list().data == []


def test_a_retried_create_whose_reply_was_lost_makes_two(
    client: OpenAI, emulator: Emulator, http: httpx2.Client
) -> None:
    _fault(
        emulator,
        http,
        kind="status",
        status=500,
        when="after",
        endpoint="POST /containers",
        headers={"retry-after-ms": "1"},
    )
    client.with_options(max_retries=1).containers.create(name="twice")
    assert [row.name for row in client.containers.list()] == ["twice", "twice"]
