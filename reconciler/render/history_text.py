"""The history of runs as a table: a line each, the last run first, numbers to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.escape import safe
from reconciler.render.target_text import target_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.history import PastRun
    from reconciler.render.paint import Paint

WIDEST = 40
"""Characters of a scope or a target; the middle of longer ones is left out."""

_HEADS = ("STARTED", "COMMAND", "EXIT", "DONE", "FAILED", "UNDONE", "REQUESTS", "SECONDS", "SCOPE", "TARGET")
_NUMBERS = frozenset(_HEADS[2:8])


def history_lines(runs: tuple[PastRun, ...], paint: Paint) -> Iterator[str]:
    """Yields the lines of `history`."""
    if not runs:
        yield "No runs are remembered."
        return
    table = [_cells(past) for past in runs]
    widths = [max(map(len, column)) for column in zip(_HEADS, *table, strict=True)]
    yield paint("dim", _line(_HEADS, widths))
    for cells in table:
        yield _line(cells, widths)


def _cells(past: PastRun) -> tuple[str, ...]:
    run = past.run
    code = "-" if run.exit_code is None else run.exit_code
    numbers = (code, run.applied, run.failed, run.undone, run.requests)
    return (
        _short(run.started_at),
        _short(run.command),
        *map(str, numbers),
        f"{run.seconds:.1f}",
        _short(run.scope),
        _short(target_text(past.target)),
    )


def _short(text: str) -> str:
    """Escaped first, so that what is cut is what a line would show."""
    return safe(safe(text), WIDEST)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    columns = zip(_HEADS, cells, widths, strict=True)
    aligned = (cell.rjust(width) if head in _NUMBERS else cell.ljust(width) for head, cell, width in columns)
    return "  ".join(aligned).rstrip()
