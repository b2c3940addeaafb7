"""Which values of a set come from variables, for whatever is found wrong with one, now or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.model.diagnostics import Diagnostic, Position

Uses = dict["Position", tuple[str, ...]]
"""Sentences that name each variable of a value and what sets it, by the value's place; never its text."""

_ONLY_TEXT = "a variable is text: it stands for no number, true, false, list or mapping"


def noted(
    diagnostics: Iterable[Diagnostic], uses: Mapping[Position, tuple[str, ...]]
) -> Iterator[Diagnostic]:
    """Says of each problem with a value which variables it comes from."""
    for found in diagnostics:
        used = uses.get(found.position) if uses and found.position else None
        if used is None:
            yield found
            continue
        hint = _ONLY_TEXT if found.code == "wrong-type" else found.hint
        yield replace(found, message="; ".join((found.message, *used)), hint=hint)
