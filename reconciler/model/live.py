"""What was observed: rows of the API, decoded and otherwise as they came."""

from __future__ import annotations

import re
from enum import Enum, StrEnum

from msgspec import Struct

from reconciler.model.names import Stamp, parse_live_name
from reconciler.model.spec import ContainerSpec, FileSpec

LIVE_STATUSES = frozenset({"running", "active"})
"""`running` on the wire, `active` in the reference's prose."""

EXPIRED = "expired"
DEAD_STATUSES = frozenset({EXPIRED, "deleted"})

USER = "user"
ASSISTANT = "assistant"

DATA_FOLDER = "/mnt/data/"

MANGLED = re.compile(r"^([0-9a-f]{32}|file-[A-Za-z0-9]+)-")
"""What servers put before an uploaded file's own name.

Ledgers keep what comes of it: another rule is another version of theirs (`ledger.schema`).
"""


class NotRead(Enum):
    """Stands for files that nobody has listed; an empty tuple says that there are none."""

    NOT_READ = "not-read"


class Origin(StrEnum):
    """Where an observation came from."""

    LIST = "list"
    GET = "get"
    LEDGER = "ledger"


class Seen(Struct, frozen=True, gc=False):
    """When and how a row was seen; `date` is the server's own clock in unix seconds, None without one."""

    origin: Origin
    date: int | None = None


class LiveFile(Struct, frozen=True, gc=False, array_like=True):
    """A row of a file listing. `spec.path` is the base name, `path` the server's own text.

    Ledgers keep many, written as lists of their fields.
    """

    id: str
    path: str
    source: str
    created_at: int
    spec: FileSpec

    @property
    def in_place(self) -> bool:
        """The server keeps the name as it was uploaded, so another upload may land on the same path."""
        return _in_folder(self.path) == self.spec.path


class LiveContainer(Struct, frozen=True, gc=False):
    """A row of the container list. `name` is the live name, `spec.name` the declared one.

    `files_seen` says where its files are from, None where nobody listed them. `used_at` is when somebody
    other than us was last active there, as far as anybody can tell: our own reading moves `last_active_at`,
    too. None where nobody was.
    """

    id: str
    name: str
    status: str
    created_at: int
    spec: ContainerSpec
    last_active_at: int | None = None
    files: tuple[LiveFile, ...] | NotRead = NotRead.NOT_READ
    seen: Seen = Seen(Origin.LIST)
    used_at: int | None = None
    files_seen: Seen | None = None

    @property
    def dead(self) -> bool:
        """Expired or deleted: never matched, never a change."""
        return self.status in DEAD_STATUSES

    @property
    def recognised(self) -> bool:
        """Its status is one this program knows; any other is live but never a surplus copy."""
        return self.status in LIVE_STATUSES or self.dead

    @property
    def declared_name(self) -> str:
        """The name a manifest would declare it by."""
        return self.name if "~" not in self.name else parse_live_name(self.name).declared

    @property
    def stamp(self) -> Stamp | None:
        """What its name tells of its write-only inputs, None where it has no stamp."""
        return parse_live_name(self.name).stamp


class LiveState(Struct, frozen=True, gc=False):
    """Everything one observation saw, in the order of the API's list.

    `whole` says that it is all of the account; otherwise containers outside of the scope are missing.
    `touched` counts the containers on which observing them counts as activity.
    """

    containers: tuple[LiveContainer, ...]
    date: int | None = None
    whole: bool = True
    touched: int = 0


def base_name(path: str) -> str:
    """The name a file was uploaded under: its path less the folder and what the server put before it.

    A path in a folder below /mnt/data keeps that folder, so that it matches no declared (bare) name.
    """
    name = _in_folder(path)
    mangled = MANGLED.match(name)
    return name[mangled.end() :] if mangled else name


def _in_folder(path: str) -> str:
    """A path below /mnt/data; some servers list it without that folder."""
    path = path.removeprefix(DATA_FOLDER)
    return path.lstrip("/") if path.startswith("/") else path
