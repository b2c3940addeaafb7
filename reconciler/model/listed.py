"""What the last listing left behind for the next one: places from which a list can be read at once."""

from __future__ import annotations

from msgspec import Struct


class Cursor(Struct, frozen=True, gc=False):
    """The last row of a page: its id, which a list takes as `after`, and its `created_at` (unix seconds)."""

    id: str
    created_at: int


class NameFilter(Struct, frozen=True):
    """What the server's filter by name was last seen to do; `date` is the server's time of that.

    `works` says that it was proven to match by prefix or substring, otherwise that it was of no use.
    """

    works: bool
    date: int | None = None


class Sought(Struct, frozen=True):
    """The names that a pass is about: all below a prefix, or without one exactly those that are declared.

    Without either it is about the whole account. `names` are the declared ones, `exclude` prefixes that are
    carved out. `dead` says that it is about every dead row, too, to delete them.
    """

    prefix: str | None = None
    names: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    dead: bool = False


class Dead(Struct, frozen=True, gc=False):
    """A row that expired or was deleted, which is final; `name` is the live name."""

    id: str
    name: str
    created_at: int
    status: str


class Horizon(Struct, frozen=True):
    """A row before which everything is dead, itself included, seen so at `date` (server's unix seconds).

    `dead` are the rows up to it that concern a scope; of the others nothing depends.
    """

    floor: Cursor
    date: int
    dead: tuple[Dead, ...] = ()
