"""What happens to the files of one container: declared files against the rows of its listing.

The name of a row is what it was uploaded under, whatever the server put before it. Rows of source
`assistant` are never matched, overwritten on purpose, or deleted; an unknown source is matched like `user`
and never deleted as undeclared; a row that matches nothing and hides its size is ignored (some servers
list rows that are no files). Of several rows of one declared name the one with the right contents is
kept, the newest where none is known to be wrong, and the rest go in the same sync.
"""

from __future__ import annotations

from collections import defaultdict
from enum import Enum, auto
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.live import ASSISTANT, USER
from reconciler.model.plan import FileChange, FileOperation, Reason
from reconciler.model.spec import Compare, StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.live import LiveFile
    from reconciler.model.spec import DesiredContainer, DesiredFile, FileSpec

_OPERATIONS = tuple(FileOperation)


class FilesDecision(Struct, frozen=True, gc=False):
    """Operations sorted by name, and why; `writes` tells whether anything would be sent.

    A declared file of which every row stays as it is, and is all there is, is no operation.
    """

    changes: tuple[FileChange, ...] = ()
    reasons: frozenset[Reason] = frozenset()

    @property
    def writes(self) -> bool:
        """Some operation is more than keeping."""
        return any(change.operation is not FileOperation.KEEP for change in self.changes)


class _Verdict(Enum):
    RIGHT = auto()
    UNKNOWN = auto()
    WRONG = auto()


_AS_IT_IS = {
    _Verdict.RIGHT: FilesDecision(),
    _Verdict.UNKNOWN: FilesDecision(reasons=frozenset({Reason.UNVERIFIABLE})),
}


def decide_files(entry: DesiredContainer, rows: Iterable[LiveFile], compare: Compare) -> FilesDecision:
    """Decides for one container whose manifest has a `files` key and whose files were listed."""
    declared = {file.spec.path: file for file in entry.files or ()}
    matched: defaultdict[str, list[LiveFile]] = defaultdict(list)
    extra: list[LiveFile] = []
    for row in rows:
        if row.source == ASSISTANT:
            continue
        if row.spec.path in declared:
            matched[row.spec.path].append(row)
        elif row.source == USER and row.spec.bytes is not None:
            extra.append(row)
    decisions = [_decide_one(file, matched[path], compare) for path, file in declared.items()]
    decisions += [_decide_extra(row, prune=entry.prune_files) for row in extra]
    return _together(decisions)


def _together(decisions: list[FilesDecision]) -> FilesDecision:
    first = decisions[0] if decisions else _AS_IT_IS[_Verdict.RIGHT]
    if not first.changes and decisions.count(first) == len(decisions):  # all is right, as in most containers
        return first
    return FilesDecision(
        tuple(sorted((change for decision in decisions for change in decision.changes), key=_order)),
        frozenset(reason for decision in decisions for reason in decision.reasons),
    )


def unread_contents(entry: DesiredContainer, rows: Iterable[LiveFile]) -> Iterator[LiveFile]:
    """Yields the rows whose contents must be read before `decide_files` can tell right from wrong.

    Sizes that differ need no digest, and where none is declared there is nothing to compare.
    """
    declared = {file.spec.path: file.spec for file in entry.files or ()}
    for row in rows:
        wanted = declared.get(row.spec.path)
        if wanted is None or row.source == ASSISTANT or row.spec.sha256 is not None:
            continue
        if wanted.sha256 is not None and _may_be_of(row, wanted):
            yield row


def _decide_one(file: DesiredFile, rows: list[LiveFile], compare: Compare) -> FilesDecision:
    wanted = file.spec
    if not rows:
        return FilesDecision((upload_of(file),), frozenset({Reason.FILE_MISSING}))
    kept, verdict = _best(wanted, rows, compare)
    if verdict is not _Verdict.WRONG and len(rows) == 1:
        return _AS_IT_IS[verdict]
    if verdict is _Verdict.WRONG:
        reasons = {Reason.FILE_CHANGED}
        if any(row.in_place for row in rows):
            reasons.add(Reason.IN_PLACE)
        return FilesDecision((upload_of(file), *map(_delete, rows)), frozenset(reasons))
    surplus = [row for row in rows if row.id != kept.id]
    reasons = {Reason.UNVERIFIABLE} if verdict is _Verdict.UNKNOWN else set()
    if surplus:
        reasons.add(Reason.FILE_EXTRA)
    if any(row.path == kept.path for row in surplus):
        reasons.add(Reason.IN_PLACE)
    keep = FileChange(FileOperation.KEEP, wanted.path, kept.spec.bytes, kept.spec.sha256, kept.id)
    return FilesDecision((keep, *map(_delete, surplus)), frozenset(reasons))


def _best(wanted: FileSpec, rows: list[LiveFile], compare: Compare) -> tuple[LiveFile, _Verdict]:
    if len(rows) == 1:
        return rows[0], _judge(wanted, rows[0], compare)
    judged = [(row, _judge(wanted, row, compare)) for row in rows]
    return min(judged, key=lambda pair: (pair[1].value, -pair[0].created_at, pair[0].id))


def _judge(wanted: FileSpec, row: LiveFile, compare: Compare) -> _Verdict:
    if not _may_be_of(row, wanted):
        return _Verdict.WRONG
    if wanted.sha256 is None:  # a stored file of which no digest is declared: it is there, and that is all
        return _Verdict.UNKNOWN
    if row.spec.sha256 is not None:
        return _Verdict.RIGHT if row.spec.sha256 == wanted.sha256 else _Verdict.WRONG
    # Without a digest after reading, the contents could not be had: a file nobody can read is not there.
    return _Verdict.UNKNOWN if compare is Compare.SIZE else _Verdict.WRONG


def _may_be_of(row: LiveFile, wanted: FileSpec) -> bool:
    """A size that is hidden, or not declared, speaks for and against nothing."""
    return row.spec.bytes == wanted.bytes or row.spec.bytes is None or wanted.bytes is None


def upload_of(file: DesiredFile) -> FileChange:
    """The upload of a declared file; `file_id` is that of the stored file which the server copies."""
    stored = file.content.file_id if isinstance(file.content, StoredFile) else None
    return FileChange(FileOperation.UPLOAD, file.spec.path, file.spec.bytes, file.spec.sha256, stored)


def _decide_extra(row: LiveFile, *, prune: bool) -> FilesDecision:
    operation = FileOperation.DELETE if prune else FileOperation.KEEP
    change = FileChange(operation, row.spec.path, row.spec.bytes, row.spec.sha256, row.id)
    return FilesDecision((change,), frozenset({Reason.FILE_EXTRA}))


def _delete(row: LiveFile) -> FileChange:
    return FileChange(FileOperation.DELETE, row.spec.path, row.spec.bytes, row.spec.sha256, row.id)


def _order(change: FileChange) -> tuple[str, int, str]:
    return (change.path, _OPERATIONS.index(change.operation), change.file_id or "")
