"""Create, retrieve and delete containers."""

import re
from typing import Any

import pytest
from unit.emulator.harness import NEVER, Api, MakeApi, error_of

ALLOWLIST = {"type": "allowlist", "allowed_domains": ["b.example", "a.example", "A.example"]}


def test_a_container_shows_what_it_was_asked_for_and_the_defaults(api: Api) -> None:
    api.freeze(1747844794)
    row = api.create("My Container")
    assert re.fullmatch("cntr_682dfeba[0-9a-f]{40}", row.pop("id"))
    assert row == {
        "object": "container",
        "created_at": 1747844794,
        "status": "running",
        "expires_after": {"anchor": "last_active_at", "minutes": 20},
        "last_active_at": 1747844794,
        "memory_limit": "1g",
        "network_policy": {"type": "disabled"},
        "name": "My Container",
    }


def test_every_field_of_create_comes_back_or_is_write_only(api: Api) -> None:
    secret = {"domain": "a.example", "name": "TOKEN", "value": "hush-hush"}
    row = api.create(
        "all",
        memory_limit="64g",
        expires_after={"anchor": "last_active_at", "minutes": 7},
        network_policy={**ALLOWLIST, "domain_secrets": [secret]},
        skills=[{"type": "skill_reference", "skill_id": "openai-spreadsheets", "version": "2"}],
        file_ids=[],
    )
    assert row["memory_limit"] == "64g"
    assert row["expires_after"] == {"anchor": "last_active_at", "minutes": 7}
    assert row["network_policy"] == ALLOWLIST
    assert row.keys().isdisjoint({"skills", "file_ids", "domain_secrets"})
    for answer in (row, api.get(f"/containers/{row['id']}"), api.get("/containers")):
        assert "hush-hush" not in str(answer)


def test_a_data_file_never_holds_a_secret(make_api: MakeApi, tmp_path: Any) -> None:
    api = make_api(data=tmp_path / "data.db")
    secret = {"domain": "a.example", "name": "TOKEN", "value": "hush-hush"}
    api.create(network_policy={**ALLOWLIST, "domain_secrets": [secret]})
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"b.example" in stored
    assert b"hush-hush" not in stored


def test_retrieve_list_and_create_show_the_same_row(api: Api) -> None:
    api.freeze(1747844794)
    row = api.create("same", memory_limit="4g")
    assert api.get(f"/containers/{row['id']}") == row
    assert api.get("/containers")["data"] == [row]


def test_names_need_not_be_unique_or_tame(api: Api) -> None:
    names = ["", "twice", "twice", "日本語 🐍", "a\x00b", "x" * 5000]
    ids = [api.create(name)["id"] for name in names]
    assert len(set(ids)) == len(names)
    assert [api.get(f"/containers/{container}")["name"] for container in ids] == names


def test_deleting_answers_the_deletion_object_and_leaves_nothing(api: Api) -> None:
    row = api.create()
    file = api.upload(row["id"])
    path = f"/containers/{row['id']}"
    assert api.delete(path) == {"id": row["id"], "object": "container.deleted", "deleted": True}
    for method, gone in (
        ("GET", path),
        ("DELETE", path),
        ("GET", f"{path}/files"),
        ("POST", f"{path}/files"),
        ("GET", f"{path}/files/{file['id']}"),
        ("GET", f"{path}/files/{file['id']}/content"),
        ("DELETE", f"{path}/files/{file['id']}"),
    ):
        error = error_of(api.request(method, gone), 404)
        assert error == {
            "message": f"Container with id '{row['id']}' not found.",
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        }
    assert api.get("/containers")["data"] == []


@pytest.mark.parametrize("container", [NEVER, "x", "..", "%2e%2e", "a%2Fb", "%00", "'%20OR%201=1", "é" * 300])
def test_an_id_that_never_was_is_404(api: Api, container: str) -> None:
    api.create()
    error_of(api.request("GET", f"/containers/{container}"), 404)
    error_of(api.request("DELETE", f"/containers/{container}"), 404)
    assert len(api.get("/containers")["data"]) == 1


def test_an_encoded_slash_is_part_of_the_id(api: Api) -> None:
    error = error_of(api.request("GET", "/containers/a%2Ffiles"), 404)
    assert error["message"] == "Container with id 'a/files' not found."


def test_answers_can_leave_fields_out(make_api: MakeApi) -> None:
    bare = make_api(show_memory_limit=False, show_network_policy=False)
    row = bare.create(network_policy=ALLOWLIST)
    assert row.keys().isdisjoint({"memory_limit", "network_policy"})
    quiet = make_api(show_default_network_policy=False)
    assert "network_policy" not in quiet.create()
    assert quiet.create(network_policy=ALLOWLIST)["network_policy"] == ALLOWLIST
