"""What a change does, step by step: the one list that cost, simulate, execute and renderings read.

The preview cannot lie, because nothing else decides what is sent. The order inside a chain carries the
argument for safety:

- a replace creates, uploads and verifies the new copy before the old one goes (unless `delete_first`);
- a sync lists the files again before it writes, uploads before it deletes, and verifies in between;
- surplus copies go last, after the kept copy is complete, verified, and read once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import ClassVar

from msgspec import Struct

from reconciler.model.names import live_name
from reconciler.model.plan import Action, Change, FileOperation, Reason
from reconciler.model.spec import ContainerSpec, DesiredContainer, DesiredFile, ReplaceOrder, StoredFile
from reconciler.model.stamp import stamp_of
from reconciler.model.write_only import NOTHING_WRITTEN, WriteOnly

PAGE = 100
"""Rows in a page of a list; the API's largest."""

SKEW_SECONDS = 2
"""How far `created_at` may lie before the `Date` of an earlier answer; both are whole server seconds."""


class CreateContainer(Struct, frozen=True, gc=False):
    """Create a container of the live name `name`; the steps after it speak of it."""

    requests: ClassVar[int] = 1
    name: str
    spec: ContainerSpec
    inputs: WriteOnly = NOTHING_WRITTEN


class CheckFiles(Struct, frozen=True, gc=False):
    """List the files again: under the declared names `paths` no row but `file_ids` may have appeared.

    What is only deleted goes by its id, whatever stands beside it meanwhile.
    """

    requests: ClassVar[int] = 1
    paths: tuple[str, ...]
    file_ids: tuple[str, ...]


class UploadFile(Struct, frozen=True, gc=False):
    """Upload one declared file."""

    requests: ClassVar[int] = 1
    file: DesiredFile


class VerifyUploads(Struct, frozen=True, gc=False):
    """List the files: each upload must be there with its size."""

    requests: ClassVar[int] = 1
    paths: tuple[str, ...]


class VerifyContent(Struct, frozen=True, gc=False):
    """Read a file that the server copied, where its digest is declared."""

    requests: ClassVar[int] = 1
    file: DesiredFile


class DeleteFile(Struct, frozen=True, gc=False):
    """Delete one file row, unless the server dropped it when its name was uploaded again."""

    requests: ClassVar[int] = 1
    path: str
    file_id: str


class VerifyInPlace(Struct, frozen=True, gc=False):
    """After deleting rows that shared their path with a kept one: list, and upload again what went too."""

    requests: ClassVar[int] = 1
    files: tuple[DesiredFile, ...]


class ReadKept(Struct, frozen=True, gc=False):
    """Read the kept copy once more before any other copy of its name goes."""

    requests: ClassVar[int] = 1


class DeleteContainer(Struct, frozen=True, gc=False):
    """Delete a container by id."""

    requests: ClassVar[int] = 1
    container_id: str


class ConfirmDeleted(Struct, frozen=True, gc=False):
    """Read the deleted container: 404, expired or deleted is success."""

    requests: ClassVar[int] = 1
    container_id: str


Step = (
    CreateContainer
    | CheckFiles
    | UploadFile
    | VerifyUploads
    | VerifyContent
    | DeleteFile
    | VerifyInPlace
    | ReadKept
    | DeleteContainer
    | ConfirmDeleted
)


class Link(Struct, frozen=True, gc=False):
    """One change of a chain with its steps."""

    change: Change
    steps: tuple[Step, ...]


class Chain(Struct, frozen=True, gc=False):
    """All that happens to one name, in order: a link that fails ends the chain.

    `container_id` is the live copy that is kept, None where there is none yet. `last` marks a
    container that no manifest declares; its deletion waits for the other chains.
    """

    name: str
    links: tuple[Link, ...]
    container_id: str | None = None
    last: bool = False


def chains_of(changes: Iterable[Change], desired: Mapping[str, DesiredContainer]) -> tuple[Chain, ...]:
    """Turns a plan's changes into chains: one for each kept name, one for each container that only goes.

    Args:
        changes: sorted by name, the main change of a name before its surplus copies.
        desired: the declared containers by name, the source of what is created and uploaded.
    """
    chains: list[Chain] = []
    changes = tuple(changes)
    names = {change.name for change in changes if change.pending}
    concerned = (change for change in changes if change.name in names)
    for name, group in groupby(concerned, key=lambda change: change.name):
        linked: list[Change] = []
        kept: str | None = None
        for change in group:
            if change.action is Action.DELETE and not change.surplus:
                chains.append(_lone_delete(change))
                continue
            if Reason.DUPLICATE not in change.reasons:  # a copy that is only reported is not the kept one
                kept = change.container_id
            if change.pending:
                linked.append(change)
        if linked:
            chains.append(Chain(name, tuple(_links(linked, desired[name])), kept))
    return tuple(chains)


def _lone_delete(change: Change) -> Chain:
    link = Link(change, _delete(change))
    return Chain(change.name, (link,), last=Reason.NOT_IN_MANIFEST in change.reasons)


def _links(changes: Iterable[Change], entry: DesiredContainer) -> Iterator[Link]:
    kept_is_read = False
    for change in changes:
        steps = _steps(change, entry)
        if change.surplus and not kept_is_read:
            steps = (ReadKept(), *steps)
            kept_is_read = True
        yield Link(change, steps)


def _steps(change: Change, entry: DesiredContainer) -> tuple[Step, ...]:
    match change.action:
        case Action.CREATE:
            return _create(entry)
        case Action.REPLACE if change.order is ReplaceOrder.CREATE_FIRST:
            return (*_create(entry), *_delete(change))
        case Action.REPLACE:
            return (*_delete(change), *_create(entry))
        case Action.SYNC:
            return _sync(change, entry)
        case Action.DELETE:
            return _delete(change)
        case Action.KEEP | Action.SKIP:
            return ()


def created_name(entry: DesiredContainer) -> str:
    """The live name under which a container is created."""
    return live_name(entry.name, stamp_of(entry.inputs))


def _create(entry: DesiredContainer) -> tuple[Step, ...]:
    files = entry.files or ()
    created = CreateContainer(created_name(entry), entry.spec, entry.inputs)
    if not files:
        return (created,)
    return (created, *map(UploadFile, files), *_verified(files))


def _verified(files: Sequence[DesiredFile]) -> Iterator[Step]:
    """What follows uploads; the contents that a server copied are read where their digest is declared."""
    yield VerifyUploads(tuple(file.spec.path for file in files))
    for file in files:
        if isinstance(file.content, StoredFile) and file.spec.sha256 is not None:
            yield VerifyContent(file)


def _delete(change: Change) -> tuple[Step, ...]:
    if change.container_id is None:
        message = f"a {change.action} of {change.name!r} without the container that goes"
        raise ValueError(message)
    return (DeleteContainer(change.container_id), ConfirmDeleted(change.container_id))


def _sync(change: Change, entry: DesiredContainer) -> tuple[Step, ...]:
    declared = {file.spec.path: file for file in entry.files or ()}
    touched = sorted({file.path for file in change.files if file.operation is not FileOperation.KEEP})
    among = frozenset(touched)
    rows = [file for file in change.files if file.operation is not FileOperation.UPLOAD]
    known = [file.file_id for file in rows if file.path in among and file.file_id is not None]
    uploads = [file.path for file in change.files if file.operation is FileOperation.UPLOAD]
    deletes = [file for file in change.files if file.operation is FileOperation.DELETE]
    steps: list[Step] = [
        CheckFiles(tuple(path for path in touched if path in declared), tuple(sorted(known)))
    ]
    steps += [UploadFile(declared[path]) for path in uploads]
    if uploads:
        steps += _verified([declared[path] for path in uploads])
    steps += [DeleteFile(file.path, file.file_id) for file in deletes if file.file_id is not None]
    if Reason.IN_PLACE in change.reasons:
        steps.append(VerifyInPlace(tuple(declared[path] for path in touched if path in declared)))
    return tuple(steps)
