"""Names and the containers under them as a table; of one name the id alone, for whatever reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.plan import Reason
from reconciler.render.busy_text import duration_text
from reconciler.render.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.standing import Standing
    from reconciler.render.paint import Paint

WIDEST = 100
"""Characters of a name, the most that a declared one has; the middle of longer ones is left out."""

NARROW = 60
"""The same of an id or a status."""

_HEADS = ("NAME", "ID", "STATUS", "AGE", "IDLE", "NOTE")
_NUMBERS = frozenset(_HEADS[3:5])


def list_lines(standings: tuple[Standing, ...], paint: Paint) -> Iterator[str]:
    """Yields the lines of `list`, the count last."""
    if standings:
        table = [_cells(standing) for standing in standings]
        widths = [max(map(len, column)) for column in zip(_HEADS, *table, strict=True)]
        yield paint("dim", _line(_HEADS, widths))
        for standing, cells in zip(standings, table, strict=True):
            line = _line(cells, widths)
            yield line if standing.alive else paint("yellow", line)
    yield _summary(standings)


def id_lines(standings: tuple[Standing, ...]) -> Iterator[str]:
    """Yields the line of `resolve`: the id, or nothing where none is alive."""
    yield from (safe(standing.container_id) for standing in standings if standing.container_id is not None)


def _summary(standings: tuple[Standing, ...]) -> str:
    declared = {standing.name for standing in standings if standing.declared}
    alive = {standing.name for standing in standings if standing.declared and standing.alive}
    surplus = sum(Reason.DUPLICATE in standing.reasons for standing in standings)
    stray = sum(not standing.declared for standing in standings)
    line = f"{len(alive)} of {len(declared)} declared name{'' if len(declared) == 1 else 's'} alive"
    if surplus:
        line += f", {surplus} {'copy' if surplus == 1 else 'copies'} too many"
    return f"{line}, {stray} not declared." if stray else f"{line}."


def _cells(standing: Standing) -> tuple[str, ...]:
    return (
        _short(standing.name, WIDEST),
        _short(standing.container_id, NARROW) if standing.container_id is not None else "-",
        _short(standing.status, NARROW),
        _duration(standing.age),
        _duration(standing.idle),
        ", ".join(reason.value for reason in standing.reasons),
    )


def _duration(seconds: int | None) -> str:
    return "-" if seconds is None else _short(duration_text(seconds), NARROW)


def _short(text: str, longest: int) -> str:
    """Escaped first, so that what is cut is what a line would show."""
    return safe(safe(text), longest)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    columns = zip(_HEADS, cells, widths, strict=True)
    aligned = (cell.rjust(width) if head in _NUMBERS else cell.ljust(width) for head, cell, width in columns)
    return "  ".join(aligned).rstrip()
