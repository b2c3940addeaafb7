"""What a create refuses, and with which ``param`` and ``code``."""

from typing import Any

import pytest
from unit.emulator.bundles import bundle, inline
from unit.emulator.harness import Api, MakeApi, error_of

SECRET = {"domain": "a.example", "name": "TOKEN", "value": "v"}
INLINE = inline(bundle())
REFERENCE = {"type": "skill_reference", "skill_id": "s"}


def _allow(**policy: Any) -> dict[str, Any]:
    return {"network_policy": {"type": "allowlist", "allowed_domains": ["a.example"], **policy}}


def _expire(**expiry: Any) -> dict[str, Any]:
    return {"expires_after": {"anchor": "last_active_at", "minutes": 20, **expiry}}


def _without(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {other: item for other, item in value.items() if other != key}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"name": 1}, "name", "invalid_type"),
    ({"name": None}, "name", "invalid_type"),
    ({"path": "x"}, "path", "unknown_parameter"),
    ({"metadata": {}}, "metadata", "unknown_parameter"),
    ({"memory_limit": "2g"}, "memory_limit", "invalid_value"),
    ({"memory_limit": None}, "memory_limit", "invalid_type"),
    ({"memory_limit": 1}, "memory_limit", "invalid_type"),
    ({"file_ids": "file-1"}, "file_ids", "invalid_type"),
    ({"file_ids": [1]}, "file_ids[0]", "invalid_type"),
    ({"expires_after": 20}, "expires_after", "invalid_type"),
    ({"expires_after": {"minutes": 20}}, "expires_after.anchor", "missing_required_parameter"),
    (
        {"expires_after": {"anchor": "last_active_at"}},
        "expires_after.minutes",
        "missing_required_parameter",
    ),
    (_expire(anchor="created_at"), "expires_after.anchor", "invalid_value"),
    (_expire(minutes=21), "expires_after.minutes", "integer_above_max_value"),
    (_expire(minutes=0), "expires_after.minutes", "integer_below_min_value"),
    (_expire(minutes=True), "expires_after.minutes", "invalid_type"),
    (_expire(minutes=1.5), "expires_after.minutes", "invalid_type"),
    (_expire(minutes="20"), "expires_after.minutes", "invalid_type"),
    (_expire(minutes=10**400), "expires_after.minutes", "integer_above_max_value"),
    (_expire(seconds=1), "expires_after.seconds", "unknown_parameter"),
    ({"network_policy": "disabled"}, "network_policy", "invalid_type"),
    ({"network_policy": {}}, "network_policy.type", "missing_required_parameter"),
    ({"network_policy": {"type": "open"}}, "network_policy.type", "invalid_value"),
    (
        {"network_policy": {"type": "disabled", "allowed_domains": ["a"]}},
        "network_policy.allowed_domains",
        "unknown_parameter",
    ),
    (
        {"network_policy": {"type": "allowlist"}},
        "network_policy.allowed_domains",
        "missing_required_parameter",
    ),
    (_allow(allowed_domains=[]), "network_policy.allowed_domains", "empty_array"),
    (_allow(allowed_domains=[1]), "network_policy.allowed_domains[0]", "invalid_type"),
    (_allow(domain_secrets=[]), "network_policy.domain_secrets", "empty_array"),
    (
        _allow(domain_secrets=[SECRET, _without(SECRET, "value")]),
        "network_policy.domain_secrets[1].value",
        "missing_required_parameter",
    ),
    (
        _allow(domain_secrets=[{**SECRET, "domain": ""}]),
        "network_policy.domain_secrets[0].domain",
        "string_below_min_length",
    ),
    (
        _allow(domain_secrets=[{**SECRET, "value": "x" * 10_485_761}]),
        "network_policy.domain_secrets[0].value",
        "string_above_max_length",
    ),
    ({"skills": {}}, "skills", "invalid_type"),
    ({"skills": ["s"]}, "skills[0]", "invalid_type"),
    ({"skills": [{"type": "other"}]}, "skills[0].type", "invalid_value"),
    ({"skills": [_without(REFERENCE, "skill_id")]}, "skills[0].skill_id", "missing_required_parameter"),
    ({"skills": [{**REFERENCE, "skill_id": ""}]}, "skills[0].skill_id", "string_below_min_length"),
    ({"skills": [{**REFERENCE, "skill_id": "s" * 65}]}, "skills[0].skill_id", "string_above_max_length"),
    ({"skills": [{**REFERENCE, "version": "newest"}]}, "skills[0].version", "invalid_value"),
    ({"skills": [{**REFERENCE, "version": "0"}]}, "skills[0].version", "invalid_value"),
    ({"skills": [{**REFERENCE, "version": 0}]}, "skills[0].version", "integer_below_min_value"),
    ({"skills": [{**REFERENCE, "version": True}]}, "skills[0].version", "invalid_type"),
    ({"skills": [{**REFERENCE, "version": 1.5}]}, "skills[0].version", "invalid_type"),
    ({"skills": [{**REFERENCE, "version": "1\n"}]}, "skills[0].version", "invalid_value"),
    ({"skills": [REFERENCE, {**INLINE, "extra": 1}]}, "skills[1].extra", "unknown_parameter"),
    ({"skills": [{**REFERENCE, "name": "n"}]}, "skills[0].name", "unknown_parameter"),
    ({"skills": [_without(INLINE, "source")]}, "skills[0].source", "missing_required_parameter"),
    ({"skills": [{**INLINE, "description": None}]}, "skills[0].description", "invalid_type"),
    (
        {"skills": [{**INLINE, "source": {**INLINE["source"], "media_type": "text/plain"}}]},
        "skills[0].source.media_type",
        "invalid_value",
    ),
    (
        {"skills": [{**INLINE, "source": {**INLINE["source"], "data": ""}}]},
        "skills[0].source.data",
        "string_below_min_length",
    ),
]


@pytest.mark.parametrize(
    ("body", "param", "code"), REFUSED, ids=[f"{param}-{code}" for _, param, code in REFUSED]
)
def test_a_bad_field_is_400_and_named(api: Api, body: dict[str, Any], param: str, code: str) -> None:
    error = error_of(api.request("POST", "/containers", json={"name": "box", **body}), 400)
    assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error")
    assert api.get("/containers")["data"] == []


def test_the_message_of_the_cap_names_both_numbers(api: Api) -> None:
    error = error_of(api.request("POST", "/containers", json={"name": "b", **_expire(minutes=60)}), 400)
    assert error["message"] == (
        "Invalid 'expires_after.minutes': integer above maximum value. "
        "Expected a value <= 20, but got 60 instead."
    )


def test_the_cap_of_minutes_is_a_setting(make_api: MakeApi) -> None:
    api = make_api(max_minutes=60)
    assert api.create(**_expire(minutes=60))["expires_after"]["minutes"] == 60
    error_of(api.request("POST", "/containers", json={"name": "b", **_expire(minutes=61)}), 400)


def test_a_name_is_required(api: Api) -> None:
    error = error_of(api.request("POST", "/containers", json={}), 400)
    assert (error["param"], error["code"]) == ("name", "missing_required_parameter")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null", b"true"])
def test_a_body_must_be_an_object(api: Api, body: bytes) -> None:
    error = error_of(api.request("POST", "/containers", content=body), 400)
    assert (error["param"], error["code"]) == (None, "invalid_type")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name": "a"} x',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": NaN}',
        b"[" * 100_000,
        b"1" * 5000,
        '{"name": "a"}'.encode("utf-16"),
    ],
    ids=["empty", "cut", "trailing", "utf-8", "surrogate", "nan", "nesting", "digits", "utf-16"],
)
def test_what_is_not_json_is_400(api: Api, body: bytes) -> None:
    response = api.request("POST", "/containers", content=body, headers={"content-type": "application/json"})
    assert error_of(response, 400)["message"].startswith("We could not parse the JSON body")


def test_a_body_of_another_type_is_400_and_one_without_a_type_is_json(api: Api) -> None:
    content = b'{"name": "a"}'
    response = api.request("POST", "/containers", content=content, headers={"content-type": "text/plain"})
    assert error_of(response, 400)["code"] == "unsupported_content_type"
    assert api.request("POST", "/containers", content=content).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"skills": [INLINE, {**REFERENCE, "version": "latest"}, {**REFERENCE, "version": 3}]},
        _allow(domain_secrets=[SECRET]),
        {"network_policy": {"type": "disabled"}},
        _expire(minutes=1),
        _expire(minutes=20.0),
    ],
)
def test_what_the_spec_allows_is_accepted(api: Api, body: dict[str, Any]) -> None:
    assert api.create(**body)["status"] == "running"


def test_a_file_reference_nobody_knows_is_404_and_creates_nothing(api: Api) -> None:
    response = api.request("POST", "/containers", json={"name": "b", "file_ids": ["file-none"]})
    assert error_of(response, 404)["param"] == "file_ids[0]"
    assert api.get("/containers")["data"] == []
