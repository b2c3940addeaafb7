"""Services by name: what each does differently, as its clients meet it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from unit.emulator.bundles import bundle
from unit.emulator.harness import CONTROL_KEY, NEVER, Api, error_of

from reconciler.emulator import EmulatorError, Settings, profile_settings, start
from reconciler.emulator.ids import unwrapped_id, wrapped_id

START = 1747844794


@pytest.fixture
def make_profile(client: httpx2.Client) -> Iterator[Any]:
    """Start an emulator of a profile."""
    with ExitStack() as stack:

        def make(profile: str, **settings: Any) -> Api:
            chosen = profile_settings(profile, **{"control_key": CONTROL_KEY, **settings})
            return Api(client, stack.enter_context(start(chosen)))

        yield make


def _at(api: Api, path: str, **headers: str) -> httpx2.Response:
    return httpx2.get(api.emulator.root_url + path, headers=headers, trust_env=False)


def test_a_profile_is_settings_that_can_be_overridden() -> None:
    assert profile_settings("openai") == Settings()
    assert profile_settings("azure", lifetime_minutes=None, port=1).lifetime_minutes is None
    assert profile_settings("azure").lifetime_minutes == 60
    with pytest.raises(EmulatorError, match="openai, azure, oci, litellm, not 'aws'"):
        profile_settings("aws")


@pytest.mark.parametrize(
    ("profile", "paths"),
    [
        ("openai", ["/v1"]),
        ("azure", ["/v1", "/openai/v1", "/openai"]),
        ("oci", ["/v1", "/openai/v1"]),
        ("litellm", ["/v1", ""]),
    ],
)
def test_where_the_api_is_found(make_profile: Any, profile: str, paths: list[str]) -> None:
    api = make_profile(profile)
    for path in ("/v1", "/openai/v1", "/openai", ""):
        status = _at(api, f"{path}/containers?api-version=preview", authorization="Bearer k").status_code
        assert status == (200 if path in paths else 404), path


def test_azure_takes_its_own_header_and_has_its_own_errors(make_profile: Any) -> None:
    api = make_profile("azure", api_keys=("right",))
    assert _at(api, "/openai/v1/containers", **{"api-key": "right"}).status_code == 200
    assert _at(api, "/openai/v1/containers", authorization="Bearer right").status_code == 200
    assert _at(api, "/openai/v1/containers", **{"api-key": "wrong"}).status_code == 401
    api.headers = {"api-key": "right"}
    gone = api.request("GET", f"/containers/{NEVER}")
    assert gone.json() == {
        "error": {
            "code": None,
            "message": f"Container with id '{NEVER}' not found.",
            "param": None,
            "details": [],
        }
    }


def test_azure_has_no_secrets_and_deletes_after_an_hour(make_profile: Any) -> None:
    api = make_profile("azure")
    secret = {"domain": "a", "name": "n", "value": "v"}
    policy = {"type": "allowlist", "allowed_domains": ["a"], "domain_secrets": [secret]}
    refused = api.request("POST", "/containers", json={"name": "b", "network_policy": policy})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "unknown_parameter")
    api.freeze(START)
    container = api.create()["id"]
    statuses = []
    for _ in range(4):
        api.advance(900)
        statuses.append(api.request("GET", f"/containers/{container}").status_code)
    assert statuses == [200, 200, 200, 404]


def test_oci_has_neither_skills_nor_networks_and_64_gigabytes(make_profile: Any) -> None:
    api = make_profile("oci")
    for field, value in (("skills", []), ("network_policy", {"type": "disabled"})):
        refused = api.request("POST", "/containers", json={"name": "b", field: value})
        assert error_of(refused, 400)["param"] == field
    assert "Invalid URL" in error_of(api.request("GET", "/skills"), 404)["message"]
    row = api.create(memory_limit="64g")
    assert "network_policy" not in row
    error_of(api.request("POST", "/containers", json={"name": "b"}), 400)


def test_litellm_drops_what_it_does_not_know(make_profile: Any) -> None:
    api = make_profile("litellm")
    policy = {"type": "allowlist", "allowed_domains": ["a"]}
    row = api.create("a", memory_limit="4g", network_policy=policy, skills="junk", metadata={})
    assert row.keys() == {
        "id",
        "object",
        "created_at",
        "status",
        "expires_after",
        "last_active_at",
        "name",
    }
    assert api.get("/containers?name=other")["data"] == [row]
    (stored,) = api.control("GET", "/containers")["data"]
    assert stored["name"] == "a"
    refused = api.request("POST", "/containers", json={"name": 1})
    assert (refused.status_code, list(refused.json())) == (400, ["detail"])


def test_litellm_wraps_ids_and_takes_both_forms(make_profile: Any) -> None:
    api = make_profile("litellm")
    long = api.create()["id"]
    native = unwrapped_id(long)
    assert 230 <= len(long) <= 245
    assert native.startswith("cntr_")
    assert len(native) == 53
    for identifier in (long, native):
        assert api.get(f"/containers/{identifier}")["id"] == long
        row = api.upload(identifier)
        assert row["container_id"] == long
        assert api.content(identifier, row["id"]) == b"hello"
        assert {file["container_id"] for file in api.files(identifier)} == {long}
        assert api.get("/containers", params={"after": identifier})["data"] == []
    listed = api.get("/containers")
    assert (listed["first_id"], listed["last_id"]) == (long, long)
    assert api.delete(f"/containers/{long}")["id"] == long
    for identifier in (long, native):
        assert api.request("GET", f"/containers/{identifier}").status_code == 404


@pytest.mark.parametrize(
    "odd", ["", "x", "cntr_", "cntr_!", "cntr_é", "cntr_YQ", "cntr_/w", "cntr_" + "A" * 231]
)
def test_an_id_that_is_not_wrapped_is_left_alone(odd: str) -> None:
    assert unwrapped_id(odd) == odd
    assert unwrapped_id(wrapped_id(odd)) == odd


def test_litellm_takes_files_as_bytes_alone(make_profile: Any) -> None:
    api = make_profile("litellm")
    container = api.create()["id"]
    path = f"/containers/{container}/files"
    by_json = api.request("POST", path, json={"file_id": "file-x"})
    by_form = api.request("POST", path, files={"file_id": (None, "file-x")})
    for refused in (by_json, by_form):
        assert refused.status_code == 400
        assert "file" in refused.json()["detail"]
    assert api.upload(container)["bytes"] == 5


def test_a_key_of_litellm_sees_its_own_on_short_pages(make_profile: Any) -> None:
    api = make_profile("litellm", admin_keys=("sk-admin",), list_cache_seconds=0)
    ids: dict[str, list[str]] = {"sk-one": [], "sk-other": []}
    for key in ("sk-one", "sk-other", "sk-one", "sk-other", "sk-other"):
        api.headers = {"authorization": f"Bearer {key}"}
        ids[key].append(api.create()["id"])
    api.plant(name="foreign")
    api.headers = {"authorization": "Bearer sk-one"}
    page = api.get("/containers?limit=2")
    assert (page["data"], page["first_id"], page["has_more"]) == ([], "", True)
    seen = [row["id"] for row in api.get("/containers?order=asc")["data"]]
    assert seen == ids["sk-one"]
    other = ids["sk-other"][0]
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/files"), ("POST", "/files")):
        refused = api.request(method, f"/containers/{other}{path}")
        assert (refused.status_code, list(refused.json())) == (403, ["detail"])
    assert api.request("GET", f"/containers/{NEVER}").status_code == 404
    api.headers = {"authorization": "Bearer sk-admin"}
    assert len(api.get("/containers")["data"]) == 6
    assert api.get(f"/containers/{other}")["id"] == other


def test_an_admin_key_is_a_key_and_keys_are_not_stored(make_profile: Any, tmp_path: Any) -> None:
    api = make_profile(
        "litellm", api_keys=("sk-user-key",), admin_keys=("sk-admin",), data=tmp_path / "data.db"
    )
    for key, status in (("sk-user-key", 200), ("sk-admin", 200), ("sk-none", 401)):
        api.headers = {"authorization": f"Bearer {key}"}
        assert api.request("POST", "/containers", json={"name": "b"}).status_code == status
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"sk-user-key" not in stored


def test_litellm_answers_the_list_from_a_cache_for_a_minute(make_profile: Any) -> None:
    api = make_profile("litellm")
    api.freeze(START)
    first = api.create("first")["id"]
    before = api.get("/containers")
    api.create("second")
    api.delete(f"/containers/{first}")
    api.advance(59)
    assert api.get("/containers") == before
    assert [row["name"] for row in api.get("/containers?limit=5")["data"]] == ["second"]
    api.advance(1)
    assert [row["name"] for row in api.get("/containers")["data"]] == ["second"]
    api.get("/containers")
    api.control("POST", "/reset")
    assert api.get("/containers")["data"] == []


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "drop"}])
@pytest.mark.parametrize(("when", "names"), [("after", ["twice", "twice"]), ("before", ["twice"])])
def test_a_gateway_repeats_writes_that_failed_after_their_commit(
    make_profile: Any, fault: dict[str, Any], when: str, names: list[str]
) -> None:
    api = make_profile("litellm")
    api.fault(**fault, when=when, endpoint="POST /containers")
    api.create("twice")
    assert [row["name"] for row in api.control("GET", "/containers")["data"]] == names


def test_a_gateway_repeats_an_upload_with_all_its_bytes(make_profile: Any) -> None:
    api = make_profile("litellm")
    container = api.create()["id"]
    content = bytes(range(256)) * 9000
    api.fault(kind="status", status=503, when="before", endpoint="POST *")
    api.fault(kind="status", status=503, when="after", endpoint="POST *")
    row = api.upload(container, "a.bin", content)
    assert api.content(container, row["id"]) == content
    assert [api.content(container, file["id"]) for file in api.files(container)] == [content, content]


def test_a_gateway_gives_up(make_profile: Any) -> None:
    api = make_profile("litellm")
    api.fault(kind="status", status=500, when="after", endpoint="POST /containers", times=3)
    assert api.request("POST", "/containers", json={"name": "thrice"}).status_code == 500
    assert len(api.control("GET", "/containers")["data"]) == 3
    api.fault(kind="drop", when="after", endpoint="POST /containers", times=3)
    with pytest.raises(httpx2.RemoteProtocolError):
        api.request("POST", "/containers", json={"name": "lost"})
    assert len(api.control("GET", "/containers")["data"]) == 6


def test_without_a_gateway_nothing_is_repeated(make_profile: Any) -> None:
    api = make_profile("openai")
    api.fault(kind="status", status=500, when="after", endpoint="POST /containers")
    assert api.request("POST", "/containers", json={"name": "once"}).status_code == 500
    assert len(api.get("/containers")["data"]) == 1


def test_skills_of_the_gateways_own_api_are_untouched(make_profile: Any) -> None:
    api = make_profile("litellm")
    response = api.request("POST", "/skills", files={"files": ("a.zip", bundle())})
    assert response.json()["name"] == "cleaner"
