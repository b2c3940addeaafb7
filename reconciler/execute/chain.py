"""One chain: its steps in order against the API, each acting by id only.

A step that fails ends its change and its chain; whatever was done before is something that the next plan
completes: a new container without all its files is synced, an old copy beside a complete new one is deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.api.errors import NotFound, fate_unknown
from reconciler.execute.errors import NotAsPlanned, NotShownYet
from reconciler.execute.shown import contradictions, hidden
from reconciler.model.errors import ApiError
from reconciler.model.live import ASSISTANT
from reconciler.model.spec import StoredFile
from reconciler.model.steps import (
    CheckFiles,
    ConfirmDeleted,
    CreateContainer,
    DeleteContainer,
    DeleteFile,
    ReadKept,
    UploadFile,
    VerifyContent,
    VerifyInPlace,
    VerifyUploads,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.api.writer import Writer
    from reconciler.model.live import LiveFile
    from reconciler.model.spec import DesiredFile, FileSpec
    from reconciler.model.steps import Step


class ChainState(Struct):
    """What the steps of one chain know of those before them.

    `container_id` is the copy being worked on; `rows` its latest listing; `uploaded` the ids of the new
    rows by name, `sent` what was sent under each name, `answered` those of which the server itself said which
    row it made. `unverifiable` are fields that a create sent and the answer did not show. `sending` is called
    when a create or an upload is about to be sent.
    """

    name: str
    container_id: str | None
    rows: tuple[LiveFile, ...] = ()
    uploaded: dict[str, str] = field(default_factory=dict)
    sent: dict[str, FileSpec] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    deleted: list[LiveFile] = field(default_factory=list)
    created_at: int | None = None
    unverifiable: tuple[str, ...] = ()
    sending: Callable[[], object] | None = None

    @property
    def container(self) -> str:
        """The id of the copy being worked on.

        Raises:
            NotAsPlanned: there is none.
        """
        if self.container_id is None:
            raise NotAsPlanned(f"{self.name} has no container to work on")
        return self.container_id


async def run_step(step: Step, state: ChainState, writer: Writer) -> None:
    """Carries one step out.

    Raises:
        ApiError: the API or the way to it failed.
        LocalFileError: a local file is not what was planned.
        NotAsPlanned: see there.
    """
    match step:
        case CreateContainer():
            await _create(step, state, writer)
        case CheckFiles():
            await _check_files(step, state, writer)
        case UploadFile(file):
            await _upload(file, state, writer)
        case VerifyUploads():
            await _verify_uploads(step, state, writer)
        case VerifyContent(file):
            await _verify_content(file, state, writer)
        case DeleteFile():
            await _delete_file(step, state, writer)
        case VerifyInPlace(files):
            await _verify_in_place(files, state, writer)
        case ReadKept():
            await _read_kept(state, writer)
        case DeleteContainer(container_id):
            await _delete_container(container_id, writer)
        case ConfirmDeleted(container_id):
            if not await writer.gone(container_id):
                raise NotShownYet(f"{container_id} was deleted and is still there")


async def _create(step: CreateContainer, state: ChainState, writer: Writer) -> None:
    """Creates, and holds the answer against what was sent in the fields that it shows."""
    made = await writer.create_container(step.name, step.spec, state.sending, step.inputs)
    state.container_id, state.created_at = made.id, made.created_at
    state.unverifiable = hidden(step.spec, made.spec)
    wrong = contradictions(step.spec, made.spec)
    if made.name != step.name:  # under another name nobody would ever find it again
        await writer.delete_container(made.id)
        state.container_id = None
        raise NotAsPlanned(
            f"{state.name} was created as {made.name!r} instead of {step.name!r}; {made.id} was deleted again"
        )
    if wrong:
        raise NotAsPlanned(
            f"{state.name} was created with {wrong[0].path} {wrong[0].before} instead of {wrong[0].after}"
        )


async def _delete_container(container_id: str, writer: Writer) -> None:
    """Deletes; an answer that leaves the fate open is settled by reading the container."""
    try:
        await writer.delete_container(container_id)
    except ApiError as error:
        if not fate_unknown(error) or not await writer.gone(container_id):
            raise


async def _check_files(step: CheckFiles, state: ChainState, writer: Writer) -> None:
    """Nobody may have added a row under a name that is about to be uploaded: it would be doubled."""
    state.rows = (await writer.files(state.container)).rows
    expected, paths = set(step.file_ids), set(step.paths)
    for row in state.rows:
        if row.spec.path in paths and row.source != ASSISTANT and row.id not in expected:
            raise NotAsPlanned(
                f"{row.spec.path} in {state.name} was changed by somebody else since the plan",
                hint="apply again",
            )


async def _upload(file: DesiredFile, state: ChainState, writer: Writer) -> LiveFile:
    if isinstance(file.content, StoredFile):
        return await _attach(file, file.content, state, writer)
    row = await writer.upload_file(
        state.container, file.spec, file.content, state.sending, sensitive=file.sensitive
    )
    state.uploaded[file.spec.path] = row.id
    state.sent[file.spec.path] = file.spec
    state.answered.add(file.spec.path)
    return row


async def _attach(file: DesiredFile, stored: StoredFile, state: ChainState, writer: Writer) -> LiveFile:
    """Has a stored file copied. Under another name than the declared one it would never be found again.

    A declared digest is not what was sent, so it is not noted as what is there.
    """
    row = await writer.attach_file(state.container, stored.file_id, state.sending)
    if row.spec.path != file.spec.path:
        await writer.delete_file(state.container, row.id)
        raise NotAsPlanned(
            f"{stored.file_id} was copied to {state.name} as {row.spec.path!r}, not as {file.spec.path!r}; "
            "the copy was deleted again",
            hint=f"the server names copies: write path: {row.spec.path}",
        )
    state.uploaded[file.spec.path] = row.id
    state.sent[file.spec.path] = replace(file.spec, sha256=None)
    state.answered.add(file.spec.path)
    return row


async def _verify_content(file: DesiredFile, state: ChainState, writer: Writer) -> None:
    copied = state.uploaded[file.spec.path]
    found = await writer.content_digest(state.container, copied, limit=file.spec.bytes)
    if found != file.spec.sha256:
        raise NotAsPlanned(
            f"{file.spec.path} was copied to {state.name} and its sha256 is {found or 'not to be had'} "
            f"instead of {file.spec.sha256}",
            hint="correct sha256, or file_id",
        )


async def _verify_uploads(step: VerifyUploads, state: ChainState, writer: Writer) -> None:
    state.rows = (await writer.files(state.container)).rows
    listed = {row.id: row for row in state.rows}
    for path in step.paths:
        found = listed.get(state.uploaded[path])
        if found is None:
            raise NotShownYet(f"{path} was uploaded to {state.name} and is not listed there")
        if found.spec.path != path:
            raise NotAsPlanned(f"{path} was uploaded to {state.name} and is listed there as {found.path}")
        _check_size(found, state.sent[path], state)


def _check_size(row: LiveFile, wanted: FileSpec, state: ChainState) -> None:
    """A proxy that re-codes what it passes on is caught; a size that the server hides is told."""
    if not _right_size(row, wanted):
        raise NotAsPlanned(
            f"{wanted.path} in {state.name} has {row.spec.bytes} bytes instead of {wanted.bytes}"
        )
    if row.spec.bytes is None:
        state.unverifiable = (*state.unverifiable, f"files[{wanted.path}].bytes")


def _right_size(row: LiveFile, wanted: FileSpec) -> bool:
    """A size that the server hides is not known to be wrong; it is told as unverifiable.

    Of a stored file it may not be declared.
    """
    return None in (row.spec.bytes, wanted.bytes) or row.spec.bytes == wanted.bytes


async def _delete_file(step: DeleteFile, state: ChainState, writer: Writer) -> None:
    """Deletes an old row, unless the server dropped or reused it when its name was uploaded again."""
    row = next((row for row in state.rows if row.id == step.file_id), None)
    if row is None or state.uploaded.get(step.path) == step.file_id:
        return
    try:
        await writer.delete_file(state.container, step.file_id)
    except ApiError as error:
        if not fate_unknown(error) or not await _file_gone(state.container, step.file_id, writer):
            raise
    state.deleted.append(row)


async def _file_gone(container_id: str, file_id: str, writer: Writer) -> bool:
    try:
        await writer.file(container_id, file_id)
    except NotFound:
        return True
    return False


async def _verify_in_place(files: Iterable[DesiredFile], state: ChainState, writer: Writer) -> None:
    """Where two rows shared a path, deleting one may have taken the other along.

    A list that still shows what was deleted would show the other one, too: it proves nothing.
    """
    gone = {row.id for row in state.deleted}
    remaining = {row.path for row in state.rows if row.id not in gone}
    if not any(row.path in remaining for row in state.deleted):
        return
    shown = (await writer.files(state.container)).rows
    if stale := next((row for row in shown if row.id in gone), None):
        raise NotShownYet(f"{stale.spec.path} was deleted from {state.name} and is still listed there")
    state.rows = shown
    for file in files:
        rows = [row for row in state.rows if row.spec.path == file.spec.path and row.source != ASSISTANT]
        if not any(_right_size(row, file.spec) for row in rows):
            row = await _upload(file, state, writer)
            _check_size(row, file.spec, state)


async def _read_kept(state: ChainState, writer: Writer) -> None:
    try:
        kept = await writer.container(state.container)
        gone = kept.dead or kept.declared_name != state.name
    except NotFound:
        gone = True
    if gone:
        raise NotAsPlanned(
            f"{state.container}, the copy of {state.name} that is kept, is gone; no other copy is deleted",
            hint="apply again",
        )
