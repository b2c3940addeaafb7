"""Whatever a name holds, no renderer lets it move a cursor, break a line, give an order, or fill a log."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import allow, declared_file, desired, entry, live_file, plan_of, row, scope, spec, state
from support.forged import digest_of
from support.ledgers import RUN
from support.strategies import law

from reconciler.cli.console import Console
from reconciler.cli.output import finish
from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.drift import Cause, DriftItem
from reconciler.model.errors import PlanMismatch
from reconciler.model.events import (
    ChangeApplied,
    ChangeFailed,
    ChangeNotStarted,
    DoublesSeen,
    Failure,
    Waiting,
)
from reconciler.model.history import LedgerReport, PastRun, SeenPrefix, TargetReport
from reconciler.model.json_values import Damaged
from reconciler.model.memory import Birth
from reconciler.model.outcome import Outcome, step
from reconciler.model.plan import Commit, Plan, Target
from reconciler.model.plan_json import plan_values, read_plan
from reconciler.model.result import Result
from reconciler.model.standing import Standing

if TYPE_CHECKING:
    from reconciler.model.events import Event

LONGEST_LINE = 50_000
"""Characters of a line whatever its parts hold: some 20 parts, each cut to 200 characters, then escaped."""

hostile = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "::set-output name=x::y",
            " ::error::x",
            "##[error]x",
            "##vso[task.complete]",
            "\x1b]0;title\x07",
            "\x1b[2J\r\n::stop-commands::x",
            "\u202egnirts\u2066",
            "\u2028::error::x",
            "\ud800",
            "| a | b |\n|---|---|\n<script>alert(1)</script>",
            "a" * 5000,
            "\x00" * 5000,
            "\U0001f600" * 500,
        ]
    ),
)


def everything(name: str) -> list[Result]:
    """A result of every kind, with this name wherever a name can stand."""
    plan = hostile_plan(name)
    change = plan.pending[0]
    failure = Failure(name, name, name)
    events: list[Event] = [
        ChangeApplied(change, name, (name,)),
        ChangeFailed(change, failure, (name,)),
        ChangeNotStarted(change, name),
        DoublesSeen((name,), failure, (name,)),
        Waiting(2.0, name),
    ]
    outcome = Outcome()
    for event in events:
        outcome = step(outcome, event)
    run = replace(RUN, scope=name, command=name, started_at=name)
    items = tuple(DriftItem(name, cause, name) for cause in Cause)
    standing = Standing(name, name, name, 1, 2, 3)
    found = Diagnostic(Severity.ERROR, name, name, Position(name, 1, 1), name)
    error = PlanMismatch(name, hint=name, details=(name, f"{name} is no longer declared"))
    return [
        Result("plan", plan),
        Result("apply", plan, outcome),
        Result("drift", items=items),
        Result("list", standings=(standing, replace(standing, container_id=None))),
        Result("resolve", standings=(standing,)),
        Result("validate", diagnostics=(found,)),
        Result("show", error=error),
        Result("history", runs=(PastRun(plan.target, run),)),
        Result("ledger show", ledger=LedgerReport(name, 1, 1, (remembered(name, plan.target),))),
    ]


def remembered(name: str, target: Target) -> TargetReport:
    """A ledger that has this name in every place that is text."""
    seen = SeenPrefix(name, (name,) * 50, name)
    return TargetReport(target, prefixes=(seen,), births=(Birth(name, name, 1),))


def hostile_plan(name: str) -> Plan:
    """A plan that has this name in every place that is text."""
    wanted = desired(
        entry("ci-a", declared_file("a.txt"), fields=spec("ci-a", network_policy=allow(*[name] * 50))),
        entry("ci-b", declared_file("b.txt")),
        within=scope(prune=True),
    )
    live = state(row("ci-b", live_file("x.txt")), row(f"ci-{name}", number=3))
    plan = plan_of(wanted, live)
    found = Diagnostic(Severity.WARNING, name, name, Position(name, 1, 1), name)
    changes = tuple(
        replace(
            change,
            name=name,
            container_id=change.container_id and name,
            files=tuple(replace(file, path=name, file_id=name) for file in change.files),
            fields=tuple(replace(field, path=field.path) for field in change.fields),
        )
        for change in plan.changes
    )
    return replace(
        plan,
        changes=changes,
        target=Target(name, name, name),
        scope=replace(plan.scope, prefix=name),
        diagnostics=(*plan.diagnostics, found),
        cost=replace(plan.cost, prices_of=name),
        commit=Commit(name, dirty=True),
    )


def shown(result: Result, *, as_json: bool) -> tuple[str, str]:
    """What a command prints."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        console = Console({}, colour=False, form="json" if as_json else "text")
        console.plan_shown = result.outcome is not None
        finish(result, console)
    return out.getvalue(), err.getvalue()


def check_lines(text: str) -> None:
    """Printable lines of a bounded length, none of which orders a CI system about."""
    for line in text.split("\n"):
        assert line.isprintable()
        assert len(line) <= LONGEST_LINE
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line


@given(hostile)
@law
def test_no_name_reaches_a_terminal_raw(name: str) -> None:
    for result in everything(name):
        for text in shown(result, as_json=False):
            check_lines(text)


@pytest.mark.parametrize("character", ["a", "\x00", "\u202e", "\U000e0041", "::x ", "##["])
def test_a_million_characters_are_some_lines(character: str) -> None:
    for result in everything(character * 1_000_000):
        for text in shown(result, as_json=False):
            check_lines(text)


@given(hostile.filter(lambda name: len(name) < 1000))
@law
def test_json_is_ascii_and_says_the_name_as_it_is(name: str) -> None:
    for result in everything(name):
        out, err = shown(result, as_json=True)
        check_lines(err)
        assert out.isascii()
        assert "##[" not in out
        assert "##vso[" not in out
        json.loads(out)
    for result in everything(name)[2:5]:
        found = json.loads(shown(result, as_json=True)[0])
        assert {item["name"] for item in found["items"]} == {name}


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    found = [path] if path else []
    return found + [place for key, inner in pairs for place in _places(inner, (*path, key))]


VALUES = plan_values(hostile_plan("ci-x"))
PLACES = _places(VALUES)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(10**400) | hostile,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile, inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(PLACES), anything)
@law
def test_a_forged_plan_with_anything_anywhere_is_refused_or_shown_safely(
    place: tuple[str | int, ...], new: object
) -> None:
    """The digest is made to fit, as whoever forges a plan would."""
    values = json.loads(json.dumps(VALUES))
    target = values
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = new
    try:
        plan = read_plan(json.dumps(with_digest(values)))
    except PlanMismatch as error:
        result = Result("show", error=error)
    else:
        result = Result("show", plan)
    for text in shown(result, as_json=False):
        check_lines(text)
    assert shown(result, as_json=True)[0].isascii()


def with_digest(values: dict[str, Any]) -> dict[str, Any]:
    """The values with the digest of what they say, where they say anything."""
    try:
        return {**values, "digest": digest_of(values)}
    except Damaged:
        return values
