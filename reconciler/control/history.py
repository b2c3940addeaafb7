"""The history of runs that could change something, noted when they begin and at their end, whatever that is.

What begins here is about to ask the account. What ended before, over a manifest, an option or a lock, never
contacted anything and is no run.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler import __version__
from reconciler.control.clock import now
from reconciler.model.digest import plan_digest
from reconciler.model.errors import ReconcilerError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.history import Run
from reconciler.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.control.account import Account
    from reconciler.control.passes import Prepared
    from reconciler.model.result import Result

LONGEST_SCOPE = 100
"""Characters that the names of a set without prefix may take."""


class Attempt(Struct):
    """A run under way: what it has come to so far. Whoever runs it fills it in."""

    prepared: Prepared | None = None
    result: Result | None = None


@contextmanager
def recorded(account: Account, command: str, scope: tuple[str | None, tuple[str, ...]]) -> Iterator[Attempt]:
    """Notes what is done within as one run; an error that passes is the run's end, and goes on.

    Args:
        account: the account, and the ledger that the run is noted in.
        command: the command's name.
        scope: its prefix, and the declared names for a set without one.
    """
    attempt = Attempt()
    started_at, begun = now(), account.clock.monotonic()
    code = ExitCode.ERROR
    number = account.ledger.record(_run(attempt, command, scope_text(*scope), (started_at, 0.0), None))
    try:
        yield attempt
        code = attempt.result.exit_code if attempt.result else ExitCode.DONE
    except ReconcilerError as error:
        code = error.exit_code
        raise
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
        raise
    finally:
        seconds = round(account.clock.monotonic() - begun, 3)
        ended = _run(attempt, command, scope_text(*scope), (started_at, seconds), code)
        account.ledger.record(ended, number)


def scope_text(prefix: str | None, names: tuple[str, ...]) -> str:
    """A scope in a line of history: its prefix, or as many declared names as fit, and how many there are."""
    if prefix:
        return prefix
    text = ", ".join(names)
    if len(text) <= LONGEST_SCOPE:
        return text
    return f"{text[: LONGEST_SCOPE - 20].rsplit(', ', 1)[0]}, … ({len(names)} names)"


def _run(attempt: Attempt, command: str, scope: str, times: tuple[str, float], code: ExitCode | None) -> Run:
    prepared = attempt.prepared
    outcome = (attempt.result.outcome if attempt.result else None) or Outcome()
    return Run(
        started_at=times[0],
        seconds=times[1],
        command=command,
        scope=scope,
        exit_code=None if code is None else int(code),
        applied=len(outcome.applied),
        failed=len(outcome.failed),
        undone=len(outcome.not_started) + len(outcome.under_way),
        requests=(prepared.requests if prepared else 0) + outcome.requests,
        digest=plan_digest(prepared.plan) if prepared else "",
        tool_version=__version__,
    )
