"""Plan files: what is written is read back, and whatever is damaged is refused in a sentence."""

from __future__ import annotations

import copy
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import (
    BORN,
    declared_file,
    desired,
    entry,
    live_file,
    plan_of,
    policy,
    row,
    scope,
    spec,
    state,
)
from support.strategies import law, plans

from reconciler.model.asked import Asked, Reading
from reconciler.model.errors import PlanMismatch
from reconciler.model.plan_json import plan_values, read_plan

if TYPE_CHECKING:
    from reconciler.model.plan import Plan


def a_plan() -> Plan:
    """A plan with something in every list of the format but one."""
    wanted = desired(
        entry("ci-a", declared_file("a.txt"), fields=spec("ci-a", memory_limit="4g")),
        entry("ci-b", declared_file("a.txt", b"new")),
        within=scope(prune=True, exclude=("ci-x-",), protect=("ci-prod-*",)),
    )
    rows = [row("ci-a"), row("ci-b", live_file("a.txt", b"old"), number=2, status="paused")]
    asked = Asked(("ci-z",), ("ci-a",), allow_deletes=1, allow_replaces=2, reading=Reading(max_file_size=7))
    return plan_of(wanted, state(*rows, row("ci-old", number=3)), policy(asked=asked))


def values() -> Any:
    """That plan as a file would hold it."""
    return copy.deepcopy(plan_values(a_plan()))


@given(plans)
@law
def test_a_plan_is_read_back_as_it_was_written(plan: Plan) -> None:
    assert read_plan(json.dumps(plan_values(plan))) == plan


@given(plans)
@law
def test_a_plan_file_is_ascii_whatever_it_speaks_of(plan: Plan) -> None:
    text = json.dumps(plan_values(plan), indent=2)
    assert text.isascii()
    assert read_plan(text) == plan


def test_a_file_is_known_by_its_first_key() -> None:
    assert list(values())[:2] == ["kind", "format_version"]


def test_a_plan_never_holds_contents() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt", b"hunter2")))
    assert "hunter2" not in json.dumps(plan_values(plan_of(wanted, state())))


def a_busy_plan() -> Plan:
    """A plan that speaks of containers in use."""
    wanted = desired(entry("ci-a", unmanaged=True, fields=spec("ci-a", memory_limit="4g")))
    return plan_of(wanted, state(row("ci-a", used_at=BORN + 90)), policy(window=60, allowed=True))


def test_what_was_asked_about_containers_in_use_is_read_back() -> None:
    written = plan_values(a_busy_plan())
    assert written["busy"] == {"window_seconds": 60, "allowed": True}
    assert written["changes"][0]["activity"] == {"used_at": BORN + 90, "observed_at": BORN + 100}
    assert read_plan(json.dumps(written)) == a_busy_plan()


def test_where_nobody_asked_a_plan_is_as_it_was_before_one_could() -> None:
    written = plan_values(a_plan())
    assert "busy" not in written
    assert not any("activity" in change for change in written["changes"])


@pytest.mark.parametrize(
    "altered", [None, {"window_seconds": 60, "allowed": False}, {"window_seconds": 1, "allowed": True}]
)
def test_the_allowance_of_a_plan_cannot_be_altered(altered: object) -> None:
    written = plan_values(a_busy_plan())
    if altered is None:
        del written["busy"]
    else:
        written["busy"] = altered
    assert "do not match its digest" in refusal(json.dumps(written))


@pytest.mark.parametrize(
    ("place", "new", "found"),
    [
        (("scope", "prune"), None, "expected true or false, found null"),
        (("manifests",), {"a": True}, 'expected a list, found {"a": true}'),
        (("created_at",), False, "expected text, found false"),
        (("cost",), "free", 'expected an object, found "free"'),
        (("cost", "requests"), 1.0, "expected a whole number, found 1.0"),
        (("cost", "usd_per_hour"), None, "expected an amount, found null"),
        (("changes", 0, "reasons"), ["because"], 'unknown reason "because"'),
        (("changes", 0, "actions"), ["replace"], 'unknown actions ["replace"]'),
        (("scope", "compare"), None, "unknown comparison null"),
        (("busy",), {"window_seconds": 60}, '"allowed" is missing'),
        (("busy",), None, "expected an object, found null"),
        (
            ("changes", 0, "activity"),
            {"used_at": "now", "observed_at": 1},
            'expected a whole number, found "now"',
        ),
    ],
)
def test_damage_is_named_in_the_words_of_the_file(
    place: tuple[str | int, ...], new: object, found: str
) -> None:
    assert refusal(json.dumps(put(place, new))) == f"the plan file is damaged: {found}"


def test_a_missing_key_is_named() -> None:
    assert refusal(json.dumps(drop(("target", "url")))) == 'the plan file is damaged: "url" is missing'


def refusal(text: str) -> str:
    """Why a file is refused."""
    with pytest.raises(PlanMismatch) as raised:
        read_plan(text)
    return str(raised.value)


@pytest.mark.parametrize("text", ["", "{", "nonsense", "\ufeff{}", "{'kind': 1}", "[" * 100_000, "9" * 5000])
def test_what_is_no_json_is_refused(text: str) -> None:
    assert refusal(text).startswith("the plan file is not JSON: ")


@pytest.mark.parametrize(
    "text", ["null", "[]", "1", '"reconciler/plan"', "{}", '{"kind": "reconciler/result"}']
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    assert refusal(text) == 'this is no plan file: its "kind" is not "reconciler/plan"'


@pytest.mark.parametrize("version", ["2.0", "", "10.0", 1, 1.0, None, ["1.0"], "x" * 10_000])
def test_a_format_of_another_major_version_is_refused(version: object) -> None:
    found = refusal(json.dumps(values() | {"format_version": version}))
    assert found.startswith("this plan file is of a format that this version cannot read: ")
    assert len(found) < 120


def test_a_newer_minor_version_is_read() -> None:
    assert read_plan(json.dumps(values() | {"format_version": "1.7", "new_key": 1})) == a_plan()


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place below a value."""
    found: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        pairs: list[tuple[str | int, object]] = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    else:
        pairs = []
    for key, inner in pairs:
        found += [(*path, key), *places(inner, (*path, key))]
    return found


IGNORED = {"summary"}
"""Keys that a reader computes for itself."""

PLACES = [place for place in places(values()) if place[0] not in IGNORED]


def put(place: tuple[str | int, ...], new: object, base: Any = None) -> Any:
    """The plan, or another one, with one value exchanged."""
    damaged = base or values()
    target = damaged
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = new
    return damaged


def drop(place: tuple[str | int, ...]) -> Any:
    """The plan without one value."""
    damaged = values()
    target = damaged
    for key in place[:-1]:
        target = target[key]
    del target[place[-1]]
    return damaged


UNEXPECTED: list[object] = [
    None,
    True,
    1,
    -1.5,
    "text",
    [],
    ["text"],
    {},
    {"a": 1},
    [[]],
    float("nan"),
    10**400,
    1e308,
]


@given(st.sampled_from(PLACES), st.sampled_from(UNEXPECTED))
@law
def test_a_value_of_any_type_anywhere_is_read_or_refused_and_nothing_else(
    place: tuple[str | int, ...], new: object
) -> None:
    try:
        plan = read_plan(json.dumps(put(place, new)))
    except PlanMismatch:
        return
    json.dumps(plan_values(plan), allow_nan=False)


@given(st.sampled_from(PLACES))
@law
def test_a_missing_value_is_refused(place: tuple[str | int, ...]) -> None:
    refusal(json.dumps(drop(place)) if not _free(place) else "")


def _free(place: tuple[str | int, ...]) -> bool:
    """Entries of lists that the digest does not cover may go, and what earlier versions did not write."""
    if place[0] == "cost" and place[1:] not in {(), ("requests",), ("usd_per_hour",)}:
        return True
    if "flags" in place or place == ("others",):
        return True
    return place[0] in {"manifests", "diagnostics"} and isinstance(place[-1], int)


@pytest.mark.parametrize(
    ("place", "new"),
    [
        (("cost", "usd_per_hour"), "1.5"),
        (("cost", "usd_per_hour"), True),
        (("cost", "usd_per_hour"), float("nan")),
        (("cost", "usd_per_hour"), float("inf")),
        pytest.param(("cost", "usd_per_hour"), 10**400, id="too large for a float"),
        (("cost", "requests"), 1.0),
        (("cost", "requests_made"), "12"),
        (("cost", "requests_per_minute"), 0.5),
        (("cost", "requests"), True),
        (("scope", "prune"), 1),
        (("scope", "prune"), "true"),
        (("scope", "limits", "max_delete_percent"), None),
        (("scope", "exclude"), "ci-x-"),
        (("scope", "compare"), "contents"),
        (("desired",), [["ci-a", "1"]]),
        (("desired", "ci-a"), None),
        (("manifests",), "manifests"),
        (("names",), {"ci-a": 1}),
        (("target",), "https://api.openai.com/v1"),
        (("target", "url"), None),
        (("changes",), {}),
        (("changes", 0), None),
        (("changes", 0, "actions"), "create"),
        (("changes", 0, "actions"), ["replace"]),
        (("changes", 0, "actions"), ["create", "sync"]),
        (("changes", 0, "actions"), []),
        (("changes", 0, "actions"), [["create"]]),
        (("changes", 0, "reasons"), ["because"]),
        (("changes", 0, "reasons"), [None]),
        (("changes", 0, "fields", 0, "before"), 1.5),
        (("changes", 0, "fields", 0, "before"), True),
        (("changes", 0, "fields", 0, "before"), [1]),
        (("changes", 0, "files", 0, "operation"), "chmod"),
        (("changes", 0, "files", 0, "bytes"), "5"),
        (("changes", 0, "source"), "ci.yaml:1:1"),
        (("changes", 0, "source", "line"), "1"),
        (("diagnostics", 0, "severity"), "fatal"),
        (("created_at",), 0),
        (("dead_rows",), "0"),
    ],
)
def test_a_value_of_the_wrong_type_is_damage(place: tuple[str | int, ...], new: object) -> None:
    assert refusal(json.dumps(put(place, new))).startswith("the plan file is damaged: ")


@pytest.mark.parametrize(
    ("place", "new"),
    [
        (("target", "url"), "https://elsewhere.example/v1"),
        (("scope", "prefix"), "ci"),
        (("scope", "prune"), False),
        (("names",), ["ci-a"]),
        (("desired", "ci-a"), "0" * 64),
        (("changes", 0, "name"), "ci-c"),
        (("changes", 0, "actions"), ["delete"]),
        (("changes", 0, "fields", 0, "after"), "64g"),
        (("changes", 0, "files", 0, "sha256"), "0" * 64),
        (("digest",), "sha256:" + "0" * 64),
        (("digest",), None),
        (("digest",), [[]]),
    ],
)
def test_contents_that_were_altered_are_refused(place: tuple[str | int, ...], new: object) -> None:
    assert put(place, new) != values()
    found = refusal(json.dumps(put(place, new)))
    assert found == "the plan file's contents do not match its digest: it was changed after it was made"


def test_a_change_added_by_hand_is_refused() -> None:
    more = values()
    more["changes"].append(more["changes"][-1] | {"name": "ci-prod"})
    assert "do not match its digest" in refusal(json.dumps(more))


@pytest.mark.parametrize(
    "place",
    [
        ("kind",),
        ("format_version",),
        ("changes",),
        ("changes", 0, "fields", 0, "before"),
        ("changes", 0, "fields", 0, "before", 0),
        ("desired", "ci-a"),
        ("digest",),
        ("created_at",),
    ],
)
def test_nesting_of_any_depth_is_refused(place: tuple[str | int, ...]) -> None:
    """Just below the depth at which parsing gives up, showing the value in a message would."""
    base = put(place[:-1], ["x"]) if place[-1] == 0 else values()
    text = json.dumps(put(place, "HERE", base))
    for depth in (*range(1, sys.getrecursionlimit() + 10), 100_000):
        refusal(text.replace('"HERE"', "[" * depth + "]" * depth))


def test_a_refusal_stays_short_whatever_the_file_holds() -> None:
    assert len(refusal(json.dumps(put(("created_at",), ["x" * 1_000_000])))) < 300
    assert len(refusal(json.dumps(put(("changes", 0, "reasons"), ["x" * 1_000_000])))) < 300
