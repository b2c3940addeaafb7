"""What stops a change half-way although the API answered."""

from __future__ import annotations

from reconciler.model.errors import ReconcilerError


class NotAsPlanned(ReconcilerError):
    """What stands there now is not what the plan was made on, or not what the step should have left."""

    code = "not-as-planned"


class NotShownYet(NotAsPlanned):
    """What was just written does not show; a server may need some seconds for that."""


class Interrupted(ReconcilerError):
    """The run was asked to stop; the step before was finished, the next one not begun."""

    code = "interrupted"
