"""Every code that the package uses is explained, and every explanation is of a code that it uses.

A code is found where it is given: at a diagnostic, a problem, a failure, on the class of an error, in the
enums of reasons and causes. It is a literal or a constant there; one that is put together at run time could
not be found, and is refused.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import reconciler
from reconciler.explain import every, exit_codes
from reconciler.model.drift import Cause
from reconciler.model.errors import ReconcilerError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.plan import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(reconciler.__file__).parent
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

CARRIERS = {
    # what makes something with a code, and which of its arguments that is
    "Diagnostic": 1,
    "Problem": 0,
    "Failure": 0,
    "Gap": 2,
    "_Unreadable": 0,
    "error": 0,
    "warning": 0,
    "note": 0,
}

ELSEWHERE = {"emulator", "explain"}
"""The emulator speaks the API's codes; the tables themselves prove nothing."""


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.relative_to(PACKAGE).parts[0] not in ELSEWHERE:
            yield file, ast.parse(file.read_text(encoding="utf-8"))


def _constants(trees: list[tuple[Path, ast.Module]]) -> dict[tuple[str, str], str]:
    """Every name of a module that stands for a text, by module and name; imported ones last."""
    found = {}
    for file, tree in trees:
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                    found[_module(file), name] = text
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute(value=value)):
                    found |= {(_module(file), name): text for text in _reason(value)}
    for file, tree in trees:
        for node in tree.body:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (node.module or "", alias.name) in found:
                        found[_module(file), alias.asname or alias.name] = found[
                            node.module or "", alias.name
                        ]
    return found


def _module(file: Path) -> str:
    return ".".join(("reconciler", *file.relative_to(PACKAGE).with_suffix("").parts))


def _reason(node: ast.expr) -> Iterator[str]:
    """The text of `Reason.X`, whose `.value` is a code."""
    match node:
        case ast.Attribute(value=ast.Name(id="Reason"), attr=name):
            yield Reason[name].value


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="findings"), attr=name):
            return name
    return ""


def _given(call: ast.Call) -> ast.expr | None:
    """The argument of a call that is a code."""
    place = CARRIERS.get(_name(call))
    if place is None:
        return None
    for keyword in call.keywords:
        if keyword.arg == "code":
            return keyword.value
    return call.args[place] if len(call.args) > place else None


def used_codes() -> set[str]:
    """Every code of the package."""
    trees = list(_trees())
    constants = _constants(trees)
    found: set[str] = set()
    for file, tree in trees:
        known = {name: text for (module, name), text in constants.items() if module == _module(file)}
        for node in ast.walk(tree):
            code = _given(node) if isinstance(node, ast.Call) else None
            if code is None:
                continue
            for each in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
                match each:
                    case ast.Constant(value=str(text)):
                        found.add(text)
                    case ast.Name(id=name) if name in known:
                        found.add(known[name])
                    case ast.Attribute(attr="code"):
                        pass  # it was given where that was made
                    case ast.Name(id="code") | ast.Call() if file.name in {"findings.py", "plan_json.py"}:
                        pass  # what makes diagnostics, and what reads those of a saved plan
                    case _:
                        pytest.fail(f"{file}:{each.lineno}: a code is a literal or a constant")
    return found | {error.code for error in _errors(ReconcilerError)} | set(Reason) | set(Cause)


def _errors(root: type[ReconcilerError]) -> Iterator[type[ReconcilerError]]:
    for module in pkgutil.walk_packages([str(PACKAGE)], "reconciler."):
        if not module.name.endswith("__main__") and ".emulator" not in module.name:
            importlib.import_module(module.name)
    pending = [root]
    while pending:
        pending += pending[0].__subclasses__()
        yield pending.pop(0)


def test_every_code_is_explained_and_nothing_else() -> None:
    explained = {found.code for found in every()}
    used = used_codes()
    assert used - explained == set(), "add them to a table of reconciler/explain"
    assert explained - used == set(), "nothing uses these any more"


def test_codes_are_kebab_case() -> None:
    assert all(KEBAB.fullmatch(found.code) for found in every())


def test_an_explanation_is_made_of_sentences() -> None:
    for found in (*every(), *exit_codes()):
        for text in (found.means, found.do):
            assert text[0].isupper() or text[0] in "`-", found.code
            assert text.endswith("."), found.code
            assert "  " not in text, found.code


def test_every_exit_code_is_explained() -> None:
    assert [found.code for found in exit_codes()] == [str(int(code)) for code in ExitCode]
