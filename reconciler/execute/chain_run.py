"""Where one chain stands: it can stop at a write whose fate is unknown and go on from there later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from reconciler.execute.chain import ChainState

if TYPE_CHECKING:
    from reconciler.model.errors import ApiError
    from reconciler.model.steps import Chain, Link, Step


class ChainRun(Struct):
    """A chain with its position. `unknown` is why it waits, None while it does not.

    `done` names the completed steps of the current link. `made_at` is when this run made its container and
    `wrote_at` when it last wrote anything, by the monotonic clock, None where it did not. `tries` counts how
    often the current step was tried again.
    """

    chain: Chain
    state: ChainState
    link_number: int = 0
    done: list[str] = field(default_factory=list)
    begun: bool = False
    unknown: ApiError | None = None
    made_at: float | None = None
    wrote_at: float | None = None
    tries: int = 0

    @classmethod
    def of(cls, chain: Chain) -> ChainRun:
        """A chain at its beginning."""
        return cls(chain, ChainState(chain.name, chain.container_id))

    @property
    def link(self) -> Link | None:
        """The change under way, None at the end."""
        links = self.chain.links
        return links[self.link_number] if self.link_number < len(links) else None

    @property
    def step(self) -> Step | None:
        """The step to be done next, None at the end of the link."""
        steps = self.link.steps if self.link else ()
        return steps[len(self.done)] if len(self.done) < len(steps) else None

    def complete_step(self) -> None:
        """Goes to the next step."""
        self.done.append(type(self.step).__name__)
        self.unknown = None
        self.tries = 0

    def complete_link(self) -> None:
        """Goes to the next change."""
        self.link_number += 1
        self.done = []
        self.begun = False

    def end(self) -> None:
        """Leaves whatever remains."""
        self.link_number = len(self.chain.links)
        self.unknown = None
