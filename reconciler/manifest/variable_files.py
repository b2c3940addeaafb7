"""Files that set variables: one flat mapping of names to text, read by the rules of manifests.

What stands in them may be a secret, so no message repeats a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest import variables
from reconciler.manifest.findings import error, found
from reconciler.manifest.scalars import is_scalar
from reconciler.manifest.text import read
from reconciler.manifest.values import BROKEN, position
from reconciler.manifest.walk import Walk
from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Position


class VariableFile:
    """One file: what it sets, and what is wrong with it."""

    def __init__(self, path: str) -> None:
        self.problems: list[Diagnostic] = []
        self.set: dict[str, Node] = {}
        """Names with their values, also with those that are refused."""
        self._document: Node | None = None
        text = read(path)
        if isinstance(text, Diagnostic):
            self.problems.append(text)
            return
        walk = Walk(path, text, sets_variables=True)
        documents = list(walk.documents())
        self.problems += walk.problems
        if walk.whole:
            self.problems += _number_problems(path, documents)
        for document in documents[:1]:
            self._document = document
            self.set = dict(document.children())
            self.problems += _problems(document)

    def position_of(self, name: str) -> Position | None:
        """Where a name stands."""
        return self._document.key_position(name) if self._document else None


def _number_problems(path: str, documents: list[Node]) -> Iterator[Diagnostic]:
    if not documents:
        message = f"no variable in {path}: the file holds no document"
        yield error("wrong-type", message, position(path, 0), "write {} for none")
    for document in documents[1:]:
        yield error("wrong-type", "expected one document, found another", document.position)


def _problems(document: Node) -> Iterator[Diagnostic]:
    if not isinstance(document.value, dict):
        if document.value is not BROKEN:
            message = f"expected a mapping of variables to text, found {found(document.value, secret=True)}"
            yield error("wrong-type", message, document.position, "for example  region: us")
        return
    for _, node in document.children():
        yield from _value_problems(node)


def _value_problems(node: Node) -> Iterator[Diagnostic]:
    if isinstance(node.value, str):
        if problem := variables.nested(node.value):
            yield error(problem.code, problem.message, node.position, problem.hint)
    elif node.value is not BROKEN:
        message = f"expected text, found {found(node.value, secret=True)}"
        quotable = is_scalar(node.value)
        yield error(
            "quote-it" if quotable else "wrong-type", message, node.position, "quote it" if quotable else None
        )
