"""Every code that this program prints, in plain words: `reconciler explain CODE`.

One table for each kind of codes, and one rule: a code that the package uses has an entry in one of them, and
an entry is a code that the package uses (tests/meta/test_explanations.py). Who adds a code adds two sentences
to the table it belongs to: what it means, and what to do about it.

The texts are data in modules of their own; nothing imports them but the command that prints them.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from reconciler.explain import errors, files, manifest, plan, reasons, remote, syntax
from reconciler.explain.exits import exit_codes
from reconciler.model.explanations import Explanation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["every", "exit_codes", "explanations", "nearest_code"]

SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Reading YAML": syntax.TABLE,
    "Manifests": manifest.TABLE,
    "Local files": files.TABLE,
    "Plans and policies": plan.TABLE,
    "Reasons of changes": reasons.REASONS,
    "Causes of drift": reasons.CAUSES,
    "Errors that end a command": errors.TABLE,
    "Errors of the API, and of changes": remote.TABLE,
}
"""The tables by what they are about, in the order in which they are listed."""


def every() -> tuple[Explanation, ...]:
    """All of them, section by section, each in alphabetical order."""
    return tuple(
        Explanation(code, section, *table[code])
        for section, table in SECTIONS.items()
        for code in sorted(table)
    )


def explanations(code: str) -> tuple[Explanation, ...]:
    """What a code means, or an exit code by its number; empty where there is no such code.

    Two things may share a code: `file-changed` is a reason of changes, and a problem of a local file.
    """
    return tuple(found for found in (*every(), *exit_codes()) if found.code == code)


def nearest_code(word: str) -> str | None:
    """The code that was probably meant."""
    near = get_close_matches(word.casefold()[:60], [found.code for found in every()], n=1)
    return near[0] if near else None
