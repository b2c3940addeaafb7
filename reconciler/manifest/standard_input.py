"""The path `-`: a manifest from standard input, as if it lay in a folder that `--base` names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.manifest import paths
from reconciler.manifest.given import STANDARD_INPUT
from reconciler.manifest.text import MAX_BYTES, decode
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from reconciler.model.diagnostics import Diagnostic

_NAME = "<stdin>"
_PLAN = re.compile(rb'\s*\{\s*"kind"\s*:\s*"reconciler/plan"')


def standard_input_name(base: str | None) -> str:
    """The name that diagnostics use; it lies in the folder that sources are relative to."""
    return _NAME if base is None else paths.join(base, _NAME)


def read_standard_input(stdin: BinaryIO | None, name: str) -> str | Diagnostic:
    """The text, or what is wrong with it.

    Raises:
        UsageError: there is nothing to read from, or it is a saved plan.
    """
    if stdin is None:
        raise UsageError("cannot read a manifest from standard input: it is closed")
    try:
        raw = stdin.read(MAX_BYTES + 1)
    except OSError as problem:
        raise UsageError(f"cannot read a manifest from standard input: {problem.strerror}") from problem
    if _PLAN.match(raw):
        raise UsageError(
            "standard input holds a saved plan, and - is for manifests",
            hint="`apply` and `show` take a saved plan by the name of its file",
        )
    return decode(name, raw)


def check_standard_input(manifests: Sequence[str], base: str | None) -> None:
    """Refuses what cannot be meant about standard input.

    Raises:
        UsageError: it is named twice, or a folder is given for it that is none or without it.
    """
    if manifests.count(STANDARD_INPUT) > 1:
        raise UsageError("- stands for standard input, which can be read once")
    if base is None:
        return
    if STANDARD_INPUT not in manifests:
        raise UsageError(
            "--base is the folder of a manifest from standard input, and none is read",
            hint="name it as -, or leave --base out: sources are relative to the manifest that names them",
        )
    if not paths.is_folder(base):
        raise UsageError(f"--base {base}: no such folder")
