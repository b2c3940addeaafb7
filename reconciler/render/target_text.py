"""An account in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.escape import safe

if TYPE_CHECKING:
    from reconciler.model.plan import Target


def target_text(target: Target) -> str:
    """Its URL, and whose it is where that is known."""
    named = (("organization", target.organization), ("project", target.project))
    return ", ".join([safe(target.url), *(f"{what} {safe(name)}" for what, name in named if name)])
