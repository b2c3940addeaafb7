"""What a set of manifests was given from outside, by its names alone, so that it can be asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from reconciler.model.json_values import optional_text, texts

if TYPE_CHECKING:
    from reconciler.model.json_values import Fields


class Inputs(Struct, frozen=True):
    """What set the variables that a set uses; never their text, which may be a secret.

    `options` are the variables that `--var` set and `environment` those that the environment did, sorted;
    `files` are the paths of `--var-file` in their order. `base` is the folder that a manifest from standard
    input is relative to, None for the current one.
    """

    options: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    base: str | None = None

    def __bool__(self) -> bool:
        return self != Inputs()


def inputs_values(inputs: Inputs) -> dict[str, Any]:
    """The same as plain values, as plans have them."""
    return {
        "variables": list(inputs.options),
        "variable_files": list(inputs.files),
        "environment": list(inputs.environment),
        "base": inputs.base,
    }


def read_inputs(values: Fields) -> Inputs:
    """The way back. Raises Damaged for what is not of that shape."""
    return Inputs(
        texts(values["variables"]),
        texts(values["variable_files"]),
        texts(values["environment"]),
        optional_text(values["base"]),
    )
