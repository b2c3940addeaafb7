"""The rows as values, in the order of their columns."""

from typing import NamedTuple

DEAD = frozenset({"expired", "deleted"})
"""Statuses from which a container does not come back; its files are gone."""


class Container(NamedTuple):
    """A container as stored; times are unix seconds."""

    seq: int
    id: str
    name: str | None
    created_at: int
    last_active_at: int | None
    status: str | None
    minutes: int | None
    memory_limit: str | None
    network_policy: str | None
    shown: str | None
    expires_at: int | None
    owner: str | None

    @property
    def alive(self) -> bool:
        """Whether its files can be used; an unknown status counts as alive."""
        return self.status not in DEAD


class File(NamedTuple):
    """A file of a container as stored; ``bytes`` is what is shown, ``size`` what is stored."""

    seq: int
    id: str
    container: int
    created_at: int
    path: str
    source: str
    bytes: int | None
    blob: int
    shown: str | None


class Blob(NamedTuple):
    """Stored contents: an id and a length in bytes."""

    id: int
    size: int


class Page(NamedTuple):
    """Where a list begins and how it runs.

    ``after`` is the position of the last row already seen, as (created_at, seq).
    """

    limit: int
    descending: bool
    after: tuple[int, int] | None


class Upload(NamedTuple):
    """A file of the Files API as stored."""

    seq: int
    id: str
    created_at: int
    filename: str
    purpose: str
    bytes: int
    expires_at: int | None
    blob: int


class Skill(NamedTuple):
    """A skill as stored; its name and description are those of its default version."""

    seq: int
    id: str
    created_at: int
    default_version: int
    last_number: int


class SkillVersion(NamedTuple):
    """One version of a skill as stored."""

    seq: int
    id: str
    skill: int
    number: int
    created_at: int
    name: str
    description: str
    blob: int
