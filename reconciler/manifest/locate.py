"""From the location that pydantic gives an error to the place in the document.

A location is made of keys and indexes, and of what the document does not have: the last part of a
missing key's location, and the tag of a union. The walk goes as far as the document does and passes
over the rest; a union's tags must therefore never be spelled like a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.manifest.places import Location
    from reconciler.manifest.values import Node


def locate(node: Node, location: Location) -> Node:
    """The value at a location, or the closest one around it."""
    for part in location:
        inner = node.item(part) if isinstance(part, int) else node.child(part)
        node = inner or node
    return node
