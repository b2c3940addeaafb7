"""The two streams: stdout carries the result and nothing else, everything for the moment goes to stderr."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from reconciler.model.errors import ReconcilerError
from reconciler.render.diagnostics_text import limited_lines
from reconciler.render.escape import safe
from reconciler.render.paint import Paint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TextIO

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.events import Event
    from reconciler.model.plan import Plan

MOST = 50
"""Diagnostics that a person is shown at once."""


class OutputClosed(ReconcilerError):
    """Stdout cannot be written: its reader is gone, or its disk is full."""

    code = "output-closed"


class Console:
    """Writes escaped text; colours each stream only where it is a terminal that wants them.

    `form` is the format of the result, the value of `--format`. `most` is how many diagnostics were asked
    for: 0 for all, None where nobody asked, which is all of them for programs, and `MOST` for people.
    """

    def __init__(
        self, environment: Mapping[str, str], *, colour: bool, form: str, most: int | None = None
    ) -> None:
        self.form = form
        self.most = most
        self.plan_shown = False
        self.warned = False
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")
        wanted = colour and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
        self.paint_out = Paint(wanted and sys.stdout.isatty())
        self.paint_err = Paint(wanted and sys.stderr.isatty())

    @property
    def json(self) -> bool:
        """A program reads the result, so that nothing for people may stand on stdout."""
        return self.form != "text"

    @property
    def interactive(self) -> bool:
        """Somebody can be asked, and sees the question."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def out(self, lines: Iterable[str]) -> None:
        """Writes lines of the result.

        Raises:
            OutputClosed: they cannot be written.
        """
        try:
            for line in lines:
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except OSError as error:
            discard(sys.stdout)
            reason = error.strerror or str(error)
            raise OutputClosed(f"cannot write the result to stdout: {reason}") from error

    def show_plan(self, plan: Plan) -> None:
        """Shows a plan before it is carried out; with JSON on stdout it is for the person at stderr.

        Raises:
            OutputClosed: nobody can see it.
        """
        from reconciler.render.plan_text import plan_lines, warnings  # noqa: PLC0415 - where there is a plan

        self.tell(warnings(plan))
        self.warned = True
        if self.json:
            self.err(*plan_lines(plan, self.paint_err))
            return
        self.out(plan_lines(plan, self.paint_out))
        self.plan_shown = True

    def tell(self, found: Sequence[Diagnostic]) -> None:
        """Writes what is wrong or worth knowing, as much of it as anybody reads."""
        self.err(*limited_lines(found, MOST if self.most is None else self.most or None, self.paint_err))

    def err(self, *lines: str) -> None:
        """Writes lines for the moment; a stderr that nobody reads is no reason to stop."""
        try:
            for line in lines:
                sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
        except OSError:
            discard(sys.stderr)

    def warn(self, text: str) -> None:
        """Writes a warning about this machine, which changes nothing about the result."""
        self.err(f"{self.paint_err('yellow', 'warning:')} {safe(text, 400)}")

    def progress(self, event: Event) -> None:
        """Writes a line about what happens, where there is something to say."""
        from reconciler.render.outcome_text import progress_line  # noqa: PLC0415 - where something happens

        line = progress_line(event, self.paint_err)
        if line is not None:
            self.err(line)

    def ask(self, question: str) -> bool:
        """Asks on the terminal; only `yes` is yes, and so is nothing else: not even the end of input."""
        sys.stderr.write(question)
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            self.err("")
        return answer.strip() == "yes"


def discard(stream: TextIO) -> None:
    """Points a broken stream nowhere, so that closing it at exit does not fail again."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - os.devnull is no path to build on
        os.dup2(nowhere.fileno(), stream.fileno())
