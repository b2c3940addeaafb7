"""What may be asked of a plan, as keyword arguments would have it: the options of `plan` and `apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from reconciler.control.passes import Options as PassOptions
from reconciler.control.policies import policies_at
from reconciler.model.asked import MAX_FILE_SIZE, Asked, Reading
from reconciler.model.errors import UsageError
from reconciler.model.plan import BusyGuard
from reconciler.model.touching import Refresh

if TYPE_CHECKING:
    from reconciler.control.account import Speed


class Options(Struct, frozen=True, kw_only=True):
    """What is selected, and what may happen to it; each is the option of that name on the command line.

    `names`, `exclude` are globs, `replace` declared names, `policies` paths. `busy_window` is in seconds,
    `max_cost` in US dollars an hour; with `strict`, warnings about the manifests are errors.
    `max_file_size` is in bytes; it and `allow_outside` are about paths, and said to `load` otherwise.
    """

    names: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    adopt: bool = False
    no_delete: bool = False
    allow_deletes: int | None = None
    allow_replaces: int | None = None
    busy_window: int | None = None
    allow_busy: bool = False
    policies: tuple[str, ...] = ()
    max_cost: float | None = None
    strict: bool = False
    allow_outside: bool = False
    max_file_size: int = MAX_FILE_SIZE
    refresh: Literal["auto", "full"] = "auto"

    def check(self) -> None:
        """Refuses what cannot be meant together.

        Raises:
            UsageError: it cannot.
        """
        if self.allow_busy and self.busy_window is None:
            raise UsageError("allow_busy needs busy_window: without it nobody asks who uses a container")
        if self.no_delete and self.replace:
            raise UsageError("no_delete and replace exclude each other: a replace deletes the old container")
        for value in (self.names, self.exclude, self.replace, self.policies):
            if isinstance(value, str):  # a text is a sequence of texts, and never meant as one
                raise UsageError(f"expected a tuple of texts, found {value!r}")

        if self.refresh not in tuple(Refresh):
            raise UsageError(f"refresh is 'auto' or 'full', found {self.refresh!r}")

    def of_pass(self, speed: Speed, reading: Reading, *, exclusive: bool = False) -> PassOptions:
        """The same for a pass over manifests that were read this way.

        Raises:
            UsageError: there is no such policy.
        """
        asked = Asked(
            exclude=tuple(self.exclude),
            replace=tuple(sorted(set(self.replace))),
            no_delete=self.no_delete,
            allow_deletes=self.allow_deletes,
            allow_replaces=self.allow_replaces,
            reading=reading,
        )
        busy = None if self.busy_window is None else BusyGuard(self.busy_window, allowed=self.allow_busy)
        return PassOptions(
            tuple(self.names),
            self.adopt,
            speed,
            busy,
            asked,
            policies=policies_at(self.policies),
            max_cost=self.max_cost,
            exclusive=exclusive,
            refresh=Refresh(self.refresh),
        )
