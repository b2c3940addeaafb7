"""Where servers differ: lifetimes, pools, allowlists, and what an expired container answers."""

from typing import Any

import pytest
from unit.emulator.harness import Api, MakeApi, error_of

from reconciler.emulator import EmulatorError, Settings

START = 1747844794


def _create(api: Api, **body: Any) -> Any:
    return api.request("POST", "/containers", json={"name": "b", **body})


def test_a_lifetime_ends_however_active_a_container_is(make_api: MakeApi) -> None:
    api = make_api(lifetime_minutes=60)
    api.freeze(START)
    container = api.create()["id"]
    file = api.upload(container)["id"]
    for _ in range(5):
        api.advance(719)
        assert api.get(f"/containers/{container}")["status"] == "running"
    api.advance(4)
    assert api.get(f"/containers/{container}/files/{file}")["id"] == file
    api.advance(1)
    for path in ("", "/files", f"/files/{file}", f"/files/{file}/content"):
        error_of(api.request("GET", f"/containers/{container}{path}"), 404)
    assert api.get("/containers")["data"] == []
    assert api.control("GET", "/containers")["data"] == []


def test_a_lifetime_ends_for_expired_rows_too(make_api: MakeApi) -> None:
    api = make_api(lifetime_minutes=60)
    api.freeze(START)
    api.create()
    api.advance(1200)
    assert [row["status"] for row in api.get("/containers")["data"]] == ["expired"]
    api.advance(2400)
    assert api.get("/containers")["data"] == []


def test_a_pool_of_memory_is_shared_by_what_runs(make_api: MakeApi) -> None:
    api = make_api(memory_pool_gb=21)
    api.freeze(START)
    sixteen = api.create(memory_limit="16g")["id"]
    api.create(memory_limit="4g")
    api.create()
    error = error_of(_create(api), 400)
    assert (error["param"], error["code"]) == ("memory_limit", "limit_exceeded")
    assert len(api.get("/containers")["data"]) == 3
    api.delete(f"/containers/{sixteen}")
    error_of(_create(api, memory_limit="64g"), 400)
    api.create(memory_limit="16g")
    error_of(_create(api), 400)
    api.advance(1200)
    assert {row["status"] for row in api.get("/containers")["data"]} == {"expired"}
    api.create(memory_limit="16g")


@pytest.mark.parametrize(
    ("domains", "param"),
    [
        (["api.example.com"], None),
        (["API.Example.com", "b.example"], None),
        (["b.example", "c.example"], "network_policy.allowed_domains[1]"),
        (["sub.b.example"], "network_policy.allowed_domains[0]"),
        (["*.b.example"], "network_policy.allowed_domains[0]"),
    ],
)
def test_domains_must_be_on_the_organizations_list(
    make_api: MakeApi, domains: list[str], param: str | None
) -> None:
    api = make_api(organization_domains=("api.example.com", "B.example"))
    response = _create(api, network_policy={"type": "allowlist", "allowed_domains": domains})
    if param is None:
        assert response.json()["network_policy"]["allowed_domains"] == domains
    else:
        error = error_of(response, 400)
        assert (error["param"], error["code"]) == (param, "invalid_value")
        assert api.get("/containers")["data"] == []


def test_an_organization_with_an_empty_list_allows_only_no_network(make_api: MakeApi) -> None:
    api = make_api(organization_domains=())
    error_of(_create(api, network_policy={"type": "allowlist", "allowed_domains": ["a"]}), 400)
    api.create(network_policy={"type": "disabled"})


def test_an_expired_container_may_be_gone_though_it_is_listed(make_api: MakeApi) -> None:
    api = make_api(expired_is_gone=True)
    container = api.create()["id"]
    api.advance(1200)
    for method in ("GET", "DELETE", "DELETE"):
        error = error_of(api.request(method, f"/containers/{container}"), 404)
        assert error["message"] == f"Container with id '{container}' not found."
    assert [row["status"] for row in api.get("/containers")["data"]] == ["expired"]


@pytest.mark.parametrize(
    ("refused", "body", "param"),
    [
        ("skills", {"skills": []}, "skills"),
        ("network_policy", {"network_policy": {"type": "disabled"}}, "network_policy"),
        (
            "network_policy.domain_secrets",
            {"network_policy": {"type": "allowlist", "allowed_domains": ["a"], "domain_secrets": []}},
            "network_policy.domain_secrets",
        ),
    ],
)
def test_fields_a_server_does_not_know(
    make_api: MakeApi, refused: str, body: dict[str, Any], param: str
) -> None:
    error = error_of(_create(make_api(refused_fields=(refused,)), **body), 400)
    assert (error["param"], error["code"]) == (param, "unknown_parameter")


@pytest.mark.parametrize(
    "settings",
    [
        {"lifetime_minutes": 0},
        {"memory_pool_gb": 0},
        {"gateway_retries": -1},
        {"list_cache_seconds": -1},
        {"error_envelope": "xml"},
        {"base_paths": ()},
        {"base_paths": ("v1",)},
        {"admin_keys": ("",)},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(EmulatorError):
        Settings(**settings)
