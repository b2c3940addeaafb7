"""The emulator's own document: valid, complete, and kept, as checkers find that share no code with it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openapi_spec_validator import validate

from reconciler.emulator import profile_settings, start
from reconciler.emulator.endpoints.table import api_routes

HERE = Path(__file__).parent
PROFILES = ["openai", "azure", "oci", "litellm"]
CHANGES: list[dict[str, Any]] = [
    {},
    {"show_default_network_policy": False, "max_minutes": 60},
    {"organization_domains": ("a.example",)},
    {"json_file_id": False},
]


def _document(profile: str, **changes: Any) -> Any:
    with start(profile_settings(profile, **changes)) as emulator:
        return httpx2.get(f"{emulator.root_url}/openapi.json", trust_env=False).json()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("changes", CHANGES, ids=["plain", "quiet", "organization", "multipart"])
def test_the_document_is_served_without_a_key_and_valid(profile: str, changes: dict[str, Any]) -> None:
    validate(_document(profile, **changes))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_document_has_every_endpoint_and_no_other(profile: str) -> None:
    document = _document(profile)
    described = {path: {method.upper() for method in methods} for path, methods in document["paths"].items()}
    routes = {route.template: set(route.methods) for route in api_routes(profile_settings(profile))}
    assert described == routes
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(set(names)) == len(names)


def test_the_document_says_what_the_settings_say() -> None:
    create = _document("openai", max_minutes=33)["components"]["schemas"]["CreateContainer"]
    assert create["properties"]["expires_after"]["properties"]["minutes"]["maximum"] == 33
    assert create["additionalProperties"] is False
    oci = _document("oci")
    assert oci["components"]["schemas"]["CreateContainer"]["properties"].keys() == {
        "name",
        "expires_after",
        "file_ids",
        "memory_limit",
    }
    assert not any(path.startswith("/skills") for path in oci["paths"])


def _check(profile: str, tmp_path: Path, examples: int, *options: str) -> None:
    """Let the checker loose on a server of its own."""
    settings = profile_settings(profile, api_keys=("sk-right",), control_key="control", memory_pool_gb=10**6)
    with start(settings) as emulator:
        clock = f"{emulator.root_url}/_emulator/clock"  # else what is long enough meets what has expired
        httpx2.post(clock, json={"freeze": True}, headers={"x-emulator-key": "control"}, trust_env=False)
        document = tmp_path / "openapi.json"
        answer = httpx2.get(f"{emulator.root_url}/openapi.json", trust_env=False)
        document.write_text(json.dumps(answer.json()))
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")]
        command += [
            "run",
            str(document),
            "--url",
            emulator.base_url,
            "--header",
            "Authorization: Bearer sk-right",
        ]
        command += ["--max-examples", str(examples), "--no-color", *options]
        environment = os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE)}
        run = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Tested: 0" not in run.stdout


@pytest.mark.parametrize("profile", PROFILES)
def test_the_server_keeps_its_word(profile: str, tmp_path: Path) -> None:
    _check(profile, tmp_path, 8 if profile == "openai" else 3, "--generation-deterministic")


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("profile", PROFILES)
def test_the_server_keeps_its_word_at_length(profile: str, seed: int, tmp_path: Path) -> None:
    _check(profile, tmp_path, 100, "--seed", str(seed), "--no-shrink")
