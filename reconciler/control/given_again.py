"""What a saved plan was given from outside is given again: plans hold names, and never what they stand for.

Files of variables are found like manifests. What only the one who planned can know (the text of `--var`, an
environment variable, standard input) is asked for; that it is the same is told by the digests of what is
declared, as a changed manifest is.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.control.named import check_named
from reconciler.manifest.given import ENVIRONMENT, STANDARD_INPUT
from reconciler.manifest.variables import is_name
from reconciler.model.errors import PlanMismatch, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.manifest.given import Given
    from reconciler.model.plan import Plan


class NotGivenAgain(PlanMismatch):
    """A saved plan was made with something that is not there now; `details` say what."""

    code = "not-given-again"


def given_again(approved: Plan, plan_file: str, given: Given, repeated: Sequence[str]) -> Given:
    """What the manifests of a plan are given; `repeated` are those that the command line names too.

    Raises:
        PlanMismatch: it names files that are not of this project, and nobody else does; it names variables
            by what is no name; or (`NotGivenAgain`) it was made with what is not given now.
        UsageError: the command line gives what the plan was made without.
    """
    wanted = approved.inputs
    manifests = [path for path in approved.manifests if path != STANDARD_INPUT]
    spare = [path for path in repeated if path != STANDARD_INPUT]
    if STANDARD_INPUT in repeated and STANDARD_INPUT not in approved.manifests:
        raise UsageError("the saved plan was made without standard input")
    if others := set(given.files) - set(wanted.files):
        raise UsageError(f"--var-file {min(others)}: a saved plan names its files of variables itself")
    check_named(manifests, plan_file, spare)
    check_named(wanted.files, plan_file, [], may_repeat=given.files)
    return given_for(approved, given, plan_file, repeated)


def given_for(
    approved: Plan, given: Given, plan_file: str | None = None, repeated: Sequence[str] = ()
) -> Given:
    """The same where the files that a plan names may be read; `plan_file` is for the hint.

    Raises:
        PlanMismatch: it names variables by what is no name; or (`NotGivenAgain`) it was made with what is not
            given now.
    """
    wanted = approved.inputs
    if not all(map(is_name, (*wanted.options, *wanted.environment))):  # they end up in a command to copy
        raise PlanMismatch("the plan names a variable by what cannot be the name of one")
    missing = tuple(_missing(approved, given, repeated))
    if missing:
        command = f": {_command(plan_file, given, missing, repeated)}" if plan_file else ""
        raise NotGivenAgain(
            f"the saved plan was made with {_words(missing)}; nothing was changed",
            hint=f"give it again, a plan holds no values{command}",
        )
    return replace(given, files=wanted.files)


def _missing(approved: Plan, given: Given, repeated: Sequence[str]) -> Iterator[str]:
    options = dict(given.variables)
    if STANDARD_INPUT in approved.manifests and STANDARD_INPUT not in repeated:
        yield STANDARD_INPUT
    for name in approved.inputs.options:
        if name not in options:
            yield f"--var {name}=..."
    if approved.inputs.base is not None and given.base is None:
        yield f"--base {quote(approved.inputs.base)}"
    for name in approved.inputs.environment:
        if name not in options and ENVIRONMENT + name not in given.environment:
            yield f"{ENVIRONMENT}{name}=..."


def _words(missing: Sequence[str]) -> str:
    said = ["- (standard input)" if word == STANDARD_INPUT else word for word in missing]
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def _command(plan_file: str, given: Given, missing: Sequence[str], repeated: Sequence[str]) -> str:
    """The whole command: what is given now, the text of variables left out, and what is missing."""
    before = [word for word in missing if word.startswith(ENVIRONMENT)]
    after = [word for word in missing if not word.startswith(ENVIRONMENT)]
    paths = dict.fromkeys((*repeated, *(word for word in after if word == STANDARD_INPUT)))
    now = [f"--var {quote(f'{name}=...')}" for name in dict(given.variables)]
    now += [f"--var-file {quote(path)}" for path in dict.fromkeys(given.files)]
    if given.base is not None:
        now.append(f"--base {quote(given.base)}")
    words = (*map(quote, (plan_file, *paths)), *now, *(word for word in after if word != STANDARD_INPUT))
    return " ".join([*before, "reconciler apply", *words])
