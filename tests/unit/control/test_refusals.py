"""Why a plan is refused, and what is said to type."""

from __future__ import annotations

import pytest
from support.builders import desired, entry, plan_of, policy, row, scope, spec, state

from reconciler.control.passes import Options
from reconciler.control.refusals import BlockedByLimit, ProtectedContainers, refusal
from reconciler.control.requested import UnknownName, check_requested, replaced_by
from reconciler.model.asked import Asked
from reconciler.model.exit_codes import ExitCode
from reconciler.model.scope import Limits

BIGGER = [
    entry(name, unmanaged=True, fields=spec(name, memory_limit="4g"), prevent_destroy=name == "ci-a")
    for name in ("ci-a", "ci-b")
]
LIVE = state(row("ci-a"), row("ci-b", number=2), row("ci-old", number=3))


def test_a_limit_comes_first_and_is_not_skipped() -> None:
    plan = plan_of(desired(*BIGGER, within=scope(prune=True, limits=Limits(max_deletes=1))), LIVE)
    for skip in (True, False):
        found = refusal(plan, skip_blocked=skip)
        assert isinstance(found, BlockedByLimit)
        assert (found.exit_code, found.code) == (ExitCode.REFUSED, "blocked-by-limit")
        assert found.hint == "if that is meant: --allow-deletes 1 --allow-replaces 1"


def test_what_is_protected_is_named_and_may_be_skipped() -> None:
    plan = plan_of(desired(*BIGGER), LIVE)
    found = refusal(plan, skip_blocked=False)
    assert isinstance(found, ProtectedContainers)
    assert (found.exit_code, found.code, found.details) == (
        ExitCode.REFUSED,
        "protected",
        ("replace ci-a",),
    )
    assert refusal(plan, skip_blocked=True) is None


def test_what_meets_no_guard_is_not_refused() -> None:
    assert refusal(plan_of(desired(BIGGER[1]), LIVE), skip_blocked=False) is None


@pytest.mark.parametrize(
    ("names", "exclude", "hint"),
    [
        ((), (), None),
        (("ci-b",), (), "leave it out"),
        ((), ("ci-a",), "leave it out"),
    ],
)
def test_what_is_to_be_replaced_must_not_be_left_out(
    names: tuple[str, ...], exclude: tuple[str, ...], hint: str | None
) -> None:
    options = Options(names, asked=Asked(exclude=exclude, replace=("ci-a",)))
    if hint is None:
        check_requested(options, desired(*BIGGER))
        return
    with pytest.raises(UnknownName, match=hint):
        check_requested(options, desired(*BIGGER))


def test_what_is_to_be_replaced_must_be_declared() -> None:
    with pytest.raises(UnknownName, match="no manifest declares") as found:
        check_requested(Options(asked=Asked(replace=("ci-bb",))), desired(*BIGGER))
    assert (found.value.hint, found.value.exit_code) == ("did you mean ci-b?", ExitCode.INVALID)


def test_an_approval_of_a_replace_is_of_the_copy_that_was_there() -> None:
    asked = policy(asked=Asked(replace=("ci-b",)))
    assert replaced_by(plan_of(desired(BIGGER[1]), LIVE, asked)) == {"cntr_2"}
    assert replaced_by(plan_of(desired(BIGGER[1]), LIVE)) == frozenset()
