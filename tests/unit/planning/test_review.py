"""Which changes open the network or raise the price, and which do not."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from support.builders import allow, declared_file, desired, entry, plan_of, row, spec, state

from reconciler.model.diagnostics import Severity
from reconciler.model.plan import Action, FieldChange, Flag, Plan
from reconciler.model.plan_json import plan_values, read_plan
from reconciler.model.profile import GENERIC, OPENAI
from reconciler.model.review import flags_of, new_domains
from reconciler.model.spec import ALLOWLIST, DISABLED, ContainerSpec, NetworkPolicy
from reconciler.planning.review import over
from reconciler.render.plan_text import plan_lines

CLOSED = NetworkPolicy(DISABLED)
HIDDEN = NetworkPolicy(ALLOWLIST)
ODD = NetworkPolicy("proxied")
A, AB, B = allow("a.example"), allow("a.example", "b.example"), allow("b.example")
WILD = allow("*.example")


def replaced(wanted: ContainerSpec, live: ContainerSpec) -> Plan:
    """The plan for one container that stands there otherwise."""
    return plan_of(desired(entry(fields=wanted, unmanaged=True)), state(row(fields=live)))


NETWORKS: list[tuple[NetworkPolicy | None, NetworkPolicy | None, tuple[str, ...] | None]] = [
    # live, declared, the new domains; None where there is no flag
    (CLOSED, A, ("a.example",)),
    (A, AB, ("b.example",)),
    (A, B, ("b.example",)),
    (A, WILD, ("*.example",)),
    (A, allow("*"), ("*",)),
    (WILD, allow("*.example", "*.test"), ("*.test",)),
    (allow("*.a.example"), allow("b.example"), ("b.example",)),
    (WILD, allow("example"), ("example",)),  # whether a wildcard holds the name above it is the server's word
    (allow("a.example"), allow("a.a.example"), ("a.a.example",)),
    (ODD, A, ("a.example",)),  # an unknown type may be narrower
    (AB, A, None),
    (A, CLOSED, None),
    (A, None, None),
    (WILD, allow("a.example", "x.b.example"), None),
    (allow("*"), AB, None),
    (allow("A.example"), allow("a.EXAMPLE", "a.example"), None),
    (A, A, None),
    (CLOSED, CLOSED, None),
    (HIDDEN, CLOSED, None),
    (None, CLOSED, None),
    (HIDDEN, A, ()),  # what the server hides, nobody can rule out
    (None, A, ()),
]


@pytest.mark.parametrize(("live", "wanted", "opened"), NETWORKS)
def test_what_opens_the_network(
    live: NetworkPolicy | None, wanted: NetworkPolicy | None, opened: tuple[str, ...] | None
) -> None:
    """The size goes down besides, so that every case is a replace."""
    plan = replaced(
        spec(network_policy=wanted, memory_limit="1g"),
        replace(row().spec, network_policy=live, memory_limit="4g"),
    )
    (change,) = plan.changes
    assert change.action is Action.REPLACE
    assert flags_of(change) == (() if opened is None else (Flag.EGRESS,))
    assert new_domains(change) == (opened or ())
    shown = [line for line in plan_lines(plan) if "! egress" in line]
    assert all(any(domain in line for line in shown) for domain in opened or ())
    assert len(shown) == (0 if opened is None else 1)


SIZES: list[tuple[str | None, str | None, bool]] = [
    ("1g", "4g", True),
    ("4g", "16g", True),
    ("16g", "4g", False),
    ("64g", None, False),
    ("huge", "1g", True),  # nobody can tell
    (None, "4g", True),
    (None, "1g", False),
]


@pytest.mark.parametrize(("live", "wanted", "flagged"), SIZES)
def test_what_raises_the_price(live: str | None, wanted: str | None, flagged: bool) -> None:  # noqa: FBT001 - a column of the table
    plan = replaced(
        spec(memory_limit=wanted, network_policy=CLOSED),
        replace(row().spec, memory_limit=live, network_policy=A),
    )
    (change,) = plan.changes
    assert change.action is Action.REPLACE
    assert flags_of(change) == ((Flag.COST,) if flagged else ())
    assert sum("! cost" in line for line in plan_lines(plan)) == flagged


def test_a_create_costs_and_opens_what_it_allows() -> None:
    plan = plan_of(
        desired(
            entry("ci-a", fields=spec("ci-a", network_policy=AB, memory_limit="4g")),
            entry("ci-b", fields=spec("ci-b", network_policy=CLOSED)),
        ),
        state(),
    )
    assert [flags_of(change) for change in plan.changes] == [(Flag.EGRESS, Flag.COST), (Flag.COST,)]
    assert plan.cost.raised == pytest.approx(0.45)
    text = "\n".join(plan_lines(plan))
    assert "! egress: opens the network to a.example, b.example" in text
    assert "1 change opens the network (egress), 2 changes raise the price (cost), by $0.45 an hour." in text


def test_the_total_raise_is_of_what_was_before() -> None:
    plan = replaced(spec(memory_limit="16g"), replace(row().spec, memory_limit="4g"))
    assert plan.cost.raised == pytest.approx(1.08)


def test_what_does_not_happen_or_only_touches_files_is_no_flag() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), fields=spec("ci-a", network_policy=A)))
    live = replace(row("ci-a").spec, network_policy=A)
    sync = plan_of(wanted, state(row("ci-a", fields=live)))
    assert [change.action for change in sync.changes] == [Action.SYNC]
    assert flags_of(sync.changes[0]) == ()
    create = plan_of(wanted, state()).changes[0]
    assert flags_of(create) == (Flag.EGRESS, Flag.COST)
    assert flags_of(replace(create, action=Action.SKIP)) == ()


def test_no_domain_hides_behind_a_number() -> None:
    domains = tuple(sorted(f"d{number}.example" for number in range(45)))
    wanted = desired(entry(fields=spec(network_policy=allow(*domains)), unmanaged=True))
    text = "\n".join(line for line in plan_lines(plan_of(wanted, state())) if "! egress" in line)
    assert all(domain in text for domain in domains)


def test_a_plan_file_cannot_hide_what_its_fields_tell() -> None:
    plan = replaced(spec(network_policy=A, memory_limit="4g"), row().spec)
    values = plan_values(plan)
    assert values["changes"][0]["flags"] == ["egress", "cost"]
    values["changes"][0]["flags"] = []
    assert flags_of(read_plan(json.dumps(values)).changes[0]) == (Flag.EGRESS, Flag.COST)
    del values["changes"][0]["flags"]
    assert flags_of(read_plan(json.dumps(values)).changes[0]) == (Flag.EGRESS, Flag.COST)


def test_a_flag_that_only_the_live_container_told_is_read_back() -> None:
    plan = replaced(spec(network_policy=A), replace(row().spec, network_policy=None, memory_limit="4g"))
    again = read_plan(json.dumps(plan_values(plan)))
    assert again == plan
    assert flags_of(again.changes[0]) == (Flag.EGRESS,)


def test_an_allowlist_whose_domains_a_forged_plan_leaves_out_is_flagged() -> None:
    create = plan_of(desired(entry(fields=spec(network_policy=A))), state()).changes[0]
    fields = (FieldChange("network_policy.type", None, ALLOWLIST),)
    assert Flag.EGRESS in flags_of(replace(create, fields=fields))


def test_the_estimate_is_held_against_what_it_may_cost() -> None:
    wanted = desired(entry("ci-a", fields=spec("ci-a", memory_limit="4g")))
    plan = plan_of(wanted, state())
    assert over(plan, wanted, OPENAI, None) == ()
    assert over(plan, wanted, OPENAI, 0.36) == ()
    (found,) = over(plan, wanted, OPENAI, 0.35)
    assert (found.severity, found.code) == (Severity.WARNING, "beyond-max-cost")
    assert found.message == "the declared containers cost $0.36 an hour while active; the limit is $0.35"
    (unknown,) = over(plan, wanted, GENERIC, 1000.0)
    assert unknown.code == "prices-unknown"
    idle = plan_of(wanted, state(row("ci-a", fields=replace(row("ci-a").spec, memory_limit="4g"))))
    assert (idle.pending, over(idle, wanted, OPENAI, 0.0)) == ((), ())
