"""The git commit that manifests lie in: shown with a plan, never planned on.

It is asked of `git` where there is one, and is simply not known where there is none, where it fails or takes
too long. Somebody else's repository must not run anything here. Its configuration can name programs: those
for the file system monitor and for hooks are switched off, nothing is fetched or written, submodules (which
have a configuration of their own) are left out, and where the repository defines a filter, with which `git
status` would read files through a program, nobody is told whether there are changes.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.manifest.given import STANDARD_INPUT
from reconciler.model.plan import Commit

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 5
"""Longest time that git may take for one answer."""

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false")
_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_FOREIGN = re.compile(r"^(?:local|worktree)\s+filter\.", re.MULTILINE)


def commit_of(paths: Sequence[str]) -> Commit | None:
    """The commit of the work tree that holds these manifests; None where there is no single one."""
    if STANDARD_INPUT in paths:  # which lies nowhere
        return None
    folders = {_folder(path) for path in paths}
    roots = {_git(folder, "rev-parse", "--show-toplevel") for folder in folders}
    root = roots.pop() if len(roots) == 1 else None
    if root is None:
        return None
    found = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if found is None or not _ID.fullmatch(found):
        return None
    return Commit(found, _dirty(root, [str(Path(path).resolve()) for path in paths]))


def _folder(path: str) -> str:
    here = Path(path)
    return str(here if here.is_dir() else here.parent)


def _dirty(root: str, paths: list[str]) -> bool | None:
    """Tracked files changed, or beside the manifests lie files that the commit does not have."""
    config = _git(root, "config", "--list", "--show-scope", "--includes", "--name-only")
    if config is None or _FOREIGN.search(config):
        return None
    tracked = _git(root, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
    others = _git(root, "ls-files", "--others", "--", *paths)
    if tracked is None or others is None:
        return None
    return bool(tracked or others)


def _git(folder: str, *arguments: str) -> str | None:
    """What git answers, None where it does not."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, our own words, and paths after `--`
            ["git", *_SAFE, "--literal-pathspecs", *arguments],  # noqa: S607 - the user's git, wherever it is
            cwd=folder,
            env={**_environment(), **_QUIET},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    if done.returncode:
        return None
    return done.stdout.decode(errors="surrogateescape").strip("\n")


def _environment() -> dict[str, str]:
    """Ours, less what points git elsewhere, as it is while a hook runs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
