"""What variables were set by, for whoever reviews a plan; a plan has no values to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.inputs import Inputs


def inputs_lines(inputs: Inputs) -> Iterator[str]:
    """One line that names all of it; none where nothing was given."""
    given = [
        *(f"--var {safe(name)}" for name in inputs.options),
        *(f"--var-file {safe(name)}" for name in inputs.files),
        *(f"RECONCILER_VAR_{safe(name)}" for name in inputs.environment),
        *((f"--base {safe(inputs.base)}",) if inputs.base is not None else ()),
    ]
    if given:
        yield f"Given: {', '.join(given)}"
