"""Workflow commands: one line each, and nothing in a name or a text that begins another one."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.errors import UsageError
from reconciler.model.result import Result
from reconciler.render.github import github_lines


def lines(*found: Diagnostic, most: int | None = None) -> list[str]:
    return list(github_lines(Result("validate", diagnostics=found), most))


ERROR = Diagnostic(Severity.ERROR, "quote-it", "100 %, really", Position("./a.yaml", 3, 5), "quote it")
NOTE = Diagnostic(Severity.NOTE, "short-lived", "m")


def test_a_problem_is_a_command_with_its_place() -> None:
    assert lines(ERROR, NOTE) == [
        "::error file=a.yaml,line=3,col=5,title=quote-it::100 %25, really%0Ahint: quote it",
        "::notice title=short-lived::m",
    ]


def test_a_command_that_failed_says_so() -> None:
    failed = Result("validate", error=UsageError("no\nfile", hint="look"))
    assert list(github_lines(failed)) == ["::error title=usage::no\\nfile%0Ahint: look"]


def test_what_is_left_out_is_counted() -> None:
    assert lines(NOTE, ERROR, most=1)[1:] == ["::notice::1 more not listed"]


def test_hostile_names_end_no_property_and_begin_no_command() -> None:
    hostile = "a,line=1::b\n::set-output name=x::y\r%0A\x1b[31m.yaml"
    (line,) = lines(Diagnostic(Severity.WARNING, "x", hostile, Position(hostile, 1, 1), hostile))
    assert line == (
        "::warning file=a%2Cline=1%3A%3Ab%0A%3A%3Aset-output name=x%3A%3Ay%0D%250A\\x1b[31m.yaml,"
        "line=1,col=1,title=x::a,line=1::b\\n::set-output name=x::y\\r%250A\\x1b[31m.yaml%0A"
        "hint: a,line=1::b\\n::set-output name=x::y\\r%250A\\x1b[31m.yaml"
    )


@given(text=st.text(max_size=60))
def test_whatever_stands_there_it_is_one_command_of_the_place(text: str) -> None:
    (line,) = lines(Diagnostic(Severity.WARNING, "x", text, Position(text, 7, 9)))
    assert line.isprintable()
    found = re.match(r"::warning file=([^,:]*),line=7,col=9,title=x::", line)
    assert found is not None
