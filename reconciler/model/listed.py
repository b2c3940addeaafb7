"""What the last listing left behind for the next one: places from which a list can be read at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: its id, which a list takes as `after`, and its `created_at` (unix seconds)."""

    id: str
    created_at: int


@dataclass(frozen=True, slots=True)
class NameFilter:
    """What the server's filter by name was last seen to do; `date` is the server's time of that.

    `works` says that it was proven to match by prefix or substring, otherwise that it was of no use.
    """

    works: bool
    date: int | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """The names that a pass is about: all below a prefix, or without one exactly these, as declared.

    Without either it is about the whole account.
    """

    prefix: str | None = None
    names: tuple[str, ...] = ()
