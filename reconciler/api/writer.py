"""The five writing calls. A POST whose fate is unknown raises, and is never sent again from here."""

from __future__ import annotations

import asyncio
import re
from contextlib import ExitStack, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from reconciler.api.connection import segment
from reconciler.api.contents import unseen
from reconciler.api.errors import NotFound, ProtocolError, ReplyLost
from reconciler.api.reader import Reader, file_path
from reconciler.api.uploads import CheckedSource
from reconciler.api.wire import create_body, read_container, read_file
from reconciler.model.errors import ApiError
from reconciler.model.live import Origin
from reconciler.model.write_only import NOTHING_WRITTEN, InlineSkill, WriteOnly

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from reconciler.api.connection import Connection
    from reconciler.model.clock import Clock
    from reconciler.model.live import LiveContainer, LiveFile
    from reconciler.model.spec import ContainerSpec, FileSpec, Uploadable

OCTETS = "application/octet-stream"

_ID = re.compile(rb'"id"\s*:\s*"([!-~]+?)"')


LARGE_SKILLS = 4 * 1024 * 1024
"""Bytes of inline skills from which on creates are sent one after the other."""


class Writer(Reader):
    """Reads and writes one account."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        super().__init__(connection, clock)
        self._large = asyncio.Lock()

    async def create_container(
        self,
        name: str,
        spec: ContainerSpec,
        sending: Callable[[], object] | None = None,
        inputs: WriteOnly = NOTHING_WRITTEN,
    ) -> LiveContainer:
        """Creates a container under a live name; billed from now on. `sending` is called before each attempt.

        The values of secrets must be known; none of them is in any error from then on. Where the answer was
        cut off but its id came through, that container is read instead.

        Raises:
            ApiError: `fate_unknown` tells whether the container may exist all the same.
            LocalFileError: a skill is not what was planned; nothing was sent.
        """
        self._connection.hide(secret.value for secret in inputs.secrets if secret.value is not None)
        size = sum(skill.bytes for skill in inputs.skills if isinstance(skill, InlineSkill))
        try:
            async with self._one_at_a_time(size):
                body = create_body(name, spec, inputs)
                answer = await self._connection.call(
                    "POST", "containers", json=body, sending=sending, size=size
                )
        except ReplyLost as error:
            return await self._salvaged(error.partial, name, error)
        try:
            with self._connection.hiding():
                return read_container(answer.json_object(), answer.date, Origin.GET)
        except ProtocolError as error:
            return await self._salvaged(answer.body, name, error)

    async def delete_container(self, container_id: str) -> None:
        """Deletes a container; one that is gone already is a success, whatever the answer's body."""
        await self._delete(f"containers/{segment(container_id)}")

    async def upload_file(
        self,
        container_id: str,
        spec: FileSpec,
        content: Uploadable,
        sending: Callable[[], object] | None = None,
        *,
        sensitive: bool = False,
    ) -> LiveFile:
        """Uploads a file, streaming, and checks size and digest while sending; `sending` as above.

        Contents that are sensitive, or written in a manifest, are in no error.

        Raises:
            LocalFileError: the source is not what was planned; nothing has landed then.
        """
        with ExitStack() as opened, unseen(content, sensitive=sensitive):

            def parts() -> dict[str, Any]:
                opened.close()
                source = opened.enter_context(CheckedSource(content, spec))
                return {"file": (spec.path, source, OCTETS)}

            answer = await self._connection.call(
                "POST",
                f"containers/{segment(container_id)}/files",
                files=parts,
                size=spec.bytes or 0,
                sending=sending,
            )
            return read_file(answer.json_object())

    async def attach_file(
        self, container_id: str, file_id: str, sending: Callable[[], object] | None = None
    ) -> LiveFile:
        """Copies a file of the Files API into a container; the server names it. `sending` as above."""
        answer = await self._connection.call(
            "POST", f"containers/{segment(container_id)}/files", json={"file_id": file_id}, sending=sending
        )
        return read_file(answer.json_object())

    async def delete_file(self, container_id: str, file_id: str) -> None:
        """Deletes a file; one that is gone already is a success."""
        await self._delete(file_path(container_id, file_id))

    @asynccontextmanager
    async def _one_at_a_time(self, size: int) -> AsyncIterator[None]:
        """A body is in memory several times over while it is made and sent: of large ones one at a time."""
        async with self._large if size > LARGE_SKILLS else nullcontext():
            yield

    async def _salvaged(self, body: bytes, name: str, error: ApiError) -> LiveContainer:
        """The container whose id stands in the beginning of a damaged answer; else raises `error`."""
        found = _ID.search(body)
        if found is None:
            raise error
        try:
            row = await self.container(found[1].decode("ascii"))
        except ApiError:
            raise error from None
        if row.name != name:
            raise error
        return row

    async def _delete(self, path: str) -> None:
        try:
            await self._connection.call("DELETE", path)
        except NotFound:
            return
