"""The official ``openai`` client against the emulator: an independent witness of every endpoint."""

import asyncio
import io
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from zipfile import ZipFile, ZipInfo

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from openai.types import ContainerCreateResponse, FileObject, Skill
from openai.types.containers import FileCreateResponse
from openai.types.skills import SkillVersion

from reconciler.emulator import Emulator, Settings, profile_settings, start

CONTROL = {"x-emulator-key": "control"}
BINARY = bytes(range(256)) * 2000
ERRORS: tuple[tuple[int, type[openai.APIStatusError]], ...] = (
    (403, openai.PermissionDeniedError),
    (409, openai.ConflictError),
    (422, openai.UnprocessableEntityError),
    (429, openai.RateLimitError),
    (500, openai.InternalServerError),
    (503, openai.InternalServerError),
)
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


def _skill(*, name: str = "cleaner") -> tuple[str, bytes]:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        entry = ZipInfo("folder/SKILL.md")  # of a fixed time, so that packing twice gives the same bytes
        archive.writestr(entry, f"---\nname: {name}\ndescription: d\n---\n")
    return "skill.zip", packed.getvalue()


def test_files_are_stored_and_copied(client: OpenAI) -> None:
    stored = client.files.create(
        file=("naïve.csv", BINARY),
        purpose="user_data",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert isinstance(stored, FileObject)
    assert (stored.object, stored.filename, stored.bytes, stored.purpose, stored.status) == (
        "file",
        "naïve.csv",
        len(BINARY),
        "user_data",
        "processed",
    )
    assert stored.expires_at == stored.created_at + 3600
    assert client.files.retrieve(stored.id) == stored
    assert list(client.files.list(purpose="user_data")) == [stored]
    assert list(client.files.list(purpose="vision")) == []
    assert client.files.content(stored.id).read() == BINARY
    container = client.containers.create(name="copies", file_ids=[stored.id]).id
    attached = client.containers.files.create(container, file_id=stored.id)
    gone = client.files.delete(stored.id)
    assert (gone.id, gone.object, gone.deleted) == (stored.id, "file", True)
    with pytest.raises(openai.NotFoundError):
        client.files.delete(stored.id)
    rows = list(client.containers.files.list(container))
    assert attached.id in {row.id for row in rows}
    contents = [client.containers.files.content.retrieve(row.id, container_id=container) for row in rows]
    assert [content.read() for content in contents] == [BINARY, BINARY]


def test_auto_pagination_walks_stored_files(client: OpenAI) -> None:
    ids = [client.files.create(file=(f"{n}", b"x"), purpose="user_data").id for n in range(7)]
    assert [row.id for row in client.files.list(limit=3, order="asc")] == ids


def test_skills_and_versions_live_and_die(client: OpenAI) -> None:
    skill = client.skills.create(files=_skill())
    assert isinstance(skill, Skill)
    assert (skill.name, skill.description, skill.default_version) == ("cleaner", "d", "1")
    folder = [("folder/SKILL.md", b"---\nname: second\n---\n"), ("folder/x.txt", b"x")]
    second = client.skills.versions.create(skill.id, files=folder, default=True)
    assert isinstance(second, SkillVersion)
    assert (second.version, second.skill_id, second.name) == ("2", skill.id, "second")
    assert client.skills.retrieve(skill.id).default_version == "2"
    assert client.skills.update(skill.id, default_version="1").name == "cleaner"
    assert [row.id for row in client.skills.list()] == [skill.id]
    walked = [row.version for row in client.skills.versions.list(skill.id, limit=1, order="asc")]
    assert walked == ["1", "2"]
    assert client.skills.versions.retrieve("2", skill_id=skill.id) == second
    assert client.skills.content.retrieve(skill.id).read() == _skill()[1]
    assert client.skills.versions.content.retrieve("2", skill_id=skill.id).read()[:2] == b"PK"
    for version in ("2", "latest"):
        client.containers.create(
            name="skilled", skills=[{"type": "skill_reference", "skill_id": skill.id, "version": version}]
        )
    with pytest.raises(openai.BadRequestError) as caught:
        client.containers.create(
            name="skilled", skills=[{"type": "skill_reference", "skill_id": skill.id, "version": "3"}]
        )
    assert caught.value.param == "skills[0].version"
    deleted = client.skills.versions.delete("2", skill_id=skill.id)
    assert (deleted.object, deleted.version, deleted.deleted) == ("skill.version.deleted", "2", True)
    assert client.skills.delete(skill.id).object == "skill.deleted"
    with pytest.raises(openai.NotFoundError):
        client.skills.retrieve(skill.id)


def test_an_inline_skill_is_accepted_and_a_broken_one_is_not(client: OpenAI) -> None:
    def create(data: bytes) -> None:
        client.containers.create(
            name="inline",
            skills=[
                {
                    "type": "inline",
                    "name": "n",
                    "description": "d",
                    "source": {
                        "type": "base64",
                        "media_type": "application/zip",
                        "data": b64encode(data).decode(),
                    },
                }
            ],
        )

    create(_skill()[1])
    with pytest.raises(openai.BadRequestError) as caught:
        create(b"no zip")
    assert caught.value.param == "skills[0].source.data"


def test_the_asynchronous_client_stores_files_and_skills(emulator: Emulator) -> None:
    async def scenario() -> None:
        async with _asynchronous(emulator) as client:
            stored = await asyncio.gather(
                *(client.files.create(file=(f"{n}", BINARY), purpose="user_data") for n in range(5))
            )
            walked = [row.id async for row in client.files.list(limit=2, order="asc")]
            assert sorted(walked) == sorted(row.id for row in stored)
            assert await (await client.files.content(stored[0].id)).aread() == BINARY
            assert (await client.files.retrieve(stored[0].id)) == stored[0]
            container = await client.containers.create(name="a", file_ids=walked)
            assert len([row async for row in client.containers.files.list(container.id)]) == 5
            await client.containers.files.create(container.id, file_id=walked[0])
            await client.files.delete(walked[0])
            skill = await client.skills.create(files=_skill())
            await client.skills.versions.create(skill.id, files=_skill(name="next"))
            assert (await client.skills.update(skill.id, default_version="2")).name == "next"
            assert [row.version async for row in client.skills.versions.list(skill.id)] == ["2", "1"]
            await client.skills.versions.delete("1", skill_id=skill.id)
            assert await (await client.skills.content.retrieve(skill.id)).aread() == _skill(name="next")[1]
            await client.skills.delete(skill.id)
            assert [row async for row in client.skills.list()] == []

    asyncio.run(scenario())


def test_every_error_class_reaches_the_asynchronous_client(emulator: Emulator, http: httpx2.Client) -> None:
    async def scenario() -> None:
        async with _asynchronous(emulator) as client:
            with pytest.raises(openai.NotFoundError):
                await client.containers.delete("cntr_never")
            with pytest.raises(openai.BadRequestError):
                await client.containers.list(limit=0)
            with pytest.raises(openai.AuthenticationError):
                await client.with_options(api_key="sk-wrong").files.list()
            for status, kind in ERRORS:
                _fault(emulator, http, kind="status", status=status)
                with pytest.raises(kind):
                    await client.containers.create(name="a")
            _fault(emulator, http, kind="drop")
            with pytest.raises(openai.APIConnectionError):
                await client.containers.list()
            _fault(emulator, http, kind="latency", seconds=60)
            with pytest.raises(openai.APITimeoutError):
                await client.with_options(timeout=0.05).containers.list()

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
    for status, kind in ERRORS:
        _fault(emulator, http, kind="status", status=status)
        with pytest.raises(kind) as caught:
            client.containers.list()
        assert caught.value.status_code == status
    _fault(emulator, http, kind="drop")
    with pytest.raises(openai.APIConnectionError):
        client.containers.list()
    _fault(emulator, http, kind="latency", seconds=60)
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.05).containers.list()


def test_a_key_without_access_is_permission_denied(http: httpx2.Client) -> None:
    with start(profile_settings("litellm")) as emulator:
        one, other = (
            OpenAI(base_url=emulator.base_url, api_key=key, max_retries=0, http_client=http)
            for key in ("sk-one", "sk-other")
        )
        container = one.containers.create(name="mine").id
        assert one.containers.retrieve(container).name == "mine"
        with pytest.raises(openai.PermissionDeniedError):
            other.containers.retrieve(container)
        assert list(other.containers.list()) == []


def test_the_azure_client_finds_its_own_path_and_key(http: httpx2.Client) -> None:
    with start(profile_settings("azure", api_keys=("azure-key",))) as emulator:
        client = AzureOpenAI(
            azure_endpoint=emulator.root_url,
            api_key="azure-key",
            api_version="preview",
            max_retries=0,
            http_client=http,
        )
        container = client.containers.create(name="azure").id
        assert [row.id for row in client.containers.list()] == [container]
        with pytest.raises(openai.NotFoundError, match="not found"):
            client.containers.retrieve("cntr_never")


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
