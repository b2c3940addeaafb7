"""Values that may hold a secret, of which a repr shows only what is named."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct


class Reticent:
    """Inherited by a struct whose repr, and with it any traceback or log, shows only the fields in `told`."""

    __slots__ = ()
    told: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        """As it may be read over a shoulder."""
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.told)
        return f"{type(self).__name__}({fields})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The same for rich, which would show all fields of a struct, in the locals of a traceback, too."""
        return [(name, getattr(self, name)) for name in self.told]


class Redacted(Reticent, Struct, frozen=True):
    """A value of that kind."""
