"""What tests are told about an emulator: small values, with the API's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a container; ``size`` and ``sha256`` are of its true contents, ``bytes`` is what is shown."""

    id: str
    path: str
    bytes: int | None
    source: str
    created_at: int
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The last part of the path, with what the server put before it."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ContainerRow:
    """A container as it is."""

    id: str
    name: str
    status: str
    created_at: int
    last_active_at: int | None
    memory_limit: str | None
    files: tuple[FileRow, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a snapshot; what a planted row lacks is empty."""
        return cls(
            id=str(row.get("id")),
            name=row.get("name") or "",
            status=row.get("status") or "",
            created_at=row.get("created_at") or 0,
            last_active_at=row.get("last_active_at"),
            memory_limit=row.get("memory_limit"),
            files=tuple(
                FileRow(**{key: file.get(key) for key in FileRow.__dataclass_fields__})
                for file in row["files"]
            ),
        )


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request to the API.

    Attributes:
        method: ``POST``.
        path: As it was asked, below the root.
        endpoint: The same with placeholders, ``POST /containers/{container_id}/files``.
        status: What was answered; ``None`` where the connection was dropped.
        name: The container's name, of a write that was carried out or answered as if.
        commits: How often a write was carried out.
        faults: What it met.
    """

    method: str
    path: str
    endpoint: str
    status: int | None
    name: str | None
    commits: int
    faults: tuple[str, ...]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """From an entry of the log."""
        return cls(
            method=entry["method"],
            path=entry["path"],
            endpoint=f"{entry['method']} {entry['template']}",
            status=entry["status"],
            name=entry["name"],
            commits=entry["commits"],
            faults=tuple(entry["faults"]),
        )


@dataclass(frozen=True, slots=True)
class Writes:
    """How often a kind of write was carried out, and how often a client was told so."""

    committed: int = 0
    acknowledged: int = 0


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """What was done to the containers of one name."""

    creates: Writes = Writes()
    deletes: Writes = Writes()
    uploads: Writes = Writes()
    file_deletes: Writes = Writes()

    @classmethod
    def of(cls, counts: Mapping[str, Mapping[str, int]]) -> Self:
        """From the counts of the log."""
        return cls(**{write: Writes(**of) for write, of in counts.items()})


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is active: which requests it is about, what it does, how many it saw and met."""

    endpoint: str
    description: str
    seen: int
    met: int

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> Self:
        """From a description of the engine."""
        return cls(rule["endpoint"], rule["description"], rule["seen"], rule["fired"])
