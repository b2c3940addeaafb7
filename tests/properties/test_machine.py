"""Anything may happen, in any order, at every step; then one clean pass makes what is declared, exactly once.

A machine of rules over the real emulator: manifests are edited, others create, delete and use containers,
time passes, lists lag, every kind of fault is on, runs are killed at any request, two of them work at once,
ledgers are lost, damaged or somebody else's. While that goes on, few things are promised, and they always
hold. Once the network is healed and the lag has passed, everything is.

What an account holds is judged by the API's reference alone (`support.worlds`), never by our own code.
"""

# ruff: noqa: D102 - the name of a rule says what happens

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from base64 import b64encode
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec import Struct
from msgspec.structs import replace
from support.builders import declared_file
from support.emulated import NOW, TARGET, UNLIMITED, account_of
from support.strategies import entries
from support.wire import Cut, Killed, Process, Wire
from support.worlds import (
    CONTENTS,
    DECLARABLE,
    FILES,
    NEVER_MEET,
    World,
    by_id,
    claimed,
    file_name,
    holds_declared,
    problems,
)

from reconciler.control.account import Speed
from reconciler.control.passes import Destroy, Options, Prepared, carry_out, prepare
from reconciler.ledger.ledger import Ledger
from reconciler.ledger.store import Place
from reconciler.model.errors import ReconcilerError
from reconciler.model.events import ChangeApplied
from reconciler.model.exit_codes import ExitCode
from reconciler.model.memory import LEAST_LAG
from reconciler.model.plan import Action
from reconciler.model.scope import Desired, Scope
from reconciler.model.spec import Compare, ReplaceOrder

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2
    from support.servers import Server
    from support.worlds import Row

    from reconciler.model.events import Event
    from reconciler.model.outcome import Outcome
    from reconciler.model.spec import DesiredContainer

    ServerOf = Callable[[str], Server]

CREATE, LIST, READ = "POST /containers", "GET /containers", "GET /containers/{container_id}"
DELETE = "DELETE /containers/{container_id}"
UPLOAD, FILE_LIST = "POST /containers/{container_id}/files", "GET /containers/{container_id}/files"
CONTENT = "GET /containers/{container_id}/files/{file_id}/content"

SETS = ("one", "two")
"""Two manifests of one scope, as two branches of a repository are."""

MACHINES = ("a", "b")
NOBODY = "nobody"
"""A run without a ledger."""

STRANGERS = ("", "other", "ci-ext-1", "CI-a", "ci", "cj-a")
OURS = (*DECLARABLE, "ci-x")
MODES = ("mangled", "mangled", "mangled", "file-id", "plain-coexist", "plain-shared", "plain-replace")

LEAST_EXAMPLES = 50
"""Sequences in the short profile: about a minute."""

LYING = ("hide", "repeat", "empty", "endless", "bogus-row", "vanish", "patch", "null-bytes", "wrong-ends")
"""Faults after which an answer says something else than what is true."""

harms: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(lambda when: {"kind": "drop", "when": when}, st.sampled_from(["before", "after"])),
    st.builds(
        lambda status, when: {"kind": "status", "status": status, "when": when},
        st.sampled_from([500, 503, 409, 408, 400]),
        st.sampled_from(["before", "after"]),
    ),
    st.builds(
        lambda after: {"kind": "status", "status": 429, "headers": {"Retry-After": after}},
        st.sampled_from(["0", "1", "7", "200", "soon"]),
    ),
    st.just({"kind": "status", "status": 200, "when": "after", "body": "<html>"}),
    st.builds(lambda size: {"kind": "truncate", "size": size}, st.sampled_from([0, 5, 90])),
    st.builds(lambda answer: {"kind": "double", "answer": answer}, st.sampled_from(["first", "second"])),
    st.just({"kind": "lie", "endpoint": DELETE}),
    st.sampled_from([{"kind": kind} for kind in ("repeat", "empty", "endless", "wrong-ends")]),
    st.builds(lambda rows: {"kind": "hide", "rows": rows}, st.sampled_from([1, 2])),
    st.just({"kind": "appear"}),
    st.just({"kind": "vanish", "name": "ci-[abcx]", "endpoint": LIST}),
    st.sampled_from([{"kind": "null-bytes"}, {"kind": "bogus-row"}]),
    st.just({"kind": "patch", "omit": ["memory_limit"], "endpoint": CREATE}),
    st.just({"kind": "patch", "omit": ["has_more"], "endpoint": "GET *"}),
    st.just({"kind": "latency", "seconds": 0.001}),
)
lost: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"kind": "drop", "when": "after"},
        {"kind": "drop", "when": "before"},
        {"kind": "status", "status": 500, "when": "after"},
        {"kind": "truncate", "size": 5},
    ]
)
writes = st.sampled_from([CREATE, CREATE, UPLOAD, "[PD]*"])
where = st.sampled_from(
    ["*", "[PD]*", "[PD]*", "GET *", CREATE, CREATE, UPLOAD, LIST, LIST, FILE_LIST, READ, DELETE, CONTENT]
)
often = st.one_of(
    st.builds(
        lambda skip, times: {"skip": skip, "times": times},
        st.sampled_from([0, 0, 0, 1, 2, 5]),
        st.sampled_from([1, 1, 2, 3, None]),
    ),
    st.builds(lambda percent: {"probability": percent / 100}, st.sampled_from([20, 50])),
)
cuts = st.builds(
    Cut,
    st.sampled_from(["before", "after", "after", "stop", "cancel"]),
    st.integers(1, 8) | st.integers(1, 25),
    st.booleans(),
)
seeds = st.integers(0, 2**16)


@st.composite
def declarations(draw: st.DrawFn) -> DesiredContainer:
    """Any declaration of any name."""
    declared = draw(entries(draw(st.sampled_from(DECLARABLE))))
    found = draw(st.none() | st.dictionaries(st.sampled_from(FILES), st.sampled_from(CONTENTS), max_size=2))
    files = None
    if found is not None:
        files = tuple(declared_file(path, data) for path, data in sorted(found.items()))
    return replace(declared, files=files)


class Asked(Struct, frozen=True):
    """A run that somebody starts."""

    of: str
    machine: str
    command: str
    cut: Cut | None
    parallelism: int


def asked(
    commands: tuple[str, ...], ends: st.SearchStrategy[Cut | None] | None = None
) -> st.SearchStrategy[Asked]:
    """Any run."""
    return st.builds(
        Asked,
        st.sampled_from(SETS),
        st.sampled_from([*MACHINES, MACHINES[0], NOBODY]),
        st.sampled_from(commands),
        st.none() | cuts if ends is None else ends,
        st.sampled_from([1, 2, 4]),
    )


@dataclass
class Done:
    """What a run came to."""

    prepared: Prepared | None = None
    outcome: Outcome | None = None
    error: ReconcilerError | None = None
    killed: bool = False


class Machine(RuleBasedStateMachine):
    """See above. `outside` is what everything outside the scope must be, by id."""

    server_of: ServerOf

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="reconciler-machine-"))
        self.sets = dict.fromkeys(SETS, Desired(Scope("ci-", ("ci-ext-",)), (), ("tests",)))
        self.outside: dict[str, Row] = {}
        self.lag = 0.0
        self.lagged = 0.0
        self.lags_files = False
        self.lying = self.doubling = self.losing = False
        self.warnings: list[str] = []
        self.patch = pytest.MonkeyPatch()
        self.there_before: set[str] = set()

    # the world

    @initialize(
        mode=st.sampled_from(MODES),
        first=declarations(),
        second=declarations(),
        lag=st.sampled_from([0, 0, 3, 8]),
        prune=st.booleans(),
    )
    def begin(
        self, mode: str, first: DesiredContainer, second: DesiredContainer, lag: int, *, prune: bool
    ) -> None:
        self.mode = mode
        chance = Random(0)  # noqa: S311 - ids that come again, so that what is found does
        self.patch.setattr("reconciler.emulator.ids.token_hex", lambda size: chance.randbytes(size).hex())
        self.server = self.server_of(mode)
        self.server.control("POST", "/clock", {"now": NOW, "freeze": True})
        self._lag(lag, lag, files=False)
        for stranger in ("other", "ci-ext-1"):
            self._plant(stranger, "running", "1g", 30, {FILES[0]: CONTENTS[1]})
        for of in SETS:
            self._set(of, scope=replace(self.sets[of].scope, prune=prune))
        self._declare("one", first)
        self._declare("two", first)
        self._declare("two", second)

    @rule(of=st.sampled_from(SETS), declared=declarations())
    def declare(self, of: str, declared: DesiredContainer) -> None:
        self._declare(of, declared)

    def _declare(self, of: str, declared: DesiredContainer) -> None:
        known = {**self.sets[of].by_name(), declared.name: declared}
        self._set(of, containers=tuple(known[name] for name in sorted(known)))

    @rule(of=st.sampled_from(SETS), name=st.sampled_from(DECLARABLE))
    def undeclare(self, of: str, name: str) -> None:
        left = tuple(each for each in self.sets[of].containers if each.name != name)
        self._set(of, containers=left)

    @rule(of=st.sampled_from(SETS), new=st.sampled_from(DECLARABLE), old=st.sampled_from(DECLARABLE))
    def rename(self, of: str, new: str, old: str) -> None:
        known = self.sets[of].by_name()
        if old in known and old != new:
            moved = known.pop(old)
            known[new] = replace(moved, spec=replace(moved.spec, name=new))
            self._set(of, containers=tuple(known[name] for name in sorted(known)))

    @rule(
        of=st.sampled_from(SETS),
        prune=st.booleans(),
        sweep=st.booleans(),
        compare=st.sampled_from([Compare.DIGEST, Compare.DIGEST, Compare.SIZE]),
        order=st.sampled_from(ReplaceOrder),
    )
    def decide(self, of: str, *, prune: bool, sweep: bool, compare: Compare, order: ReplaceOrder) -> None:
        scope = replace(self.sets[of].scope, prune=prune, sweep=sweep, compare=compare)
        self._set(of, scope=scope, replace=order)

    def _set(self, of: str, **changes: Any) -> None:
        self.sets[of] = replace(self.sets[of], **changes)

    @rule(seconds=st.sampled_from([1, 3, 12, 40, 700, 1300]))
    def time_passes(self, seconds: int) -> None:
        self.server.advance(seconds)

    # others

    @rule(
        name=st.sampled_from([*STRANGERS, *OURS, *OURS]),
        status=st.sampled_from(["running", "running", "active", "expired"]),
        memory=st.sampled_from(["1g", "1g", "4g"]),
        age=st.sampled_from([0, 0, 1, 30]),
        files=st.dictionaries(st.sampled_from([*FILES, "extra.txt"]), st.sampled_from(CONTENTS), max_size=2),
    )
    def others_create(self, name: str, status: str, memory: str, age: int, files: dict[str, bytes]) -> None:
        self._plant(name, status, memory, age, files)

    def _plant(self, name: str, status: str, memory: str, age: int, files: dict[str, bytes]) -> None:
        now = int(self._now())
        row = {
            "name": name,
            "status": status,
            "memory_limit": memory,
            "created_at": now - age,
            "last_active_at": now,
            "files": [] if status == "expired" else [self._file(*each) for each in sorted(files.items())],
        }
        self.server.control("POST", "/containers", {"containers": [row]})
        self._note_outside()

    @rule(number=st.integers(0, 9))
    def others_delete_one_of_ours(self, number: int) -> None:
        alive = self._alive()
        if alive:
            self._as_somebody("DELETE", f"containers/{alive[number % len(alive)]['id']}")

    @rule(
        number=st.integers(0, 9), name=st.sampled_from([*FILES, "extra.txt"]), data=st.sampled_from(CONTENTS)
    )
    def others_upload(self, number: int, name: str, data: bytes) -> None:
        alive = self._alive()
        if alive:
            path = f"containers/{alive[number % len(alive)]['id']}/files"
            self._as_somebody("POST", path, files={"file": (name, data)})

    @rule(number=st.integers(0, 9), which=st.integers(0, 9))
    def others_delete_a_file(self, number: int, which: int) -> None:
        alive = self._alive()
        row = alive[number % len(alive)] if alive else {"files": []}
        if row["files"]:
            file = row["files"][which % len(row["files"])]
            self._as_somebody("DELETE", f"containers/{row['id']}/files/{file['id']}")

    @rule(number=st.integers(0, 9), name=st.sampled_from(["report.csv", FILES[0]]))
    def the_model_writes_a_file(self, number: int, name: str) -> None:
        alive = self._alive()
        if self.mode not in NEVER_MEET:  # where an upload may take over what the model wrote
            name = "report.csv"
        if alive:
            file = {**self._file(name, b"by the model"), "source": "assistant", "bytes": None}
            body = {"files": [file]}
            self.server.control("POST", f"/containers/{alive[number % len(alive)]['id']}/files", body)

    @rule(number=st.integers(0, 9))
    def others_copy_one_of_ours(self, number: int) -> None:
        """A surplus copy with the same files, as a run on another machine leaves it."""
        alive = self._alive()
        if alive:
            row = alive[number % len(alive)]
            copied = {file_name(file["path"]): b"one" for file in row["files"]}
            self._plant(row["name"], "running", row.get("memory_limit") or "1g", 0, copied)

    def _file(self, name: str, data: bytes) -> Row:
        own = {"mangled": "0123456789abcdef" * 2 + "-", "file-id": "file-abc1-"}.get(self.mode, "")
        return {
            "path": f"/mnt/data/{own}{name}",
            "source": "user",
            "created_at": int(self._now()),
            "content_base64": b64encode(data).decode(),
        }

    def _alive(self) -> list[Row]:
        rows = [row for row in self.server.containers() if claimed(row)]
        return [row for row in rows if row["status"] in ("running", "active")]

    def _as_somebody(self, method: str, path: str, **body: Any) -> None:
        """A request of somebody else, on a network of their own."""
        rules = self.server.control("GET", "/faults")["rules"]
        if any(each["endpoint"] for each in rules):
            return  # our faults would meet it
        answer = self.server.http.request(
            method, f"{self.server.base_url}/{path}", headers={"Authorization": "Bearer sk-somebody"}, **body
        )
        assert answer.is_success, answer.text
        self.server.forget_requests()

    def _now(self) -> float:
        return float(self.server.control("GET", "/clock")["now"])

    # the network

    @rule(harm=harms, at=where, times=often, seed=seeds)
    def something_breaks(self, harm: dict[str, Any], at: str, times: dict[str, Any], seed: int) -> None:
        self._break(harm, at, times, seed)

    def _break(self, harm: dict[str, Any], at: str, times: dict[str, Any], seed: int) -> None:
        fault = {"endpoint": at, **times, **harm}
        self.server.control("POST", "/faults", {"rules": [fault], "seed": seed})
        self.lying |= harm["kind"] in LYING or harm.get("status") == 200
        self.doubling |= harm["kind"] in ("double", *LYING)
        self.losing |= harm["kind"] in ("lie", "vanish", "appear")
        event(f"fault {harm['kind']}")

    @rule(rate=st.sampled_from(["20/min", "3/s"]))
    def requests_are_rationed(self, rate: str) -> None:
        self.server.control("POST", "/faults", {"rules": [{"kind": "rate-limit", "rate": rate}]})

    @rule()
    def the_network_heals(self) -> None:
        self._heal()

    def _heal(self) -> None:
        self.server.heal()
        self.lying = self.doubling = self.losing = False

    @rule(
        create=st.sampled_from([0, 2, 6, 9, 40]),
        delete=st.sampled_from([0, 6, 40]),
        files=st.sampled_from([False, False, True]),
    )
    def lists_lag(self, create: int, delete: int, *, files: bool) -> None:
        files = files and max(create, delete) <= LEAST_LAG  # more is learned of containers only
        self._lag(create, delete, files=files)

    def _lag(self, create: int, delete: int, *, files: bool) -> None:
        self.server.control("POST", "/lag", {"create": create, "delete": delete, "files": files})
        self.lag = float(max(create, delete))
        self.lags_files = files and self.lag > 0
        self.lagged = max(self.lagged, self.lag)

    # ledgers

    def _ledger(self, machine: str) -> Path:
        return self.folder / f"{machine}.db"

    @rule(machine=st.sampled_from(MACHINES))
    def a_ledger_is_lost(self, machine: str) -> None:
        self._ledger(machine).unlink(missing_ok=True)

    @rule(machine=st.sampled_from(MACHINES), size=st.sampled_from([0, 3, 5000]))
    def a_ledger_is_damaged(self, machine: str, size: int) -> None:
        path = self._ledger(machine)
        if path.exists():
            data = bytearray(path.read_bytes())
            data[200 : 200 + size] = b"\xaa" * size
            path.write_bytes(bytes(data[: 4096 + size]))

    @rule(machine=st.sampled_from(MACHINES))
    def a_ledger_is_kept_for_later(self, machine: str) -> None:
        with suppress(FileNotFoundError):
            shutil.copyfile(self._ledger(machine), self._ledger("old"))

    @rule(machine=st.sampled_from(MACHINES))
    def an_old_ledger_comes_back(self, machine: str) -> None:
        with suppress(FileNotFoundError):
            shutil.copyfile(self._ledger("old"), self._ledger(machine))

    # runs

    @rule(
        run=asked(("apply", "apply", "apply", "apply", "plan", "destroy")),
        seed=seeds,
        latency=st.sampled_from([0.0, 0.0, 1.5]),
    )
    def somebody_runs(self, run: Asked, seed: int, latency: float) -> None:
        self._run([run], seed, latency)

    @rule(
        declared=st.lists(declarations(), max_size=3),
        harm=st.sampled_from([harms, lost]).flatmap(lambda one: one),
        at=st.sampled_from([where, writes]).flatmap(lambda one: one),
        times=often,
        run=asked(("apply",)),
        seed=seeds,
    )
    def an_edit_is_applied_while_something_breaks(
        self,
        *,
        declared: list[DesiredContainer],
        harm: dict[str, Any],
        at: str,
        times: dict[str, Any],
        run: Asked,
        seed: int,
    ) -> None:
        for each in declared:
            self._declare(run.of, each)
        self._heal()
        self._break(harm, at, times, seed)
        self._run([run], seed, 0.0)
        self._heal()

    @rule(
        declared=st.lists(declarations(), max_size=3),
        runs=st.lists(asked(("apply",), cuts), min_size=1, max_size=3),
        seed=seeds,
    )
    def an_edit_is_applied_and_killed_until_it_is_done(
        self, declared: list[DesiredContainer], runs: list[Asked], seed: int
    ) -> None:
        """Runs of one machine, one after the other: its ledger remembers what each was about to create."""
        for each in declared:
            self._declare(runs[0].of, each)
        self._heal()
        self.server.advance(self.lagged + 3)  # until then a copy may be taken for the one that was intended
        before = {row["id"] for row in self.server.containers()}
        for run in (*(each.cut for each in runs), None):
            self._run([replace(runs[0], cut=run)], seed, 0.0)
        rows = [row for row in self.server.containers() if row["id"] not in before]
        copies = Counter(row["name"] for row in rows if row["status"] == "running")
        if runs[0].machine != NOBODY and self.lagged <= LEAST_LAG and not self.lags_files:
            assert max(copies.values(), default=0) <= 1, f"doubled: {copies}"

    @rule(
        runs=st.tuples(asked(("apply", "apply", "destroy")), asked(("apply", "plan"))),
        seed=seeds,
        latency=st.sampled_from([0.0, 0.5]),
    )
    def two_run_at_once(self, runs: tuple[Asked, Asked], seed: int, latency: float) -> None:
        self._run(list(runs), seed, latency)

    def _run(self, runs: list[Asked], seed: int, latency: float) -> list[Done]:
        self.server.forget_requests()
        wire = Wire(self.server, seed, latency)
        alone = len(runs) == 1
        before = self.server.containers()
        self.there_before = {row["id"] for row in before}
        done = [Done() for _ in runs]
        works = {}
        for run, result in zip(runs, done, strict=True):
            process = Process(run.machine, run.cut)
            if alone and run.command == "apply":
                process.watch = self._guard(self.sets[run.of])
            works[process] = self._work(run, process, wire, result, alone=alone)
        ended = wire.run(works)
        for result, raised in zip(done, ended, strict=True):
            self._ended(result, raised)
        after = self.server.containers()
        log = self.server.control("GET", "/log")
        self._check_outside(log)
        for run, result in zip(runs, done, strict=True):
            event(f"{run.command}: {_said(result)}")
        if alone:
            self._check_alone(runs[0], done[0], before, after, log)
        return done

    async def _work(self, run: Asked, process: Process, wire: Wire, done: Done, *, alone: bool) -> None:
        place = Place(self._ledger(run.machine))
        ledger = Ledger() if run.machine == NOBODY else Ledger.at(place, TARGET, self.warnings.append)
        process.on_kill = lambda: _cut_off(ledger)
        account = account_of(self.server, ledger, wire)
        desired = self.sets[run.of]
        try:
            options = Options(speed=Speed(run.parallelism), exclusive=run.command != "plan")
            strategy = Destroy() if run.command == "destroy" else UNLIMITED
            done.prepared = await prepare(desired, (), account, options, strategy)
            if run.command == "plan":
                return

            def listen(happened: Event) -> None:
                if alone and isinstance(happened, ChangeApplied) and not process.dead:
                    self._check_applied(happened, desired)

            done.outcome = await carry_out(done.prepared, account, options.speed, process.stop, listen)
        finally:
            ledger.close()

    def _ended(self, done: Done, raised: Any) -> None:
        """Nothing but our own errors ends a run, and a kill."""
        if isinstance(raised, Killed):
            done.killed = True
        elif isinstance(raised, ReconcilerError):
            done.error = raised
        elif isinstance(raised, asyncio.CancelledError):  # interrupted while it was looking
            assert done.outcome is None
        elif raised is not None:
            raise raised

    # what is always promised

    def _guard(self, desired: Desired) -> Callable[[httpx2.Request], None]:
        """A copy of a declared name goes only where a complete one stays, whatever fails."""

        def watch(request: httpx2.Request) -> None:
            parts = request.url.path.rsplit("/containers/", 1)
            if request.method != "DELETE" or "/" in parts[-1]:
                return
            rows = by_id(self.server.containers())
            doomed = rows.get(parts[-1])
            if doomed is None or doomed["status"] not in ("running", "active"):
                return
            declared = desired.by_name().get(doomed["name"])
            if declared is None:
                assert desired.scope.prune, f"deletes the undeclared {doomed['name']} without prune"
                return
            others = [
                row
                for row in rows.values()
                if row["name"] == doomed["name"]
                and row is not doomed
                and row["status"] in ("running", "active")
            ]
            right = holds_declared(declared, doomed, desired.scope.compare)
            if declared.replace is ReplaceOrder.DELETE_FIRST and not right:
                return
            if not (self.losing or self.lying):
                # the new copy of a failed replace; known: where the old one died, nothing is left
                useless = doomed["id"] not in self.there_before and not right
                assert others or useless, f"deletes the only copy of {declared.name}"
                if not (useless or self.doubling) and self.mode in NEVER_MEET:
                    assert any(holds_declared(declared, row, desired.scope.compare) for row in others), (
                        f"deletes a copy of {declared.name} before another one is complete"
                    )

        return watch

    def _check_applied(self, happened: ChangeApplied, desired: Desired) -> None:
        """What is said to be done is done."""
        rows = by_id(self.server.containers())
        change = happened.change
        if change.action is Action.DELETE:
            row = rows.get(change.container_id or "")
            assert row is None or row["status"] in ("expired", "deleted"), f"deleted and there: {row}"
        elif not self.lying and not self.losing and not self.doubling:
            row = rows.get(happened.container_id or "")
            assert row is not None, f"applied and not there: {change}"
            declared = desired.by_name()[change.name]
            # an idle container may die between any two steps; a write that was settled by a look may be
            # another machine's create that no list had shown before
            adopted = change.action is not Action.SYNC and row["id"] in self.there_before
            excused = adopted or row["status"] in ("expired", "deleted")
            assert excused or holds_declared(declared, row, desired.scope.compare), (
                f"applied and wrong: {row}"
            )

    def _check_alone(
        self, run: Asked, done: Done, before: list[Row], after: list[Row], log: dict[str, Any]
    ) -> None:
        desired = self.sets[run.of]
        if run.command == "plan" or done.prepared is None:
            assert all(each.startswith("GET ") for each in log["counts"])
            return
        names = log["names"]
        if run.command == "apply" and not self.doubling and not self.lying and self.lagged <= LEAST_LAG:
            made = {name: of["creates"]["committed"] for name, of in names.items()}
            assert all(number <= 1 for number in made.values()), f"created twice: {made}"
        outcome = done.outcome
        if outcome is not None and done.prepared is not None:
            told = [*outcome.applied, *outcome.failed, *outcome.not_started]
            if run.cut is None or run.cut.how != "cancel":
                assert len(told) == len(done.prepared.plan.pending)
            if not outcome.interrupted:
                partial = outcome.failed or outcome.not_started or outcome.doubled
                assert outcome.exit_code is (ExitCode.PARTIAL if partial else ExitCode.DONE)
        if not self.losing:
            self._check_files(desired, before, by_id(after))

    def _check_files(self, desired: Desired, before: list[Row], after: dict[str, Row]) -> None:
        """The assistant's files stay where their container does, undeclared ones without `prune_files`."""
        for row in before:
            now = after.get(row["id"])
            if now is None or now["status"] not in ("running", "active"):
                continue
            declared = desired.by_name().get(row["name"] or "")
            kept = {file["id"] for file in now["files"]}
            names = set() if declared is None else {file.spec.path for file in declared.files or ()}
            for file in row["files"]:
                ours = file["source"] == "user" and (
                    declared is not None
                    and (
                        file_name(file["path"]) in names
                        or (declared.files is not None and declared.prune_files)
                    )
                )
                assert ours or file["id"] in kept, f"{file} of {row['name']} is gone"

    def _check_outside(self, log: dict[str, Any]) -> None:
        """No request was about anything outside the scope, and nothing there changed by a byte."""
        for one in log["entries"]:
            parts = one["path"].split("/")
            assert len(parts) < 3 or parts[2] not in self.outside, f"{one['method']} {one['path']}"
        for name, of in log["names"].items():
            assert claimed({"name": name}), f"writes to {name!r}: {of}"
        self._note_outside()

    def _note_outside(self) -> None:
        now = self._now()
        rows = {row["id"]: row for row in self.server.containers() if not claimed(row)}
        for identifier, known in self.outside.items():
            row = rows.get(identifier)
            assert row is not None, f"somebody else's is gone: {known}"
            if row["status"] == "expired" and known["status"] != "expired":
                idle = 60 * (known.get("expires_after") or {}).get("minutes", 20)
                assert now >= known["last_active_at"] + idle
                self.outside[identifier] = row
            else:
                assert row == known
        for identifier, row in rows.items():
            self.outside.setdefault(identifier, row)

    # what is promised once everything works again

    @rule(of=st.sampled_from(SETS), machine=st.sampled_from([*MACHINES, NOBODY]), seed=seeds)
    def everything_works_again(self, of: str, machine: str, seed: int) -> None:
        self._settle_down(of, machine, seed)

    def _settle_down(self, of: str, machine: str, seed: int) -> None:
        self._heal()
        self.server.advance(self.lagged + 1)
        if self.lagged > self.lag:
            self.server.advance(self.lagged)
        desired = self.sets[of]
        world = World(self.mode, desired, ())
        applying = Asked(of, machine, "apply", None, 4)
        planning = replace(applying, command="plan")
        [done] = self._run([applying], seed, 0.0)
        assert done.error is None, done.error
        assert done.prepared is not None
        assert done.outcome is not None
        assert done.outcome.exit_code is ExitCode.DONE, done.outcome
        rows = self.server.containers()
        assert problems(world, rows) == []
        self._check_counts(done)
        [again] = self._run([planning], seed, 0.0)
        assert again.prepared is not None, again.error
        if (machine != NOBODY or self.lag == 0) and not self.lags_files:
            assert again.prepared.plan.pending == ()
        self.server.advance(self.lag + 1)
        for other in (*MACHINES, NOBODY):
            [seen] = self._run([replace(planning, machine=other)], seed, 0.0)
            assert seen.prepared is not None, seen.error
            assert seen.prepared.idle, (other, seen.prepared.plan.pending, seen.prepared.sweep)
        self.lagged = self.lag
        declared = {each.name for each in desired.containers}
        left = [row["name"] for row in self._alive() if row["name"] not in declared]
        assert not (desired.scope.prune and left), left
        event("settled")

    def _check_counts(self, done: Done) -> None:
        """Every write was asked for once, carried out once, and acknowledged once."""
        assert done.prepared is not None
        assert done.outcome is not None
        plan = done.prepared.plan
        log = self.server.control("GET", "/log")
        names = log["names"]
        creates = Counter(
            change.name for change in plan.pending if change.action in (Action.CREATE, Action.REPLACE)
        )
        made = {name: of["creates"] for name, of in names.items() if any(of["creates"].values())}
        assert made == {name: {"committed": 1, "acknowledged": 1} for name in creates}
        assert all(number == 1 for number in creates.values())
        for of in names.values():
            for write, counts in of.items():
                if self.mode in NEVER_MEET or write != "file_deletes":
                    assert counts["committed"] == counts["acknowledged"], (write, counts)
        if self.mode in NEVER_MEET and not self.lags_files:
            again = 2 if made and self.lag else 0  # the closing list, until it shows what was made
            assert 0 <= done.outcome.requests - plan.cost.requests <= again, [
                f"{one['method']} {one['path']}: {one['status']}" for one in log["entries"]
            ]

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None and hasattr(self, "server"):
                self._settle_down("one", "a", 0)
        finally:
            self.patch.undo()
            shutil.rmtree(self.folder, ignore_errors=True)


def _cut_off(ledger: Ledger) -> None:
    """Nothing of a process that is gone reaches its ledger, not even the tidying at its end."""
    store = ledger._part._store
    if store is not None and store._db is not None:
        store._db.close()
        store._db = None


def _said(done: Done) -> str:
    if done.killed:
        return "killed"
    if done.error is not None:
        return f"error {done.error.code}"
    if done.outcome is None:
        return "planned"
    return done.outcome.exit_code.name.lower()


def test_whatever_happens_one_clean_pass_makes_what_is_declared_exactly_once(server_of: ServerOf) -> None:
    class Here(Machine):
        pass

    Here.server_of = staticmethod(server_of)
    searched = settings(max_examples=max(LEAST_EXAMPLES, settings().max_examples))
    run_state_machine_as_test(Here, settings=searched)
