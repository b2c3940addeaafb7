"""One entry, several containers: `replicas: 3` under the name `x` declares `x-0`, `x-1` and `x-2`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest import rules

if TYPE_CHECKING:
    from reconciler.manifest.values import Node


def names(name: str, replicas: int | None) -> tuple[str, ...]:
    """The names that an entry declares: without the key its own."""
    return (name,) if replicas is None else tuple(f"{name}-{index}" for index in range(replicas))


def declared_by(entry: Node) -> tuple[str, ...]:
    """The names that an entry declares; none where its name or their number is refused."""
    name, replicas = entry.child("name"), entry.child("replicas")
    if name is None or not isinstance(name.value, str) or rules.name(name.value):
        return ()
    if replicas is None:
        return (name.value,)
    number = replicas.value
    if not isinstance(number, int) or isinstance(number, bool) or rules.replicas(number):
        return ()
    return names(name.value, number)
