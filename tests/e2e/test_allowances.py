"""Warnings in whole commands: strict ones end them before anything is contacted, allowed ones go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.commands import reconciler

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

ALLOWED = "# reconciler: allow looks-mistyped -- the other one is a neighbour's"


def test_a_hint_of_a_plan_can_be_allowed(tmp_path: Path, server: Server) -> None:
    server.control("POST", "/containers", {"containers": [{"name": "ci-workers"}]})
    manifest = tmp_path / "m.yaml"
    told = []
    for comment in ("", ALLOWED):
        manifest.write_text(
            f"version: 1\nscope: {{prefix: ci-}}\ncontainers:\n  - name: ci-worker  {comment}\n"
        )
        ran = reconciler("plan", str(manifest), "--format", "json", env=server.env)
        told.append([found["code"] for found in ran.result["plan"]["diagnostics"]])
    assert told == [["looks-mistyped"], []]


@pytest.mark.parametrize("command", ["plan", "apply", "drift", "destroy", "list", "resolve a"])
def test_strict_ends_a_command_before_anything_is_contacted(
    tmp_path: Path, server: Server, command: str
) -> None:
    (tmp_path / "m.yaml").write_text(
        "version: 1\ncontainers: [{name: a, expires_after: {anchor: last_active_at, minutes: 30}}]\n"
    )
    ran = reconciler(*command.split(), str(tmp_path), "--strict", "--provider", "oci", env=server.env)
    assert ran.code == 3
    assert "[beyond-target]" in ran.err
    assert server.requests() == 0
