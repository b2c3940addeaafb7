"""Variables of a set from end to end: declared in documents, set from outside, put in where they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.manifest import declarations
from reconciler.manifest.setting import Settings
from reconciler.manifest.substitution import Substitution
from reconciler.model.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from reconciler.manifest.given import Given
    from reconciler.manifest.uses import Uses
    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Diagnostic


class Filled(NamedTuple):
    """Documents as they are meant, what is wrong with variables, which were used and what set them."""

    documents: list[Node]
    problems: list[Diagnostic]
    uses: Uses
    inputs: Inputs


def fill(documents: Sequence[Node], given: Given, mentions: Container[str], *, whole: bool) -> Filled:
    """Puts in what variables stand for.

    Args:
        documents: those of this format.
        given: what sets variables.
        mentions: the files in which a reference may stand; the others are not looked through.
        whole: every file could be read, so that what is not declared is declared nowhere.
    """
    settings = Settings(declarations.declared_in(documents), given, whole=whole)
    substitution = Substitution(settings.by_name, whole=whole)
    meant = [substitution.document(node) if node.file in mentions else node for node in documents]
    problems = [*declarations.problems_of(documents), *settings.problems(), *substitution.problems]
    used = substitution.used
    inputs = Inputs(
        tuple(sorted(used & settings.by_option)),
        given.files,
        tuple(sorted(used & settings.by_environment)),
        given.base,
    )
    return Filled(meant, problems, substitution.uses, inputs)
