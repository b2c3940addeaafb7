"""`--provider`: what a target cannot do is told before anything is sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.commands import reconciler

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

OPEN = """\
version: 1
scope: {prefix: ci-}
containers:
  - name: ci-a
    memory_limit: 4g
    network_policy:
      type: allowlist
      allowed_domains: [a.example]
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A folder with one manifest that opens the network."""
    (tmp_path / "ci.yaml").write_text(OPEN)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--provider", "oci"], 3, "ci.yaml:7:7: oci: network_policy is not supported there"),
        (["--base-url", "https://r.openai.azure.com/openai/v1"], 0, "ci.yaml:8:24: warning: azure: hosted"),
        (["--base-url", "https://r.openai.azure.com/openai/v1", "--provider", "generic"], 0, ""),
    ],
)
def test_validate_judges_for_a_target(manifest: Path, options: list[str], code: int, said: str) -> None:
    ran = reconciler("validate", "ci.yaml", *options, cwd=manifest)
    assert ran.code == code, ran.err
    assert said in ran.err
    assert said or not ran.err


@pytest.mark.parametrize("command", ["plan", "apply", "drift", "destroy", "list", "resolve ci-a"])
def test_what_a_target_refuses_is_never_sent(manifest: Path, server: Server, command: str) -> None:
    ran = reconciler(*command.split(), "ci.yaml", "--provider", "oci", env=server.env, cwd=manifest)
    assert (ran.code, server.requests()) == (3, 0)
    assert "network_policy is not supported there" in ran.err


def test_the_emulator_is_like_the_provider(manifest: Path) -> None:
    def run(command: str, *options: str) -> str:
        ran = reconciler(
            command,
            "ci.yaml",
            "--emulator",
            "--provider",
            "litellm",
            "--ledger",
            "none",
            *options,
            cwd=manifest,
        )
        assert ran.code == 0, ran.err
        return ran.out + ran.err

    assert "warning: litellm: the gateway drops memory_limit in silence" in run("apply", "--auto-approve")
    assert "? memory_limit: 4g is declared, the server does not show it" in run("plan")


def test_a_provider_that_nobody_knows_is_misuse(manifest: Path) -> None:
    assert reconciler("validate", "ci.yaml", "--provider", "acme", cwd=manifest).code == 64
