"""What `${name}` is in a text; nothing here knows where the text stands.

Deliberately no template language: a reference is replaced by text, once, and what it is replaced by is not
looked at again. `$${` is a literal `${`, any other `$` is itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.manifest.findings import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "[A-Za-z_][A-Za-z0-9_]{0,63}"
"""How a variable may be called, as environment variables are."""

BEFORE = r"(^|[^$])\$\{"
"""How a reference begins: the patterns below, for the published schema."""

LITERAL = "write $${ for a literal ${"

_NAME = re.compile(NAME)
_REFERENCE = re.compile(rf"\$\$\{{|\$\{{(?:({NAME})\}})?")
_MENTIONED = re.compile(r"\$|\\x24|\\u0024|\\U00000024")


def is_name(text: str) -> bool:
    """Tells whether a variable may be called so."""
    return _NAME.fullmatch(text) is not None


def mentioned(text: str) -> bool:
    """Tells whether YAML may hold a reference: a `$`, or an escape that becomes one."""
    return _MENTIONED.search(text) is not None


def references(text: str) -> list[str | None]:
    """The names that a text refers to in their order; None for a `${` that no name follows."""
    return [found[1] for found in _REFERENCE.finditer(text) if found[0] != "$${"]


def filled(text: str, value_of: Callable[[str], str]) -> str:
    """The text with every reference replaced. It must hold no `${` that no name follows."""
    return _REFERENCE.sub(lambda found: "${" if found[1] is None else value_of(found[1]), text)


def nested(text: str) -> Problem | None:
    """Refuses a reference in the value of a variable."""
    if not references(text):
        return None
    return Problem(
        "nested-variable", "expected text without ${ in it: variables do not refer to others", LITERAL
    )
