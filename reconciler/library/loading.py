"""`load`: manifests as a value, offline."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from reconciler.manifest import load as load_paths
from reconciler.manifest.given import Given
from reconciler.manifest.results import Loaded
from reconciler.model.asked import MAX_FILE_SIZE, Reading
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from reconciler.library.options import Options

Manifests: TypeAlias = "str | PathLike[str] | Sequence[str | PathLike[str]]"
"""Files and folders of manifests, or one of them; all of them are one set."""


def load(
    manifests: Manifests,
    *,
    variables: Mapping[str, str] | None = None,
    allow_outside: bool = False,
    max_file_size: int = MAX_FILE_SIZE,
) -> Loaded:
    """Reads manifests and checks them offline; local files they name are only looked at.

    Args:
        manifests: files and folders, or one of them.
        variables: text for variables of the manifests; `RECONCILER_VAR_name` of the environment comes after.
        allow_outside: let them name local files outside of their own folder.
        max_file_size: refuse larger local files, in bytes.

    Returns:
        The set, and every problem of it; `desired` is None where any of them is an error.

    Raises:
        UsageError: there is no such path.
    """
    given = from_here(variables)
    reading = Reading(allow_outside, max_file_size)
    return replace(load_paths(paths_of(manifests), given, reading), reading=reading)


def from_here(variables: Mapping[str, str] | None) -> Given:
    """What variables are set by: these, and the environment."""
    return Given(variables=tuple((variables or {}).items()), environment=os.environ)


def loaded_of(manifests: Manifests | Loaded, variables: Mapping[str, str] | None, options: Options) -> Loaded:
    """The set itself, whichever way it was given.

    Raises:
        UsageError: there is no such path, or what is loaded is to be read once more in another way.
    """
    outside, largest = options.allow_outside, options.max_file_size
    if not isinstance(manifests, Loaded):
        return load(manifests, variables=variables, allow_outside=outside, max_file_size=largest)
    if variables is not None or Reading(outside, largest) not in (Reading(), manifests.reading):
        raise UsageError("variables, allow_outside and max_file_size are said to `load`")
    return manifests


def paths_of(manifests: Manifests) -> list[str]:
    """The paths as texts."""
    if isinstance(manifests, str | os.PathLike):
        return [os.fspath(manifests)]
    return [os.fspath(path) for path in manifests]
