"""What options say about a pass, for every command that makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.control.plan_files import is_plan_file
from reconciler.model.asked import Asked, Reading
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from reconciler.control.account import Speed
    from reconciler.control.passes import Options
    from reconciler.model.plan import BusyGuard


def pass_options(options: argparse.Namespace, manifests: Sequence[str] = ()) -> Options:
    """What is selected, how fast, what may happen to which containers, who judges, and where it is from.

    Raises:
        UsageError: there is no such policy.
    """
    from reconciler.control.checkout import commit_of  # noqa: PLC0415 - `validate` makes no pass
    from reconciler.control.passes import Options  # noqa: PLC0415 - as above
    from reconciler.control.policies import policies_at  # noqa: PLC0415 - as above
    from reconciler.model.touching import Refresh  # noqa: PLC0415 - as above

    return Options(
        tuple(options.name),
        getattr(options, "adopt", False),
        speed_of(options),
        _busy(options),
        _asked(options),
        policies=policies_at(getattr(options, "policy", ())),
        max_cost=getattr(options, "max_cost", None),
        commit=commit_of(manifests) if manifests else None,
        exclusive=hasattr(options, "lock_timeout"),
        refresh=Refresh(getattr(options, "refresh", Refresh.AUTO)),
    )


def speed_of(options: argparse.Namespace) -> Speed:
    """How fast."""
    from reconciler.control.account import Speed  # noqa: PLC0415 - as above

    return Speed(options.parallelism, options.rpm)


def _asked(options: argparse.Namespace) -> Asked:
    return Asked(
        exclude=tuple(options.exclude),
        replace=tuple(sorted(set(getattr(options, "replace", ())))),
        no_delete=getattr(options, "no_delete", False),
        allow_deletes=getattr(options, "allow_deletes", None),
        allow_replaces=getattr(options, "allow_replaces", None),
        reading=reading_of(options),
    )


def reading_of(options: argparse.Namespace) -> Reading:
    """How manifests are read."""
    return Reading(options.allow_outside, options.max_file_size)


def _busy(options: argparse.Namespace) -> BusyGuard | None:
    if options.busy_window is None:
        return None
    from reconciler.model.plan import BusyGuard  # noqa: PLC0415 - as above

    return BusyGuard(options.busy_window, allowed=getattr(options, "allow_busy", False))


def refuse_what_plans_carry(options: argparse.Namespace) -> None:
    """Refuses options that a saved plan answers itself.

    Raises:
        UsageError: one of them was given.
    """
    if options.name:
        raise UsageError("--name cannot narrow a saved plan")
    if options.busy_window is not None or options.allow_busy:
        raise UsageError("a saved plan says itself what may happen to containers in use")
    if _asked(options):
        raise UsageError(
            "a saved plan says itself what is left out, replaced and allowed",
            hint="give --exclude, --replace, --no-delete, --allow-... and --max-file-size to `plan -o`, and "
            "review that",
        )


def refuse_plans(options: argparse.Namespace) -> None:
    """Refuses saved plans where manifests are wanted.

    Raises:
        UsageError: a path is a saved plan.
    """
    for path in options.paths:
        if is_plan_file(path):
            raise UsageError(f"{path} is a saved plan", hint="`show` renders it, `apply` carries it out")
