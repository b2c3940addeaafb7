"""`reconciler explain`: a code in plain words, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.errors import UsageError
from reconciler.model.result import Result

if TYPE_CHECKING:
    import argparse

    from reconciler.cli.console import Console

EXIT_CODES = "exit-codes"


def explain(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler explain`.

    Raises:
        UsageError: there is no such code.
    """
    from reconciler import explain as texts  # noqa: PLC0415 - one command needs them

    del console
    if options.code is None:
        return Result("explain", explained=(*texts.every(), *texts.exit_codes()))
    if options.code == EXIT_CODES:
        return Result("explain", explained=texts.exit_codes())
    found = texts.explanations(options.code)
    if not found:
        near = texts.nearest_code(options.code)
        hint = f"did you mean {near}?" if near else "`reconciler explain` without a code lists all of them"
        raise UsageError(f"there is no code {options.code}", hint=hint)
    return Result("explain", explained=found)
