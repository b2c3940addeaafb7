"""What stands under a name: what `list` and `resolve` tell of an account, by declared names."""

from __future__ import annotations

from msgspec import Struct

from reconciler.model.plan import Reason

ABSENT = "absent"
"""The status of a declared name of which no row is known, alive or dead."""


class Standing(Struct, frozen=True, gc=False):
    """A live container under its declared name, or a declared name under which none is alive.

    `status` is the server's word: of the container, or of the last dead row where none is alive
    (`container_id` is None then), or else `absent`. `observed_at` is the server's time when it was seen;
    times are unix seconds, None where the server does not tell. `reasons` are those that a plan would give,
    as far as the container list tells; of a surplus copy `duplicate` is among them.
    """

    name: str
    status: str
    container_id: str | None = None
    created_at: int | None = None
    last_active_at: int | None = None
    observed_at: int | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def alive(self) -> bool:
        """There is a container that can be used."""
        return self.container_id is not None

    @property
    def declared(self) -> bool:
        """A manifest declares the name."""
        return Reason.NOT_IN_MANIFEST not in self.reasons

    @property
    def age(self) -> int | None:
        """Seconds since it was created, by the server's clock."""
        return self._since(self.created_at)

    @property
    def idle(self) -> int | None:
        """Seconds since anybody, ourselves included, was active there."""
        return self._since(self.last_active_at)

    def _since(self, moment: int | None) -> int | None:
        if moment is None or self.observed_at is None:
            return None
        return max(0, self.observed_at - moment)
