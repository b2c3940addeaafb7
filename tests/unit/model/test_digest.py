"""What a digest covers: whatever would make the same plan do something else, and nothing besides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import HERE, allow, declared_file, desired, entry, spec

from reconciler.model.asked import Asked, Reading
from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.digest import container_digest, desired_digests, plan_digest, sorted_json
from reconciler.model.plan import (
    Action,
    Activity,
    BusyGuard,
    Change,
    Cost,
    FieldChange,
    FileChange,
    FileOperation,
    Plan,
    Reason,
    Target,
)
from reconciler.model.scope import Limits, Scope
from reconciler.model.spec import (
    Compare,
    ExpiresAfter,
    Ignorable,
    LocalFile,
    NetworkPolicy,
    ReplaceOrder,
    WhenExpired,
)

if TYPE_CHECKING:
    from reconciler.model.spec import DesiredContainer

CHANGE = Change(
    "ci-a",
    Action.REPLACE,
    (Reason.FIELD_CHANGED,),
    "cntr_1",
    (FieldChange("memory_limit", "1g", "4g"),),
    (
        FileChange(FileOperation.UPLOAD, "a.txt", 1, "aa"),
        FileChange(FileOperation.DELETE, "a.txt", None, None, "cfile_1"),
    ),
    HERE,
)

PLAN = Plan(
    target=Target("https://api.openai.com/v1", "org", "project"),
    scope=Scope("ci-", ("ci-x-",), limits=Limits(5, 30)),
    changes=(CHANGE, Change("ci-b", Action.CREATE, (Reason.ABSENT,))),
    desired=(("ci-a", "1" * 64), ("ci-b", "2" * 64)),
    manifests=("manifests",),
    names=("ci-*",),
    cost=Cost(7, 0.45),
    dead_rows=1,
    diagnostics=(),
    created_at="2026-01-02T03:04:05Z",
    tool_version="1.0",
)


def changed(**values: Any) -> Plan:
    """The plan with another first change."""
    return replace(PLAN, changes=(replace(CHANGE, **values), *PLAN.changes[1:]))


def test_a_digest_is_of_a_fixed_form_and_value() -> None:
    """A plan that was approved yesterday must still be the same plan after an upgrade."""
    assert plan_digest(PLAN) == "sha256:619d5c6ba082e87d61db5c2b629f58a5d1f88768e395980b76fb4e37263651fa"


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, target=Target("https://eu.api.openai.com/v1", "org", "project")),
        replace(PLAN, target=Target("https://api.openai.com/v1", None, "project")),
        replace(PLAN, target=Target("https://api.openai.com/v1", "org", None)),
        replace(PLAN, scope=replace(PLAN.scope, prefix="cj-")),
        replace(PLAN, scope=replace(PLAN.scope, exclude=())),
        replace(PLAN, scope=replace(PLAN.scope, prune=True)),
        replace(PLAN, scope=replace(PLAN.scope, sweep=True)),
        replace(PLAN, scope=replace(PLAN.scope, compare=Compare.SIZE)),
        replace(PLAN, scope=replace(PLAN.scope, limits=Limits(None, 30))),
        replace(PLAN, scope=replace(PLAN.scope, limits=Limits(5, 31))),
        replace(PLAN, names=()),
        replace(PLAN, busy=BusyGuard(60)),
        replace(PLAN, scope=replace(PLAN.scope, protect=("ci-prod-*",))),
        replace(PLAN, asked=Asked(exclude=("ci-x",))),
        replace(PLAN, asked=Asked(replace=("ci-a",))),
        replace(PLAN, asked=Asked(no_delete=True)),
        replace(PLAN, asked=Asked(allow_deletes=0)),
        replace(PLAN, asked=Asked(allow_replaces=0)),
        replace(PLAN, asked=Asked(reading=Reading(allow_outside=True))),
        replace(PLAN, asked=Asked(reading=Reading(max_file_size=1))),
        replace(PLAN, desired=(("ci-a", "1" * 64), ("ci-b", "3" * 64))),
        replace(PLAN, desired=(("ci-a", "1" * 64),)),
        replace(PLAN, changes=PLAN.changes[:1]),
        replace(PLAN, changes=PLAN.changes[::-1]),
        changed(name="ci-c"),
        changed(action=Action.SYNC),
        changed(order=ReplaceOrder.DELETE_FIRST),
        changed(reasons=(Reason.STAMP_CHANGED,)),
        changed(fields=()),
        changed(fields=(FieldChange("memory_limit", "1g", "16g"),)),
        changed(fields=(FieldChange("memory_limit", None, "4g"),)),
        changed(files=CHANGE.files[:1]),
        changed(files=(replace(CHANGE.files[0], sha256="bb"), CHANGE.files[1])),
        changed(files=(replace(CHANGE.files[0], bytes=2), CHANGE.files[1])),
        changed(files=(replace(CHANGE.files[0], path="b.txt"), CHANGE.files[1])),
        changed(files=(CHANGE.files[0], replace(CHANGE.files[1], operation=FileOperation.KEEP))),
        changed(files=(CHANGE.files[0], replace(CHANGE.files[1], bytes=0))),
    ],
)
def test_a_plan_that_would_do_something_else_has_another_digest(other: Plan) -> None:
    assert plan_digest(other) != plan_digest(PLAN)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, created_at="2027-01-01T00:00:00Z"),
        replace(PLAN, tool_version="2.0"),
        replace(PLAN, cost=Cost(1, 0.0)),
        replace(PLAN, dead_rows=0),
        replace(PLAN, others=9),
        replace(PLAN, manifests=("elsewhere",)),
        replace(PLAN, diagnostics=(Diagnostic(Severity.WARNING, "x", "m"),)),
        changed(container_id="cntr_2"),
        changed(activity=Activity(1, 2)),
        changed(source=Position("moved.yaml", 1, 1)),
        changed(source=None),
        changed(files=(CHANGE.files[0], replace(CHANGE.files[1], file_id="cfile_2"))),
        changed(files=CHANGE.files[::-1]),
    ],
)
def test_ids_times_positions_cost_and_versions_are_not_covered(other: Plan) -> None:
    assert plan_digest(other) == plan_digest(PLAN)


ENTRY = entry(
    "ci-a",
    declared_file("a.txt", b"a"),
    declared_file("b.txt", b"b"),
    fields=spec(memory_limit="4g", network_policy=allow("a.example"), expires_after=ExpiresAfter(10)),
)


@pytest.mark.parametrize(
    "other",
    [
        replace(ENTRY, spec=replace(ENTRY.spec, name="ci-b")),
        replace(ENTRY, spec=replace(ENTRY.spec, memory_limit=None)),
        replace(ENTRY, spec=replace(ENTRY.spec, memory_limit="1g")),
        replace(ENTRY, spec=replace(ENTRY.spec, network_policy=None)),
        replace(ENTRY, spec=replace(ENTRY.spec, network_policy=NetworkPolicy("disabled"))),
        replace(ENTRY, spec=replace(ENTRY.spec, network_policy=allow("b.example"))),
        replace(ENTRY, spec=replace(ENTRY.spec, expires_after=None)),
        replace(ENTRY, spec=replace(ENTRY.spec, expires_after=ExpiresAfter(11))),
        replace(ENTRY, files=None),
        replace(ENTRY, files=()),
        replace(ENTRY, files=(declared_file("a.txt", b"a"), declared_file("b.txt", b"c"))),
        replace(ENTRY, files=(declared_file("a.txt", b"a"), declared_file("c.txt", b"b"))),
        replace(ENTRY, prune_files=True),
        replace(ENTRY, replace=ReplaceOrder.DELETE_FIRST),
        replace(ENTRY, prevent_destroy=True),
        replace(ENTRY, when_expired=WhenExpired.LEAVE),
        replace(ENTRY, ignore=(Ignorable.FILES,)),
    ],
)
def test_a_container_declared_otherwise_has_another_digest(other: DesiredContainer) -> None:
    assert container_digest(other) != container_digest(ENTRY)


def test_unmanaged_files_are_not_the_same_as_none() -> None:
    assert container_digest(replace(ENTRY, files=None)) != container_digest(replace(ENTRY, files=()))


def test_where_a_container_is_declared_and_where_its_bytes_come_from_is_not_covered() -> None:
    moved = tuple(
        replace(file, position=Position("b.yaml", 1, 1), content=LocalFile("elsewhere"))
        for file in ENTRY.files or ()
    )
    other = replace(ENTRY, position=Position("b.yaml", 9, 9), positions=(("name", HERE),), files=moved[::-1])
    assert container_digest(other) == container_digest(ENTRY)


def test_every_declared_container_has_its_digest_by_name() -> None:
    found = desired(entry("ci-b"), ENTRY)
    assert desired_digests(found) == (
        ("ci-a", container_digest(ENTRY)),
        ("ci-b", container_digest(entry("ci-b"))),
    )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_JSON)
def test_digests_are_of_the_json_that_the_standard_library_writes(value: object) -> None:
    assert sorted_json(value) == json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("value", [["\ud800"], [2**80], ["é\x7f\x00\x1f/<"], {"b": 1, "a": ["\U0001f600"]}])
def test_digests_are_of_any_json(value: object) -> None:
    assert sorted_json(value) == json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
