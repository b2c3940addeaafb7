"""What each variable is set to: by `--var`, a file, the environment or its default, the first that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reconciler.manifest import variables
from reconciler.manifest.findings import Guesses, error, quoted
from reconciler.manifest.given import ENVIRONMENT
from reconciler.manifest.variable_files import VariableFile
from reconciler.model.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.manifest.declarations import Declared
    from reconciler.manifest.given import Given
    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Diagnostic

OPTION = "--var"
NAMED = 20
"""Declared variables that a hint names."""


class Setting(Redacted, frozen=True):
    """The text of a variable and what sets it, in words.

    `text` is None where nothing does; `refused` where what sets it is itself refused, so that no use of it
    needs a word.
    """

    told: ClassVar[tuple[str, ...]] = ("by", "refused")
    text: str | None = None
    by: str = ""
    refused: bool = False


class Settings:
    """The settings of all declared variables."""

    def __init__(self, declared: Mapping[str, Declared], given: Given, *, whole: bool) -> None:
        self._declared = declared
        self._options = dict(given.variables)
        files = [VariableFile(path) for path in given.files]
        self._files: dict[str, Node] = {name: node for file in files for name, node in file.set.items()}
        self._environment = given.environment
        self._whole = whole
        self._read = files
        self.by_name = {name: self._setting(name, declared[name]) for name in declared}

    def problems(self) -> Iterator[Diagnostic]:
        """What is wrong with what was given."""
        for file in self._read:
            yield from file.problems
        yield from self._unreadable()
        if self._whole:  # in a file that cannot be read there may be more declarations
            yield from self._unknown([*self._options], self._read)

    @property
    def by_option(self) -> set[str]:
        """The variables that `--var` sets."""
        return {name for name, setting in self.by_name.items() if setting.by == OPTION}

    @property
    def by_environment(self) -> set[str]:
        """The variables that the environment sets."""
        return {name for name, setting in self.by_name.items() if setting.by == ENVIRONMENT + name}

    def _setting(self, name: str, declared: Declared) -> Setting:
        if name in self._options:
            return _told(self._options[name], OPTION)
        if name in self._files:
            return _written(self._files[name], "")
        if ENVIRONMENT + name in self._environment:
            return _told(self._environment[ENVIRONMENT + name], ENVIRONMENT + name)
        if not declared.sound:
            return Setting(refused=True)
        return Setting() if declared.default is None else _written(declared.default, "its default at ")

    def _unreadable(self) -> Iterator[Diagnostic]:
        """What is given as bytes that are no text."""
        for name, text in self._options.items():
            if not _is_text(text):
                yield error("not-utf-8", f"{OPTION} {name}: expected text in UTF-8", None)
        for name in self._declared:
            if not _is_text(self._environment.get(ENVIRONMENT + name, "")):
                yield error("not-utf-8", f"{ENVIRONMENT}{name}: expected text in UTF-8", None)

    def _unknown(self, options: Sequence[str], files: Sequence[VariableFile]) -> Iterator[Diagnostic]:
        known = frozenset(self._declared)
        guesses, hint = Guesses(), _declared_names(sorted(known))
        for name in options:
            if name not in known:
                message = f"{OPTION} {quoted(name)}: no manifest declares this variable"
                yield error("unknown-variable", message, None, guesses.hint(name, known) or hint)
        for file in files:
            for name in file.set:
                if name not in known:
                    message = f"no manifest declares the variable {quoted(name)}"
                    at = file.position_of(name)
                    yield error("unknown-variable", message, at, guesses.hint(name, known) or hint)


def _declared_names(names: Sequence[str]) -> str:
    if not names:
        return "no manifest declares any variable"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"declared: {', '.join(names[:NAMED])}{more}"


def _told(text: str, by: str) -> Setting:
    return Setting(text, by) if _is_text(text) else Setting(refused=True)


def _written(node: Node, where: str) -> Setting:
    if not isinstance(node.value, str) or variables.nested(node.value):
        return Setting(refused=True)
    return Setting(variables.filled(node.value, str), f"{where}{node.position}")


def _is_text(text: str) -> bool:
    """Tells whether what came from the system was UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
