"""What a container and a file are: the one vocabulary in which desired and live meet."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from reconciler.model.diagnostics import Position
from reconciler.model.redacted import Redacted
from reconciler.model.write_only import NOTHING_WRITTEN, WriteOnly

DISABLED = "disabled"
ALLOWLIST = "allowlist"
LAST_ACTIVE_AT = "last_active_at"


class ReplaceOrder(StrEnum):
    """Which half of a replace comes first: `delete_first` is for accounts at their quota."""

    CREATE_FIRST = "create_first"
    DELETE_FIRST = "delete_first"


class WhenExpired(StrEnum):
    """What happens to a declared container that expired: `on_demand` leaves it to who asks for it."""

    RECREATE = "recreate"
    LEAVE = "leave"
    ON_DEMAND = "on_demand"


class Ignorable(StrEnum):
    """The keys of a container whose drift may be ignored."""

    MEMORY_LIMIT = "memory_limit"
    NETWORK_POLICY = "network_policy"
    EXPIRES_AFTER = "expires_after"
    FILES = "files"


class Compare(StrEnum):
    """How the contents of files are compared: `size` never downloads."""

    DIGEST = "digest"
    SIZE = "size"


class NetworkPolicy(Struct, frozen=True, gc=False):
    """`type` is `disabled` or `allowlist` in manifests and any text on a live row.

    `allowed_domains` is None where there are none to speak of, or where a live row does not show them.
    """

    type: str
    allowed_domains: tuple[str, ...] | None = None


class ExpiresAfter(Struct, frozen=True, gc=False):
    """Idle minutes after `anchor` until a container dies; both may be missing on a live row."""

    minutes: int | None
    anchor: str | None = LAST_ACTIVE_AT


class ContainerSpec(Struct, frozen=True, gc=False):
    """The fields of a container under its declared name; None means omitted, absent or null."""

    name: str
    memory_limit: str | None = None
    network_policy: NetworkPolicy | None = None
    expires_after: ExpiresAfter | None = None


class FileSpec(Struct, frozen=True, gc=False, array_like=True):
    """A file by its base name under /mnt/data. `bytes` is None where a live row hides it.

    `sha256` is lower-case hex, or None while nobody has read the contents.
    """

    path: str
    bytes: int | None
    sha256: str | None = None


class LocalFile(Struct, frozen=True, gc=False):
    """Contents that lie in a local file; `path` is usable from the current folder."""

    path: str


class InlineContent(Redacted, frozen=True, gc=False):
    """Contents written in the manifest; never shown, not even by repr."""

    told: ClassVar[tuple[str, ...]] = ()
    data: bytes


class StoredFile(Struct, frozen=True, gc=False):
    """Contents that the server copies from its Files API; it names the copy itself."""

    file_id: str


Uploadable = LocalFile | InlineContent
"""What we send ourselves."""

Content = Uploadable | StoredFile


class DesiredFile(Struct, frozen=True, gc=False):
    """A declared file: what it must be, where its bytes come from, and where it is declared.

    Of a stored file `spec` holds what is declared to be compared, and None for what is not. `sensitive`
    contents are shown by nobody, whatever else is shown.
    """

    spec: FileSpec
    content: Content
    position: Position
    sensitive: bool = False


class DesiredContainer(Struct, frozen=True, gc=False):
    """A declared container.

    `files` is None where the manifest has no such key: its files are then unmanaged. `prevent_destroy`,
    `when_expired` and `ignore` (sorted) are its lifecycle, as `replace` is.
    `positions` holds the position of each declared field by its name. `inputs` are what the API never shows
    back.
    """

    spec: ContainerSpec
    position: Position
    files: tuple[DesiredFile, ...] | None = None
    prune_files: bool = False
    replace: ReplaceOrder = ReplaceOrder.CREATE_FIRST
    positions: tuple[tuple[str, Position], ...] = ()
    prevent_destroy: bool = False
    when_expired: WhenExpired = WhenExpired.RECREATE
    ignore: tuple[Ignorable, ...] = ()
    inputs: WriteOnly = NOTHING_WRITTEN

    @property
    def name(self) -> str:
        """The declared name."""
        return self.spec.name
