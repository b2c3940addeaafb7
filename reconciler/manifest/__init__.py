"""Manifests: text in, one value out, and every problem with its position on the way.

Nothing is imported here until it is needed: a command that reads no manifest pays nothing, and the
parser and the models of documents are loaded by the first `load`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.manifest.digests import Prints
    from reconciler.manifest.given import Given
    from reconciler.manifest.keeping import Forms
    from reconciler.manifest.results import Fingerprinted, Loaded
    from reconciler.model.asked import Reading
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.model.write_only import DomainSecret, Secret

__all__ = ["Fingerprinted", "Given", "Loaded", "fingerprint", "load", "published", "schema", "with_values"]


def load(
    paths: Sequence[str],
    given: Given | None = None,
    reading: Reading | None = None,
    forms: Forms | None = None,
) -> Loaded:
    """Reads files and folders of manifests as one set, offline; local files are only looked at.

    Args:
        paths: files and folders.
        given: what sets variables; None for nothing.
        reading: what the command line says about reading; None where it says nothing.
        forms: remembers what was loaded before: what did not change need not be parsed and judged again.

    Raises UsageError for a path that does not exist or cannot be read; anything wrong inside the
    manifests is a diagnostic.
    """
    from reconciler.model.asked import Reading  # noqa: PLC0415 - keeps importing this package free

    if forms is not None:
        from reconciler.manifest import keeping  # noqa: PLC0415 - loads the parser where it is needed

        return keeping.load(paths, given, reading or Reading(), forms)
    from reconciler.manifest import loading  # noqa: PLC0415 - the parser is loaded by who needs it

    return loading.load(paths, given, reading or Reading())


def fingerprint(desired: Desired, prints: Prints | None = None) -> Fingerprinted:
    """Fills in size and digest of every local file, reading each once, or not where `prints` knows it."""
    from reconciler.manifest import digests  # noqa: PLC0415 - validate reads no contents

    return digests.fingerprint(desired, prints)


def with_values(
    desired: Desired,
    environment: Mapping[str, str],
    wanted: Callable[[DesiredContainer, DomainSecret], bool],
    key: Secret | None = None,
) -> Fingerprinted:
    """Reads the values of secrets that are wanted; see `secret_values`."""
    from reconciler.manifest import secret_values  # noqa: PLC0415 - few sets have any

    return secret_values.with_values(desired, environment, wanted, key)


def schema() -> dict[str, Any]:
    """The JSON Schema of a manifest document, made from the models that judge one."""
    from reconciler.manifest import json_schema  # noqa: PLC0415 - loads pydantic

    return json_schema.generate()


def published(name: str) -> str:
    """The text of a published schema, such as `manifest.v1.json`."""
    from reconciler.manifest import schema_files  # noqa: PLC0415 - one command needs it

    return schema_files.read(name)


def __getattr__(name: str) -> Any:
    if name in {"Loaded", "Fingerprinted"}:
        from reconciler.manifest import results  # noqa: PLC0415 - keeps importing this package free

        return getattr(results, name)
    if name == "Given":
        from reconciler.manifest import given  # noqa: PLC0415 - as above

        return given.Given
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
