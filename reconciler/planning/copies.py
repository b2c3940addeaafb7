"""Which copy of a name is kept: the one needing least work, then the oldest, then the lowest id.

One rule everywhere: two runs with two rules can delete each other's copy and leave none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.fields import Comparison, compare_fields
from reconciler.model.live import LiveContainer, NotRead
from reconciler.model.plan import Action
from reconciler.model.spec import Ignorable
from reconciler.model.stamp import Verdict, compare_stamp
from reconciler.planning.files import FilesDecision, decide_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.profile import Profile
    from reconciler.model.spec import Compare, DesiredContainer

_WORK = (Action.KEEP, Action.SYNC, Action.REPLACE)


class Assessment(Struct, frozen=True, gc=False):
    """What one live copy would need to become what is declared."""

    copy: LiveContainer
    action: Action
    fields: Comparison
    files: FilesDecision
    stamp: Verdict = Verdict.SAME


def assess(
    entry: DesiredContainer, copy: LiveContainer, profile: Profile, compare: Compare, *, forced: bool = False
) -> Assessment:
    """Compares one live copy with its declaration; `forced` replaces it whatever that gives.

    What the manifest says to ignore is found and is no work.

    Raises:
        ValueError: its files matter and were not read; an incomplete observation is never planned on.
    """
    fields = compare_fields(entry.spec, copy.spec, profile, entry.ignore)
    stamp = compare_stamp(entry.inputs, copy.stamp)
    if fields.changes or forced or stamp is Verdict.OTHER:
        return Assessment(copy, Action.REPLACE, fields, FilesDecision(), stamp)
    if entry.files is None:
        return Assessment(copy, Action.KEEP, fields, FilesDecision(), stamp)
    if isinstance(copy.files, NotRead):
        message = f"the files of {copy.id} were not read"
        raise ValueError(message)  # noqa: TRY004 - no wrong type but a broken promise of the observer
    files = decide_files(entry, copy.files, compare)
    writes = files.changes and files.writes and Ignorable.FILES not in entry.ignore
    return Assessment(copy, Action.SYNC if writes else Action.KEEP, fields, files, stamp)


def rank(assessments: Iterable[Assessment]) -> list[Assessment]:
    """Sorts the copies of a name, the kept one first."""
    ranked = list(assessments)
    if len(ranked) > 1:
        ranked.sort(key=lambda found: (_WORK.index(found.action), found.copy.created_at, found.copy.id))
    return ranked
