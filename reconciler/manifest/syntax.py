"""Errors of the YAML parser in our words, with a hint for the mistakes that people make."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from yaml.error import MarkedYAMLError

from reconciler.manifest.findings import Problem, error
from reconciler.manifest.lines import last_place, line_end, place
from reconciler.manifest.values import offset, position

if TYPE_CHECKING:
    from yaml.error import Mark, YAMLError

    from reconciler.manifest.values import Offset
    from reconciler.model.diagnostics import Diagnostic

MAX_DEPTH = 64
"""Levels of mappings and lists in one another."""

TOO_DEEP = Problem("too-deep", f"more than {MAX_DEPTH} levels of nesting")

_PARSER_TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says beyond a thousand levels, from 0.2.6 on: it reads ahead, and so before the walk can."""

MOST_TAGS = 100
"""Lines that begin as directives of tags do. The parser compares each with all before it, for nothing."""

_TAGS = re.compile(r"(?:\A|[\r\n])%TAG")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

_HINTS = {
    "\t": "indent with spaces, a tab cannot stand here",
    "@": "quote text that begins with @",
    "`": "quote text that begins with `",
    "%": "quote text that begins with %",
}


def useless_directive(text: str) -> tuple[Problem, Offset] | None:
    """Refuses more directives of tags than anybody writes, before the parser meets them."""
    if text.count("%TAG") <= MOST_TAGS:
        return None
    one_more = next(islice(_TAGS.finditer(text), MOST_TAGS, None), None)
    if one_more is None:
        return None
    message = f"more than {MOST_TAGS} lines begin with %TAG"
    at = place(text, one_more.end() - len("%TAG"))
    return Problem("yaml-syntax", message, "take them out: no value of a manifest has a tag"), at


def syntax_error(file: str, text: str, problem: YAMLError) -> Diagnostic:
    """The place where the parser gave up, and why."""
    if not isinstance(problem, MarkedYAMLError):
        return error("yaml-syntax", f"not valid YAML: {problem}", position(file, 0))
    mark = problem.problem_mark or problem.context_mark
    if mark is None:
        return error("yaml-syntax", _sentence(problem), position(file, 0))
    if problem.problem == _PARSER_TOO_DEEP:
        return error(TOO_DEEP.code, TOO_DEEP.message, position(file, offset(mark.line, mark.column)))
    line = _line(text, mark)
    if line is None:  # at the end of the file, which is said to be on a line of its own
        return error("yaml-syntax", _sentence(problem), position(file, last_place(text)))
    at = position(file, offset(mark.line, mark.column))
    return error("yaml-syntax", _sentence(problem), at, _hint(line, mark.column))


def _line(text: str, mark: Mark) -> str | None:
    """The line of a mark, without making all the others; None behind the last one."""
    start = mark.index - mark.column
    if start >= len(text) and mark.line:
        return None
    return text[start : line_end(text, start)]


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
