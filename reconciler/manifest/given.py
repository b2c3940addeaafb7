"""What a command line gives to the manifests: text for variables, and what standard input holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import field

from reconciler.model.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

STANDARD_INPUT = "-"
"""The path that means it."""

ENVIRONMENT = "RECONCILER_VAR_"
"""How the names of environment variables begin that set variables."""


class Given(Redacted, frozen=True):
    """What stands outside of the manifests; the text of a variable may be a secret, so no repr shows one.

    `variables` are names with their text, the last one counts; `files` are paths of YAML files with more,
    the last one counts; `environment` is what environment variables hold. `stdin` is what the path `-` reads,
    `base` the folder that sources of such a manifest are relative to, None for the current one.
    """

    told: ClassVar[tuple[str, ...]] = ("files", "stdin", "base")
    variables: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: BinaryIO | None = None
    base: str | None = None
