"""Plans as values: what counts as pending, how actions are written, how they are counted."""

from __future__ import annotations

import pytest
from support.builders import desired, entry, plan_of, policy, row, scope, spec, state

from reconciler.model.plan import Action, Change, Reason
from reconciler.model.scope import Limits
from reconciler.model.spec import ReplaceOrder

DELETE_FIRST = ReplaceOrder.DELETE_FIRST


@pytest.mark.parametrize(
    ("action", "order", "written"),
    [
        (Action.CREATE, ReplaceOrder.CREATE_FIRST, ("create",)),
        (Action.REPLACE, ReplaceOrder.CREATE_FIRST, ("create", "delete")),
        (Action.REPLACE, DELETE_FIRST, ("delete", "create")),
        (Action.SYNC, DELETE_FIRST, ("sync",)),
        (Action.DELETE, DELETE_FIRST, ("delete",)),
        (Action.KEEP, DELETE_FIRST, ("keep",)),
        (Action.SKIP, DELETE_FIRST, ("skip",)),
    ],
)
def test_a_replace_is_written_as_its_two_halves_in_their_order(
    action: Action, order: ReplaceOrder, written: tuple[str, ...]
) -> None:
    assert Change("ci-a", action, (), order=order).actions == written


def test_what_would_change_nothing_is_not_pending() -> None:
    pending = {action for action in Action if Change("ci-a", action, ()).pending}
    assert pending == {Action.CREATE, Action.REPLACE, Action.SYNC, Action.DELETE}


def test_only_a_deleted_copy_is_a_surplus_one() -> None:
    assert Change("ci-a", Action.DELETE, (Reason.DUPLICATE,), "cntr_1").surplus
    assert not Change("ci-a", Action.SKIP, (Reason.DUPLICATE, Reason.FOREIGN), "cntr_1").surplus
    assert not Change("ci-a", Action.DELETE, (Reason.NOT_IN_MANIFEST,), "cntr_1").surplus


def test_a_plan_counts_every_action() -> None:
    wanted = desired(
        entry("ci-a", unmanaged=True),
        entry("ci-b", unmanaged=True),
        within=scope(prune=True, limits=Limits(max_deletes=0)),
    )
    found = plan_of(wanted, state(row("ci-b"), row("ci-old", number=2)))
    assert found.summary == {
        Action.CREATE: 1,
        Action.REPLACE: 0,
        Action.SYNC: 0,
        Action.DELETE: 0,
        Action.KEEP: 1,
        Action.SKIP: 1,
    }
    assert [change.name for change in found.pending] == ["ci-a"]
    assert [change.name for change in found.blocked] == ["ci-old"]


def test_dollars_count_every_declared_container_once() -> None:
    wanted = desired(entry("ci-a"), entry("ci-b", fields=spec("ci-b", memory_limit="4g")))
    assert plan_of(wanted, state()).cost.usd_per_hour == 0.45
    assert plan_of(wanted, state(), policy("ci-a")).cost.usd_per_hour == 0.45
    assert plan_of(wanted, state(row("ci-a"), row("ci-a", number=2))).cost.usd_per_hour == 0.45
