"""The pass that puts text for `${name}`: after YAML was read and before anything is judged.

So what a variable becomes is judged like any other text, at the place of its use; `uses` remembers which
variables stand where, for what is said about such a place. Keys, and the declarations themselves, are left
as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.manifest import variables
from reconciler.manifest.declarations import KEY
from reconciler.manifest.findings import Guesses, error
from reconciler.manifest.given import ENVIRONMENT
from reconciler.manifest.setting import Setting
from reconciler.manifest.text import MAX_BYTES
from reconciler.manifest.values import BROKEN, ListMarks, MappingMarks, Node, offset_of, position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.manifest.uses import Uses
    from reconciler.manifest.values import Mark, Value
    from reconciler.model.diagnostics import Diagnostic, Position

_UNKNOWN = Setting(refused=True)


class Substitution:
    """One pass over the documents of a set; `whole` tells whether all declarations are known."""

    def __init__(self, settings: Mapping[str, Setting], *, whole: bool) -> None:
        self.problems: list[Diagnostic] = []
        self.uses: Uses = {}
        self.used: set[str] = set()
        """The variables that were put in anywhere."""
        self._settings = settings
        self._whole = whole
        self._left = MAX_BYTES
        self._done: dict[int, Value] = {}
        self._file = ""
        self._guesses = Guesses()

    def document(self, node: Node) -> Node:
        """A document with text in the place of references."""
        self._file = node.file
        self._done = {}
        if not isinstance(node.value, dict) or not isinstance(node.mark, MappingMarks):
            return node
        pairs = node.value.items()
        values = {
            key: value if key == KEY else self._value(value, node.mark.values[key]) for key, value in pairs
        }
        return replace(node, value=values)

    def _value(self, value: Value, mark: Mark) -> Value:
        if isinstance(value, str):
            return self._text(value, mark) if "${" in value else value
        if not isinstance(value, dict | list):
            return value
        if id(value) not in self._done:  # an alias stands for the very value of its anchor
            self._done[id(value)] = self._collection(value, mark)
        return self._done[id(value)]

    def _collection(self, value: dict[str, Value] | list[Value], mark: Mark) -> Value:
        if isinstance(value, dict) and isinstance(mark, MappingMarks):
            return {key: self._value(inner, mark.values[key]) for key, inner in value.items()}
        if isinstance(value, list) and isinstance(mark, ListMarks):
            return [self._value(inner, at) for inner, at in zip(value, mark.items, strict=True)]
        return value

    def _text(self, text: str, mark: Mark) -> Value:
        at = position(self._file, offset_of(mark))
        names = variables.references(text)
        problems = list(self._problems_of(names, at))
        self.problems += problems
        known = {name: self._settings.get(name, _UNKNOWN) for name in names if name is not None}
        texts = {name: setting.text for name, setting in known.items() if setting.text is not None}
        if problems or len(texts) < len(set(names)):
            return BROKEN
        self._left -= len(text) + sum(len(texts[name]) for name in names if name is not None)
        if self._left < 0:
            return self._too_large(at)
        self.used |= known.keys()
        if known:
            self.uses[at] = tuple(f"${{{name}}} is set by {setting.by}" for name, setting in known.items())
        return variables.filled(text, texts.__getitem__)

    def _problems_of(self, names: Iterable[str | None], at: Position) -> Iterator[Diagnostic]:
        for name in dict.fromkeys(names):
            if name is None:
                message = "expected ${ and the name of a variable and }, found another ${"
                yield error("invalid-reference", message, at, variables.LITERAL)
            elif name not in self._settings:
                if self._whole:
                    yield self._undeclared(name, at)
            elif self._settings[name].text is None and not self._settings[name].refused:
                hint = f"--var {name}=..., --var-file, {ENVIRONMENT}{name}, or a default"
                yield error("unset-variable", f"nothing sets the variable {name}", at, hint)

    def _undeclared(self, name: str, at: Position) -> Diagnostic:
        near = self._guesses.nearest(name, self._settings)
        hint = f"did you mean {near}?" if near else f"declare it under {KEY}, or {variables.LITERAL}"
        return error("undeclared-variable", f"no manifest declares the variable {name}", at, hint)

    def _too_large(self, at: Position) -> Value:
        if not any(problem.code == "too-large" for problem in self.problems):
            mebibytes = MAX_BYTES // 1024**2
            message = f"more than {mebibytes} MiB of text with variables in it"
            self.problems.append(error("too-large", message, at))
        return BROKEN
