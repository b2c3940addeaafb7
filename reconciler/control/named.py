"""Which manifests a saved plan may have us read.

A plan file names paths, and whoever wrote it may not be whoever applies it. What it names is only read and
held against its digests; still, a file that is not of this project could so be opened, and what is wrong with
it be quoted in a log. So a plan names what lies below the current folder or below its own; anything else is
read only where the one who applies it names it too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.model.errors import PlanMismatch, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_named(
    manifests: Sequence[str], plan_file: str, repeated: Sequence[str], *, may_repeat: Sequence[str] = ()
) -> None:
    """Lets a plan name its manifests, or does not; `repeated` are those that the command line names too.

    So does `may_repeat`, where naming what need not be named is no mistake.

    Raises:
        PlanMismatch: it names what is not of this project, and nobody else does.
        UsageError: the command line names what need not be named.
    """
    if any(not _possible(path) for path in manifests):
        raise PlanMismatch("the plan names a manifest by what cannot be the name of a file")
    own = Path(plan_file).absolute().parent
    folders = (Path.cwd(), own) if own.name else (Path.cwd(),)  # below the root lies everything
    outside = {_place(path): path for path in manifests if not _below(path, folders)}
    given = {_place(path) for path in repeated}
    if given - outside.keys():
        raise UsageError("a saved plan is applied alone: it names its manifests itself")
    given |= {_place(path) for path in may_repeat}
    missing = [path for place, path in outside.items() if place not in given]
    if missing:
        raise PlanMismatch(
            "the plan names files that lie neither below this folder nor below its own; nothing was read",
            hint="if they are meant, name them after the plan: reconciler apply FILE PATH... --var-file FILE",
            details=tuple(missing),
        )


def _possible(path: str) -> bool:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return bool(path) and path.isprintable()


def _below(path: str, folders: Sequence[Path]) -> bool:
    """A link below a folder is the project's own; `..` behind a link is not what it looks like."""
    place = _place(path) if ".." in Path(path).parts else Path(path).absolute()
    return any(place.is_relative_to(base) for folder in folders for base in (folder, folder.resolve()))


def _place(path: str) -> Path:
    return Path(path).resolve()
