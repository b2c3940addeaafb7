"""Collections in flow style that stand on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest.layout.tree import Flow, Scalar

if TYPE_CHECKING:
    from reconciler.manifest.layout.tree import Entry, Node


def flow_text(flow: Flow) -> str:
    """The collection as `{a: b}` or `[a, b]`."""
    return f"{opening(flow)}{', '.join(_entry_text(entry) for entry in flow.entries)}{closing(flow)}"


def opening(flow: Flow) -> str:
    """The bracket that opens it."""
    return "{" if flow.mapping else "["


def closing(flow: Flow) -> str:
    """The bracket that closes it."""
    return "}" if flow.mapping else "]"


def introduced(key: Node) -> str:
    """A key with its anchor, without a colon."""
    return _node_text(key)


def _entry_text(entry: Entry) -> str:
    value = _node_text(entry.value)
    return value if entry.key is None else f"{_node_text(entry.key)}: {value}"


def _node_text(node: Node) -> str:
    match node.content:
        case Scalar(lines=(line,)):
            text = line
        case Flow() as flow:
            text = flow_text(flow)
        case _:
            text = ""
    return f"{node.anchor} {text}".rstrip() if node.anchor else text
