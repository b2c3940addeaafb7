"""How many requests the steps of a plan are, so that its price is what applying it sends.

A list is a request for every page of it, so what containers hold is counted along the steps.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reconciler.model.steps import (
    PAGE,
    SKEW_SECONDS,
    CheckFiles,
    CreateContainer,
    DeleteFile,
    UploadFile,
    VerifyInPlace,
    VerifyUploads,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.steps import Chain

_NONE_LISTED: Mapping[str, int] = MappingProxyType({})


def requests_of(chains: Iterable[Chain], *, rows: int = 0, files: Mapping[str, int] = _NONE_LISTED) -> int:
    """How many requests an apply sends for these chains where nothing fails.

    create = 1 + files + 1 list if it has files; sync = 1 list + uploads + (1 list if it uploads) +
    deletes; 1 read more for each file copied by the server whose digest is declared; delete = 1 + 1 read;
    replace = create + delete; surplus copies = 1 read of the kept one + 2 each; in-place = 1 more list; and
    the closing list, once, where anything was created. A list is a request for every page of it.

    Args:
        chains: what is to be done.
        rows: how many of the rows that were there before the closing list shows (`rows_shown`).
        files: how many files containers have, by id, as they were listed.
    """
    chains = tuple(chains)
    links = [link for chain in chains for link in chain.links]
    created = sum(isinstance(step, CreateContainer) for link in links for step in link.steps)
    return sum(_requests_of(chain, files) for chain in chains) + closing_requests(created, rows)


def _requests_of(chain: Chain, files: Mapping[str, int]) -> int:
    """What one chain sends; the files of the container that it works on are counted along."""
    sent, there = 0, files.get(chain.container_id or "", 0)
    for step in (step for link in chain.links for step in link.steps):
        match step:
            case CreateContainer():
                there = 0
            case UploadFile():
                there += 1
            case DeleteFile():
                there -= 1
            case CheckFiles() | VerifyUploads() | VerifyInPlace():
                sent += max(1, -(-there // PAGE)) - step.requests
            case _:
                pass
        sent += step.requests
    return sent


def rows_shown(created: Iterable[int], date: int | None) -> int:
    """How many rows from before a run its closing list shows: those as young as the run, and one older.

    Args:
        created: `created_at` of every row that was there before.
        date: the server's `Date` of that observation.
    """
    seconds = list(created)
    young = 0 if date is None else sum(second >= date - SKEW_SECONDS for second in seconds)
    return young + (len(seconds) > young)


def closing_requests(created: int, rows: int) -> int:
    """Pages of the list after an apply, newest first, until the first row older than the run.

    Args:
        created: how many containers the apply creates.
        rows: how many of the rows that were there before it shows.
    """
    return -(-(created + rows) // PAGE) if created else 0
