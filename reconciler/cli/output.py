"""Printing a result: on stdout what the command is for, on stderr what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.console import OutputClosed
from reconciler.model.diagnostics import Severity, errors_in
from reconciler.model.exit_codes import ExitCode
from reconciler.render.escape import safe
from reconciler.render.touch_text import touched_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.cli.console import Console
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.errors import ReconcilerError
    from reconciler.model.result import Result

_COUNTED = (Severity.ERROR, Severity.WARNING)


def finish(result: Result, console: Console) -> int:
    """Prints everything and returns the exit code; an unreadable stdout is an error by itself."""
    console.tell(_for_stderr(result, console))
    if result.touched:
        console.err(touched_line(result.touched))
    code = result.exit_code
    try:
        console.out(_lines(result, console))
    except OutputClosed as error:
        console.err(*_error_lines(error, console))
        code = code or error.exit_code
    if result.error is not None:
        console.err(*_error_lines(result.error, console))
    return int(code)


def _for_stderr(result: Result, console: Console) -> tuple[Diagnostic, ...]:
    """What is wrong or worth knowing and was not said before the plan was carried out."""
    if result.plan is None or console.warned:
        return result.diagnostics
    from reconciler.render.plan_text import warnings  # noqa: PLC0415 - each kind of result loads its own

    return (*result.diagnostics, *warnings(result.plan))


def _lines(result: Result, console: Console) -> Iterator[str]:
    if not console.json:
        yield from _text(result, console)
        return
    from reconciler.cli.forms import written  # noqa: PLC0415 - text needs none of it

    yield from written(result, console.form, console.most)


def _text(result: Result, console: Console) -> Iterator[str]:
    if result.plan is not None and not console.plan_shown:
        from reconciler.render.plan_text import plan_lines  # noqa: PLC0415 - as above

        yield from plan_lines(result.plan, console.paint_out)
    if result.outcome is not None and console.plan_shown:
        from reconciler.render.outcome_text import outcome_lines  # noqa: PLC0415 - as above

        yield ""
        yield from outcome_lines(result.outcome, console.paint_out)
    if result.items is not None:
        from reconciler.render.drift_text import drift_lines  # noqa: PLC0415 - as above

        yield from drift_lines(result.items, console.paint_out)
    if result.standings is not None:
        from reconciler.render.list_text import id_lines, list_lines  # noqa: PLC0415 - as above

        one = result.command == "resolve"
        yield from id_lines(result.standings) if one else list_lines(result.standings, console.paint_out)
    if result.runs is not None:
        from reconciler.render.history_text import history_lines  # noqa: PLC0415 - as above

        yield from history_lines(result.runs, console.paint_out)
    if result.ledger is not None:
        from reconciler.render.ledger_text import forgotten_lines, ledger_lines  # noqa: PLC0415 - as above

        forgotten = result.command == "ledger clear"
        yield from (
            forgotten_lines(result.ledger) if forgotten else ledger_lines(result.ledger, console.paint_out)
        )
    if result.explained is not None:
        from reconciler.render.explanation_text import explanation_lines  # noqa: PLC0415 - as above

        yield from explanation_lines(result.explained, console.paint_out)
    if result.formatted is not None:
        from reconciler.render.formatted_text import formatted_lines  # noqa: PLC0415 - as above

        yield from formatted_lines(result.formatted, console.paint_out)
    yield from (safe(path) for path in result.created or ())
    if result.command == "validate" and result.exit_code is ExitCode.DONE:
        yield "Valid."
    elif errors_in(result.diagnostics):
        what = "changed" if result.command == "fmt" or result.plan is not None else "contacted"
        more = "`reconciler explain CODE` says more"
        console.err(f"reconciler: {_counted(result.diagnostics)}; nothing was {what} ({more})")


def _counted(found: Sequence[Diagnostic]) -> str:
    """Errors and warnings in numbers."""
    counts = ((sum(each.severity is weight for each in found), weight) for weight in _COUNTED)
    return ", ".join(
        f"{count} {weight.value}{'' if count == 1 else 's'}" for count, weight in counts if count
    )


def _error_lines(error: ReconcilerError, console: Console) -> Iterator[str]:
    yield f"{console.paint_err('red', 'reconciler:')} {safe(str(error), 1000)}"
    for detail in error.details:
        yield f"    {safe(detail, 400)}"
    if error.hint:
        yield f"    {console.paint_err('cyan', 'hint:')} {safe(error.hint, 400)}"
