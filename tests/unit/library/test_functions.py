"""The functions of the Python API against an emulator: what the commands do, and nothing on the terminal."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest
from support.servers import API_KEY, serving

import reconciler
from reconciler import Access, Action, ChangeStarted, ExitCode, Flag, Options, Reason, Stop
from reconciler.control.exclusion import exclusive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.servers import Server

    from reconciler import Event

SCOPE = "version: 1\nscope: {prefix: ci-, prune: true}\n"
CONTENT = "GET /containers/{container_id}/files/{file_id}/content"
NAMES = ["ci-a", "ci-b", "ci-c"]


def containers(*names: str, more: str = "") -> str:
    """A set of containers, each with `more` keys."""
    return SCOPE + "containers:\n" + "".join(f"  - {{name: {name}{more}}}\n" for name in names)


@pytest.fixture
def server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Iterator[Server]:
    """An emulator that the environment names, a set of three containers, and nothing printed at the end."""
    with serving() as running:
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "m.yaml").write_text(containers(*NAMES))
        yield running
        assert capfd.readouterr() == ("", "")


def test_from_manifests_to_an_account_that_is_equal(server: Server) -> None:
    made = reconciler.plan("m.yaml")
    assert [(change.action, change.name) for change in made.pending] == [
        (Action.CREATE, name) for name in NAMES
    ]
    heard: list[Event] = []
    outcome = reconciler.apply("m.yaml", listen=heard.append)
    assert (outcome.exit_code, len(outcome.applied)) == (ExitCode.DONE, 3)
    assert [event.change.name for event in heard if isinstance(event, ChangeStarted)] != []
    assert reconciler.plan(["m.yaml"]).converged
    assert reconciler.drift("m.yaml") == ()
    assert reconciler.destroy("m.yaml").exit_code is ExitCode.DONE
    assert server.running("ci-a") == []
    assert {item.name for item in reconciler.drift("m.yaml")} == set(NAMES)


def test_loaded_manifests_are_planned_on(server: Server, tmp_path: Path) -> None:
    del server
    (tmp_path / "m.yaml").write_text(
        f"{SCOPE}variables: {{who: {{}}}}\ncontainers: [{{name: 'ci-${{who}}'}}]\n"
    )
    loaded = reconciler.load(tmp_path / "m.yaml", variables={"who": "you"})
    assert loaded.diagnostics == ()
    assert [change.name for change in reconciler.plan(loaded).changes] == ["ci-you"]
    assert [change.name for change in reconciler.plan("m.yaml", variables={"who": "me"}).changes] == ["ci-me"]
    for asked in ({"variables": {"who": "me"}}, {"options": Options(allow_outside=True)}):
        with pytest.raises(reconciler.UsageError, match="said to `load`"):
            reconciler.plan(loaded, **asked)
    assert [event.change.name for event in reconciler.apply(loaded).applied] == ["ci-you"]


def test_files_outside_are_for_whoever_says_so_and_for_the_plan_that_was_made_so(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out.txt").write_text("outside")
    files = ", files: [{source: ../out.txt}]"
    (tmp_path / "in" / "m.yaml").write_text(containers("ci-a", more=files))
    with pytest.raises(reconciler.InvalidManifests):
        reconciler.plan("in")
    with pytest.raises(reconciler.InvalidManifests):
        reconciler.plan("in", options=Options(allow_outside=True, max_file_size=6))
    made = reconciler.plan("in", options=Options(allow_outside=True))
    assert reconciler.plan(reconciler.load("in", allow_outside=True)).asked == made.asked
    assert len(reconciler.apply(made).applied) == 1
    assert len(server.running("ci-a")[0]["files"]) == 1


def test_invalid_manifests_are_an_error_with_every_problem(server: Server, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("version: 1\ncontainers: [{name: no}, {nam: x}]\n")
    loaded = reconciler.load("m.yaml")
    assert loaded.desired is None
    for call in (reconciler.plan, reconciler.apply, reconciler.drift, reconciler.destroy):
        with pytest.raises(reconciler.InvalidManifests) as raised:
            call("m.yaml")
        assert {found.code for found in raised.value.diagnostics} == {
            found.code for found in loaded.diagnostics
        }
        assert raised.value.exit_code is ExitCode.INVALID
        assert raised.value.__context__ is None  # a traceback tells of nothing else that went wrong
    assert server.requests() == 0


def test_a_plan_is_an_approval(server: Server, tmp_path: Path) -> None:
    made = reconciler.plan("m.yaml")
    (tmp_path / "m.yaml").write_text(containers(*NAMES, more=", memory_limit: 4g"))
    with pytest.raises(reconciler.PlanMismatch, match="does not cover"):
        reconciler.apply(made)
    (tmp_path / "m.yaml").write_text(containers(*NAMES))
    with pytest.raises(reconciler.UsageError, match="a plan says itself"):
        reconciler.apply(made, options=Options())
    assert len(reconciler.apply(made).applied) == 3
    assert reconciler.apply(made).exit_code is ExitCode.DONE
    assert len(server.containers()) == 3


def test_a_plan_wants_the_variables_that_it_was_made_with(server: Server, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "version: 1\nvariables: {env: {}}\nscope: {prefix: '${env}-'}\ncontainers: [{name: '${env}-a'}]\n"
    )
    planned = reconciler.plan("m.yaml", variables={"env": "lib"})
    for variables, told in ((None, "made with --var env=..."), ({"env": "other"}, "does not cover")):
        with pytest.raises(reconciler.PlanMismatch, match=told):
            reconciler.apply(planned, variables=variables)
    assert reconciler.apply(planned, variables={"env": "lib"}).exit_code is ExitCode.DONE
    assert len(server.running("lib-a")) == 1


def test_plans_are_saved_and_read_with_suspicion(server: Server, tmp_path: Path) -> None:
    made = reconciler.plan("m.yaml")
    reconciler.write_plan(made, tmp_path / "change.json")
    read = reconciler.read_plan("change.json")
    assert (read.changes, read.manifests) == (made.changes, made.manifests)
    assert len(reconciler.apply(read).applied) == 3
    (tmp_path / "away").mkdir()
    reconciler.write_plan(reconciler.plan(tmp_path / "m.yaml"), "away/change.json")
    os.chdir("away")
    with pytest.raises(reconciler.PlanMismatch, match="neither below"):
        reconciler.read_plan("change.json")
    assert reconciler.read_plan("change.json", manifests=tmp_path / "m.yaml").converged
    del server


def test_what_a_guard_forbids_is_an_error_and_changes_nothing(server: Server, tmp_path: Path) -> None:
    reconciler.apply("m.yaml")
    (tmp_path / "m.yaml").write_text(f"{SCOPE}containers: []\n")
    blocked = reconciler.plan("m.yaml")
    assert {reason for change in blocked.blocked for reason in change.reasons} >= {Reason.BLOCKED_BY_LIMIT}
    with pytest.raises(reconciler.BlockedByLimit) as raised:
        reconciler.apply("m.yaml")
    assert raised.value.hint == "if that is meant: --allow-deletes 3"
    with pytest.raises(reconciler.BlockedByLimit):
        reconciler.apply(blocked)
    assert len(server.running("ci-a")) == 1
    assert len(reconciler.apply("m.yaml", options=Options(allow_deletes=3)).applied) == 3


def test_protection_digests_and_directions_are_asked_as_by_the_command(
    server: Server, tmp_path: Path
) -> None:
    with pytest.raises(reconciler.PlanMismatch, match="digest"):
        reconciler.apply("m.yaml", expect_digest=f"sha256:{0:064}")
    with pytest.raises(reconciler.Refused, match="approval of its own for cost"):
        reconciler.apply("m.yaml", require_approval=[Flag.COST])
    reconciler.apply("m.yaml", require_approval=[Flag.COST], approve=[Flag.COST])
    kept = ", lifecycle: {prevent_destroy: true}, memory_limit: 4g"
    (tmp_path / "m.yaml").write_text(containers(*NAMES, more=kept))
    with pytest.raises(reconciler.ProtectedContainers):
        reconciler.apply("m.yaml")
    assert reconciler.apply("m.yaml", skip_blocked=True).exit_code is ExitCode.DONE
    assert {row["memory_limit"] for row in server.containers()} == {"1g"}


def test_another_run_holds_the_lock(server: Server) -> None:
    target = reconciler.plan("m.yaml").target
    with (
        exclusive(target, "ci-", "another", timeout=0, warn=pytest.fail),
        pytest.raises(reconciler.LockHeld),
    ):
        reconciler.apply("m.yaml")
    assert server.containers() == []


def test_where_an_event_loop_runs_the_functions_run_beside_it(server: Server) -> None:
    async def caller() -> tuple[ExitCode, bool]:
        outcome = reconciler.apply("m.yaml")
        again = await asyncio.to_thread(reconciler.plan, "m.yaml")
        return outcome.exit_code, again.converged

    assert asyncio.run(caller()) == (ExitCode.DONE, True)
    assert len(server.containers()) == 3


def test_an_error_passes_through_a_running_loop(server: Server) -> None:
    async def caller() -> None:
        reconciler.plan("nowhere")

    with pytest.raises(reconciler.UsageError, match="nowhere"):
        asyncio.run(caller())
    assert server.requests() == 0


def test_a_listener_that_raises_ends_the_run_and_is_heard(server: Server) -> None:
    begun = []

    def listen(event: Event) -> None:
        if isinstance(event, ChangeStarted):
            begun.append(event.change.name)
            message = "enough"
            raise KeyError(message)

    with pytest.raises(KeyError, match="enough"):
        reconciler.apply("m.yaml", Access(parallelism=1), listen=listen)
    assert len(begun) == 1
    assert [row["name"] for row in server.containers()] in ([], begun)
    assert reconciler.apply("m.yaml").exit_code is ExitCode.DONE


def test_a_stop_that_is_requested_ends_the_run_in_order(server: Server) -> None:
    stop = Stop()
    outcome = reconciler.apply("m.yaml", Access(parallelism=1), listen=lambda _: stop.request(), stop=stop)
    assert (outcome.exit_code, outcome.interrupted) == (ExitCode.INTERRUPTED, True)
    assert len(outcome.applied) + len(outcome.not_started) == 3
    assert len(server.containers()) == len(outcome.applied) < 3


def test_ctrl_c_lets_what_is_in_flight_finish_and_leaves_handlers_alone(server: Server) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:

        def listen(event: Event) -> None:
            if isinstance(event, ChangeStarted):
                signal.raise_signal(signal.SIGINT)

        outcome = reconciler.apply("m.yaml", Access(parallelism=1), listen=listen)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert outcome.interrupted
    assert outcome.under_way == ()
    assert len(server.containers()) == len(outcome.applied) < 3


def test_a_key_that_is_given_counts_more_than_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(reconciler.InvalidInput, match="no API key"):
        reconciler.plan("m.yaml")
    monkeypatch.delenv("OPENAI_BASE_URL")
    access = Access(base_url=server.base_url, api_key=API_KEY, organization="org-1", ledger="none")
    assert API_KEY not in repr(access)
    target = reconciler.plan("m.yaml", access).target
    assert (target.url, target.organization) == (server.base_url, "org-1")


def test_the_built_in_emulator_keeps_its_data_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "m.yaml").write_text(containers("ci-a"))
    access = Access(emulator=tmp_path / "e.db", provider="azure")
    reconciler.apply(tmp_path / "m.yaml", access)
    assert (tmp_path / "e.db").exists()
    assert reconciler.plan(tmp_path / "m.yaml", access).converged


@pytest.mark.parametrize(
    "access",
    [
        Access(base_url=""),
        Access(base_url="http://127.0.0.1:1", emulator=True),
        Access(provider="aws"),
        Access(parallelism=0),
        Access(rpm=0),
        Access(ledger="/"),
    ],
)
def test_access_that_cannot_be_meant_is_refused(server: Server, access: Access) -> None:
    with pytest.raises(reconciler.UsageError):
        reconciler.plan("m.yaml", access)
    assert server.requests() == 0


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (Options(allow_busy=True), reconciler.UsageError),
        (Options(no_delete=True, replace=("ci-a",)), reconciler.UsageError),
        (Options(names="ci-a"), reconciler.UsageError),  # type: ignore[arg-type]  # the mistake that is meant
        (Options(policies=("nowhere",)), reconciler.UsageError),
        (Options(refresh="all"), reconciler.UsageError),  # type: ignore[arg-type]  # likewise
        (Options(replace=("ci-x",)), reconciler.InvalidInput),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    server: Server, options: Options, error: type[reconciler.ReconcilerError]
) -> None:
    with pytest.raises(error):
        reconciler.apply("m.yaml", options=options)
    assert server.requests() == 0


def test_what_is_remembered_of_files_may_be_disbelieved(server: Server, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(containers("ci-a", more=", files: [{path: a.txt, content: a}]"))
    reconciler.apply("m.yaml")
    for options, downloads in ((Options(), 0), (Options(refresh="full"), 1)):
        server.forget_requests()
        assert reconciler.plan("m.yaml", options=options).converged
        assert server.counts().get(CONTENT, 0) == downloads


def test_options_narrow_a_plan(server: Server) -> None:
    only = Options(names=("ci-[ab]",), exclude=("ci-b",))
    assert [change.name for change in reconciler.plan("m.yaml", options=only).pending] == ["ci-a"]
    assert server.containers() == []
