"""What carrying out a plan leaves behind: the executable specification that tests hold execute to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from reconciler.model.live import DATA_FOLDER, USER, LiveContainer, LiveFile, LiveState, NotRead
from reconciler.model.steps import (
    Chain,
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
    chains_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.plan import Plan
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredFile


class _World(Struct):
    """The containers while steps are applied to them."""

    containers: dict[str, LiveContainer]
    date: int
    made: int = 0

    def create(self, step: CreateContainer) -> str:
        made = LiveContainer(self._new_id(), step.name, "running", self.date, step.spec, self.date, files=())
        self.containers[made.id] = made
        return made.id

    def upload(self, container_id: str, file: DesiredFile) -> None:
        row = LiveFile(self._new_id(), DATA_FOLDER + file.spec.path, USER, self.date, file.spec)
        self._set(container_id, (*self._files(container_id), row))

    def drop(self, container_id: str, file_id: str) -> None:
        self._set(container_id, tuple(row for row in self._files(container_id) if row.id != file_id))

    def _new_id(self) -> str:
        """Unlike any before: what was simulated once may be simulated on, at a later date."""
        self.made += 1
        return f"new-{self.date}-{self.made}"

    def _files(self, container_id: str) -> tuple[LiveFile, ...]:
        files = self.containers[container_id].files
        return () if isinstance(files, NotRead) else files

    def _set(self, container_id: str, files: tuple[LiveFile, ...]) -> None:
        self.containers[container_id] = replace(self.containers[container_id], files=files)


def simulate(plan: Plan, desired: Desired, live: LiveState) -> LiveState:
    """Applies every step of a plan to what was observed, in the order of execute."""
    chains = chains_of(plan.changes, desired.by_name())
    return carried_out(sorted(chains, key=lambda chain: chain.last), live)


def carried_out(chains: Iterable[Chain], live: LiveState) -> LiveState:
    """What these chains leave behind, one after the other; cut short, they are what a kill leaves."""
    known = [row.created_at for row in live.containers]
    world = _World({row.id: row for row in live.containers}, date=max([live.date or 0, *known]) + 1)
    for chain in chains:
        _run(chain, world)
    return LiveState(tuple(world.containers.values()), world.date)


def _run(chain: Chain, world: _World) -> None:
    current = chain.container_id
    for link in chain.links:
        for step in link.steps:
            match step:
                case CreateContainer():
                    current = world.create(step)
                case DeleteContainer():
                    world.containers.pop(step.container_id, None)
                case UploadFile() if current is not None:
                    world.upload(current, step.file)
                case DeleteFile() if current is not None:
                    world.drop(current, step.file_id)
                case CheckFiles() | VerifyUploads() | VerifyContent() | VerifyInPlace():
                    pass  # they read
                case ReadKept() | ConfirmDeleted():
                    pass
                case _:
                    message = f"{step} before any container"
                    raise AssertionError(message)
