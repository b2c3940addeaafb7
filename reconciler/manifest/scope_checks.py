"""What a scope says about itself beyond types, and which names it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.manifest import rules
from reconciler.manifest.findings import error, nearest, quoted
from reconciler.manifest.places import known_keys
from reconciler.model.names import PREFIX_ENDS, is_declarable
from reconciler.model.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Diagnostic

_NEED_A_PREFIX = ("prune", "sweep", "exclude")
_SLIP = 2
"""Characters by which a mistyped prefix is shorter or longer."""

_WILD = re.compile(r"[*?\[]")


def problems_of(scope: Node) -> Iterator[Diagnostic]:
    """What the keys of a scope have against each other."""
    prefix = scope.child("prefix")
    if prefix is None:
        yield from _without_prefix(scope)
    elif isinstance(prefix.value, str) and rules.prefix(prefix.value) is None:
        yield from _excluded(scope, prefix.value)
        yield from _protected(scope, prefix.value)


def _without_prefix(scope: Node) -> Iterator[Diagnostic]:
    if any(nearest(key, ("prefix",)) for key, _ in scope.children() if key not in known_keys("scope")):
        return  # a mistyped prefix is reported as an unknown key
    for key in _NEED_A_PREFIX:
        found = scope.child(key)
        if found is not None and (found.value is True or (isinstance(found.value, list) and found.value)):
            message = f"{key} needs scope.prefix: without one the set manages exactly the names it declares"
            yield error("missing-prefix", message, scope.key_position(key))


def _excluded(scope: Node, prefix: str) -> Iterator[Diagnostic]:
    exclude = scope.child("exclude")
    for entry in exclude.items() if exclude else ():
        if not isinstance(entry.value, str):
            continue
        if not entry.value.startswith(prefix) or entry.value == prefix:
            found = quoted(entry.value)
            message = f"expected a longer prefix that begins with {quoted(prefix)}, found {found}"
            hint = None if prefix.startswith(entry.value) else _prefixed(entry.value, prefix)
            yield error("invalid-value", message, entry.position, hint)


def _protected(scope: Node, prefix: str) -> Iterator[Diagnostic]:
    """A glob that no name of the scope can match protects nothing, and was meant to."""
    protect = scope.child("protect")
    for entry in protect.items() if protect else ():
        if not isinstance(entry.value, str) or rules.glob(entry.value):
            continue
        head = _WILD.split(entry.value, maxsplit=1)[0]
        whole = head == entry.value
        if not (head.startswith(prefix) or (prefix.startswith(head) and not whole)):
            message = (
                f"expected a glob of names that begin with {quoted(prefix)}, found {quoted(entry.value)}"
            )
            yield error("invalid-value", message, entry.position, _prefixed(entry.value, prefix))


def borders(scope: Node | None) -> Scope | None:
    """Prefix and exclusions alone, or None where they are absent or not to be trusted."""
    prefix = scope.child("prefix") if scope else None
    if scope is None or prefix is None or not isinstance(prefix.value, str) or rules.prefix(prefix.value):
        return None
    exclude = scope.child("exclude")
    entries = [entry.value for entry in exclude.items()] if exclude else []
    if len(entries) > rules.MAX_GLOBS:
        return None
    carved = tuple(entry for entry in entries if isinstance(entry, str) and len(entry) > len(prefix.value))
    return Scope(prefix=prefix.value, exclude=carved)


def outside(name: Node, declared: str, scope: Scope) -> Diagnostic | None:
    """Refuses a name that the scope does not hold."""
    if scope.prefix is None or scope.holds(declared):
        return None
    if not declared.startswith(scope.prefix):
        message = f"{quoted(declared)} does not begin with the scope's prefix {quoted(scope.prefix)}"
        return error("outside-scope", message, name.position, _prefixed(declared, scope.prefix))
    carved = next(prefix for prefix in scope.exclude if declared.startswith(prefix))
    message = f"{quoted(declared)} lies outside of the scope, which excludes {quoted(carved)}"
    return error("outside-scope", message, name.position)


def _prefixed(found: str, prefix: str) -> str | None:
    """What was probably meant by something that lacks a prefix: it with one put right, or added."""
    ends = range(max(1, len(prefix) - _SLIP), len(prefix) + _SLIP + 1)
    heads = [found[:end] for end in ends if found[end - 1 : end] in PREFIX_ENDS and len(found) > end]
    if head := nearest(prefix, heads):
        return f"did you mean {quoted(prefix + found[len(head) :])}?"
    return f"did you mean {quoted(prefix + found)}?" if is_declarable(prefix + _WILD.sub("", found)) else None
