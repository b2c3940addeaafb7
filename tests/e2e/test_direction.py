"""What opens the network or raises the price is flagged everywhere, and wants a word where one is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.commands import Ran, reconciler

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

OPEN = "network_policy: {type: allowlist, allowed_domains: [api.example.com]}"
MANIFEST = (
    f"version: 1\nscope: {{prefix: dx-}}\ncontainers:\n  - name: dx-a\n    memory_limit: 4g\n    {OPEN}\n"
)
ASKED = ("--require-approval", "egress,cost")


def run(folder: Path, server: Server, *arguments: str) -> Ran:
    """Runs a command on the manifest."""
    (folder / "d.yaml").write_text(MANIFEST)
    return reconciler(*arguments, env=server.env, cwd=folder)


def writes(server: Server) -> list[str]:
    """What was sent but for reading."""
    return [request for request in server.counts() if not request.startswith("GET")]


def test_it_is_flagged_in_text_and_json(tmp_path: Path, server: Server) -> None:
    text = run(tmp_path, server, "plan", "d.yaml", "-o", "d.plan.json")
    assert "! egress: opens the network to api.example.com" in text.out
    assert "! cost: one more container to pay for" in text.out
    assert "To review: 1 change opens the network (egress), 1 change raises the price (cost)" in text.out
    document = run(tmp_path, server, "show", "d.plan.json", "--format", "json").result
    assert document["plan"]["changes"][0]["flags"] == ["egress", "cost"]


@pytest.mark.parametrize("saved", [False, True])
def test_apply_refuses_until_each_is_approved(tmp_path: Path, server: Server, saved: bool) -> None:  # noqa: FBT001 - a case
    run(tmp_path, server, "plan", "d.yaml", "-o", "d.plan.json")
    apply = ("apply", "d.plan.json") if saved else ("apply", "d.yaml", "--auto-approve")
    for given, missing in (((), "egress and cost"), (("--approve", "cost"), "egress")):
        refused = run(tmp_path, server, *apply, *ASKED, *given)
        assert (refused.code, f"an approval of its own for {missing};" in refused.err) == (4, True)
        assert "    egress: create dx-a" in refused.err
        assert "add --approve egress" in refused.err
        assert ("--approve cost" in refused.err) == (not given)
    document = run(tmp_path, server, *apply, *ASKED, "--format", "json")
    assert document.result["error"]["code"] == "approval-required"
    assert (document.result["exit_code"], writes(server)) == (4, [])
    applied = run(tmp_path, server, *apply, *ASKED, "--approve", "cost", "--approve", "egress")
    assert applied.code == 0
    assert len(server.running("dx-a")) == 1
    assert run(tmp_path, server, *apply, *ASKED).code == 0, "what is done needs no approval"


def test_a_forged_plan_cannot_hide_its_direction(tmp_path: Path, server: Server) -> None:
    run(tmp_path, server, "plan", "d.yaml", "-o", "d.plan.json")
    values = json.loads((tmp_path / "d.plan.json").read_text())
    values["changes"][0]["flags"] = []
    (tmp_path / "d.plan.json").write_text(json.dumps(values))
    assert "! egress" in run(tmp_path, server, "show", "d.plan.json").out
    assert run(tmp_path, server, "apply", "d.plan.json", *ASKED).code == 4
    assert writes(server) == []


@pytest.mark.parametrize("word", ["", "money", "egress,", "egress;cost"])
def test_unknown_words_are_usage_errors(tmp_path: Path, server: Server, word: str) -> None:
    for option in ("--require-approval", "--approve"):
        refused = run(tmp_path, server, "apply", "d.yaml", option, word)
        assert (refused.code, "expected egress, cost or both" in refused.err) == (64, True)


def test_the_estimate_has_a_ceiling_for_those_who_ask(tmp_path: Path, server: Server) -> None:
    told = "cost $0.36 an hour while active; the limit is $0.35"
    known = ("d.yaml", "--emulator", "--max-cost")  # the built-in emulator has the prices of the real one
    planned = run(tmp_path, server, "plan", *known, "0.35")
    assert (planned.code, told in planned.out, "(prices of 2026-06)" in planned.out) == (0, True, True)
    assert run(tmp_path, server, "plan", *known, "0.35", "--detailed-exitcode").code == 2
    refused = run(tmp_path, server, "apply", *known, "0.35", "--auto-approve")
    assert (refused.code, told in refused.err, "--max-cost 0.36" in refused.err) == (4, True, True)
    assert run(tmp_path, server, "apply", *known, "0.36", "--auto-approve").code == 0
    assert run(tmp_path, server, "apply", *known, "0.01", "--auto-approve").code == 0, "nothing is left to do"


def test_where_no_price_is_known_no_ceiling_is_kept(tmp_path: Path, server: Server) -> None:
    refused = run(tmp_path, server, "apply", "d.yaml", "--auto-approve", "--max-cost", "1000")
    assert (refused.code, "is not known, so --max-cost cannot be kept" in refused.err) == (4, True)
    assert writes(server) == []


@pytest.mark.parametrize("amount", ["", "-1", "nan", "inf", "1 USD"])
def test_what_is_no_amount_is_a_usage_error(tmp_path: Path, server: Server, amount: str) -> None:
    refused = run(tmp_path, server, "plan", "d.yaml", f"--max-cost={amount}")
    assert (refused.code, "expected US dollars" in refused.err) == (64, True)
