"""``/skills`` and their versions, and what a create's references resolve to."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx2
import pytest
from unit.emulator.bundles import TEXT, bundle
from unit.emulator.harness import Api, MakeApi, error_of

START = 1747844794


def _upload(api: Api, data: bytes | None = None, path: str = "/skills", **fields: str) -> Any:
    files: Any = {"files": ("skill.zip", bundle() if data is None else data)}
    response = api.request("POST", path, data=fields, files=files)
    assert response.status_code == 200, response.text
    return response.json()


def _create(api: Api, skill: str, **reference: Any) -> httpx2.Response:
    skills = [{"type": "skill_reference", "skill_id": skill, **reference}]
    return api.request("POST", "/containers", json={"name": "b", "skills": skills})


def test_a_skill_is_called_what_its_text_says(api: Api) -> None:
    api.freeze(START)
    row = _upload(api)
    assert row["id"].startswith("skill_")
    assert len(row["id"]) <= 64
    assert {key: row[key] for key in row if key != "id"} == {
        "object": "skill",
        "created_at": START,
        "name": "cleaner",
        "description": "cleans: tables",
        "default_version": "1",
        "latest_version": "1",
    }
    assert api.get(f"/skills/{row['id']}") == row
    assert api.get("/skills")["data"] == [row]
    assert _upload(api, bundle({"folder/SKILL.md": "no front matter"}))["name"] == "folder"


def test_a_folder_uploaded_file_by_file_is_one_zip(api: Api) -> None:
    parts: list[Any] = [
        ("files[]", ("cleaner/SKILL.md", TEXT.encode())),
        ("files[]", ("cleaner/lib/x.bin", b"\x00\xff")),
    ]
    response = api.request("POST", "/skills", files=parts)
    assert response.status_code == 200, response.text
    content = api.request("GET", f"/skills/{response.json()['id']}/content")
    assert content.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(content.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "cleaner/SKILL.md": TEXT.encode(),
            "cleaner/lib/x.bin": b"\x00\xff",
        }


@pytest.mark.parametrize(
    ("files", "param", "code"),
    [
        ([("files", ("a.zip", b"no zip"))], "files", "invalid_value"),
        ([("file", ("a.zip", b"x"))], "file", "unknown_parameter"),
        ([("files[]", ("a/x", b"x")), ("files[]", ("a/x", b"y"))], "files", "invalid_value"),
        ([("files[]", (f"a/{n}", b"x")) for n in range(501)], "files", "array_above_max_length"),
        ([("default", (None, "true")), ("files", ("a.zip", b"x"))], "default", "unknown_parameter"),
    ],
)
def test_what_is_no_skill_is_400(api: Api, files: Any, param: str, code: str) -> None:
    error = error_of(api.request("POST", "/skills", files=files), 400)
    assert (error["param"], error["code"]) == (param, code)
    assert api.get("/skills")["data"] == []


def test_a_skill_without_a_form_or_files_is_400(api: Api) -> None:
    assert error_of(api.request("POST", "/skills", json={}), 400)["code"] == "unsupported_content_type"
    skill = _upload(api)["id"]
    response = api.request("POST", f"/skills/{skill}/versions", files={"default": (None, "true")})
    assert error_of(response, 400)["param"] == "files"
    wrong = {"default": (None, "maybe"), "files": ("a.zip", bundle())}
    assert error_of(api.request("POST", f"/skills/{skill}/versions", files=wrong), 400)["param"] == "default"


def test_versions_are_counted_and_the_default_is_chosen(api: Api) -> None:
    skill = _upload(api)["id"]
    path = f"/skills/{skill}"
    second = _upload(api, bundle({"n/SKILL.md": "---\nname: new\n---"}), f"{path}/versions")
    assert (second["version"], second["skill_id"], second["name"]) == ("2", skill, "new")
    row = api.get(path)
    assert (row["default_version"], row["latest_version"], row["name"]) == ("1", "2", "cleaner")
    third = _upload(api, None, f"{path}/versions", default="true")
    assert api.get(path)["default_version"] == "3"
    changed = api.request("POST", path, json={"default_version": "2"}).json()
    assert (changed["default_version"], changed["name"]) == ("2", "new")
    assert api.get(f"{path}/versions/latest") == third == api.get(f"{path}/versions/3")
    assert api.get(f"{path}/versions/02") == second
    listed = [row["version"] for page in api.pages(f"{path}/versions", limit=2) for row in page["data"]]
    assert listed == ["3", "2", "1"]
    listed = [row["version"] for row in api.get(f"{path}/versions?order=asc")["data"]]
    assert listed == ["1", "2", "3"]
    zero = api.get(f"{path}/versions?limit=0")
    assert (zero["data"], zero["has_more"]) == ([], True)


def test_versions_are_ordered_by_number_also_when_time_went_back(api: Api) -> None:
    api.freeze(START)
    path = f"/skills/{_upload(api)['id']}/versions"
    api.freeze(START - 60)
    _upload(api, None, path)
    assert [row["version"] for row in api.get(f"{path}?order=asc")["data"]] == ["1", "2"]


def test_the_default_version_stays_and_the_last_takes_the_skill(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(data=tmp_path / "data.db")
    skill = _upload(api)["id"]
    path = f"/skills/{skill}"
    _upload(api, None, f"{path}/versions")
    error_of(api.request("DELETE", f"{path}/versions/1"), 400)
    api.request("POST", path, json={"default_version": "2"})
    gone = api.delete(f"{path}/versions/1")
    assert (gone["object"], gone["deleted"], gone["version"]) == ("skill.version.deleted", True, "1")
    error_of(api.request("GET", f"{path}/versions/1"), 404)
    third = _upload(api, None, f"{path}/versions")
    assert third["version"] == "3"
    api.delete(f"{path}/versions/3")
    assert _upload(api, None, f"{path}/versions")["version"] == "4"
    api.delete(f"{path}/versions/4")
    api.delete(f"{path}/versions/2")
    error_of(api.request("GET", path), 404)
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        assert database.execute("SELECT count(*) FROM blob").fetchone() == (0,)


def test_a_deleted_skill_is_gone_with_its_versions(api: Api) -> None:
    skill = _upload(api)["id"]
    assert api.delete(f"/skills/{skill}") == {"id": skill, "object": "skill.deleted", "deleted": True}
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/content"),
        ("GET", "/versions"),
        ("GET", "/versions/1"),
        ("GET", "/versions/1/content"),
        ("DELETE", "/versions/1"),
    ):
        error_of(api.request(method, f"/skills/{skill}{path}"), 404)
    error_of(api.request("POST", f"/skills/{skill}", json={"default_version": "1"}), 404)


@pytest.mark.parametrize("version", ["0", "2", "9" * 5000, "-1", "1.0", "١", "x", "%00", "a%2Fb"])
def test_a_version_that_never_was_is_404(api: Api, version: str) -> None:
    skill = _upload(api)["id"]
    error_of(api.request("GET", f"/skills/{skill}/versions/{version}"), 404)
    error_of(api.request("GET", f"/skills/{skill}/versions/{version}/content"), 404)


@pytest.mark.parametrize(
    ("reference", "status"),
    [
        ({}, 200),
        ({"version": "latest"}, 200),
        ({"version": "1"}, 200),
        ({"version": "001"}, 200),
        ({"version": 2}, 200),
        ({"version": "3"}, 400),
        ({"version": 10**30}, 400),
        ({"version": "9" * 5000}, 400),
    ],
)
def test_references_to_a_known_skill_resolve_or_are_400(
    api: Api, reference: dict[str, Any], status: int
) -> None:
    skill = _upload(api)["id"]
    _upload(api, None, f"/skills/{skill}/versions")
    response = _create(api, skill, **reference)
    assert response.status_code == status
    if status == 400:
        error = error_of(response, 400)
        assert (error["param"], error["code"]) == ("skills[0].version", "invalid_value")
        assert api.get("/containers")["data"] == []


def test_a_deleted_default_or_pinned_version_no_longer_resolves(api: Api) -> None:
    skill = _upload(api)["id"]
    _upload(api, None, f"/skills/{skill}/versions", default="true")
    api.delete(f"/skills/{skill}/versions/1")
    assert _create(api, skill).status_code == 200
    error_of(_create(api, skill, version="1"), 400)


def test_a_skill_nobody_uploaded_is_a_curated_one_unless_strict(make_api: MakeApi) -> None:
    assert _create(make_api(), "openai-spreadsheets", version="7").status_code == 200
    strict = make_api(strict_skills=True)
    error = error_of(_create(strict, "openai-spreadsheets"), 400)
    assert (error["param"], error["code"]) == ("skills[0].skill_id", "invalid_value")
    assert strict.get("/containers")["data"] == []
    assert _create(strict, _upload(strict)["id"]).status_code == 200


def test_reset_forgets_skills(api: Api) -> None:
    _upload(api)
    api.control("POST", "/reset")
    assert api.get("/skills")["data"] == []
