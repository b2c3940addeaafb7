"""`load`: manifests as a value, offline."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from reconciler.manifest import load as load_paths
from reconciler.manifest.given import Given
from reconciler.manifest.results import Loaded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

Manifests: TypeAlias = "str | PathLike[str] | Sequence[str | PathLike[str]]"
"""Files and folders of manifests, or one of them; all of them are one set."""


def load(manifests: Manifests, *, variables: Mapping[str, str] | None = None) -> Loaded:
    """Reads manifests and checks them offline; local files they name are only looked at.

    Args:
        manifests: files and folders, or one of them.
        variables: text for variables of the manifests; `RECONCILER_VAR_name` of the environment comes after.

    Returns:
        The set, and every problem of it; `desired` is None where any of them is an error.

    Raises:
        UsageError: there is no such path.
    """
    given = Given(variables=tuple((variables or {}).items()), environment=os.environ)
    return load_paths(paths_of(manifests), given)


def loaded_of(manifests: Manifests | Loaded, variables: Mapping[str, str] | None) -> Loaded:
    """The set itself, whichever way it was given."""
    return manifests if isinstance(manifests, Loaded) else load(manifests, variables=variables)


def paths_of(manifests: Manifests) -> list[str]:
    """The paths as texts."""
    if isinstance(manifests, str | os.PathLike):
        return [os.fspath(manifests)]
    return [os.fspath(path) for path in manifests]
