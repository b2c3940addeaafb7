"""A comment that says that a warning is known and meant: `# reconciler: allow CODE -- reason`."""

from __future__ import annotations

from msgspec import Struct

from reconciler.model.diagnostics import Position

Place = tuple[str, int, str]


class Allowance(Struct, frozen=True):
    """One such comment. `line` is the line it is about: its own, or the next one where it stands alone.

    `code` and `reason` are as they were written, empty where they are missing.
    """

    position: Position
    line: int
    code: str
    reason: str

    @property
    def place(self) -> Place:
        """File, line and code of what is allowed."""
        return (self.position.file, self.line, self.code)
