"""Errors of the YAML parser in our words, with a hint for the mistakes that people make."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from yaml.error import MarkedYAMLError

from reconciler.manifest.findings import Problem, error
from reconciler.manifest.values import offset, position

if TYPE_CHECKING:
    from yaml.error import YAMLError

    from reconciler.manifest.values import Offset
    from reconciler.model.diagnostics import Diagnostic

MAX_DEPTH = 64
"""Levels of mappings and lists in one another."""

TOO_DEEP = Problem("too-deep", f"more than {MAX_DEPTH} levels of nesting")

_PARSER_TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says beyond a thousand levels, from 0.2.6 on: it reads ahead, and so before the walk can."""

_BREAK = re.compile("\r\n|\r|\n")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

_HINTS = {
    "\t": "indent with spaces, a tab cannot stand here",
    "@": "quote text that begins with @",
    "`": "quote text that begins with `",
    "%": "quote text that begins with %",
}


def syntax_error(file: str, text: str, problem: YAMLError) -> Diagnostic:
    """The place where the parser gave up, and why."""
    if not isinstance(problem, MarkedYAMLError):
        return error("yaml-syntax", f"not valid YAML: {problem}", position(file, 0))
    mark = problem.problem_mark or problem.context_mark
    if mark is None:
        return error("yaml-syntax", _sentence(problem), position(file, 0))
    if problem.problem == _PARSER_TOO_DEEP:
        return error(TOO_DEEP.code, TOO_DEEP.message, position(file, offset(mark.line, mark.column)))
    line = _line(text, mark.line)
    if line is None:  # at the end of the file, which is said to be on a line of its own
        return error("yaml-syntax", _sentence(problem), position(file, _end(text)))
    at = position(file, offset(mark.line, mark.column))
    return error("yaml-syntax", _sentence(problem), at, _hint(line, mark.column))


def _line(text: str, number: int) -> str | None:
    """One line, without making all the others; None behind the last one."""
    starts = chain([0], (found.end() for found in _BREAK.finditer(text)))
    start = next(islice(starts, number, None), len(text))
    if start >= len(text) and number:
        return None
    end = _BREAK.search(text, start)
    return text[start : end.start() if end else len(text)]


def _end(text: str) -> Offset:
    """Behind the last character that is no last line break."""
    line = last = 0
    for found in _BREAK.finditer(text):
        if found.end() < len(text):
            line, last = line + 1, found.end()
    end = _BREAK.search(text, last)
    return offset(line, (end.start() if end else len(text)) - last)


def _sentence(problem: MarkedYAMLError) -> str:
    reason = problem.problem or "the parser gave no reason"
    return f"not valid YAML: {reason}{_circumstance(problem)}"


def _circumstance(problem: MarkedYAMLError) -> str:
    if not problem.context:
        return ""
    here, there = problem.problem_mark, problem.context_mark
    if here is None or there is None or here.line == there.line:
        return f" {problem.context}"
    return f" {problem.context} that begins on line {there.line + 1}"


def _hint(line: str, column: int) -> str | None:
    if _SURROGATE.match(line, max(column - 2, 0)):
        return "write the character itself, or \\U and eight digits: JSON's pairs of \\u are not YAML"
    return _HINTS.get(line[column : column + 1])
