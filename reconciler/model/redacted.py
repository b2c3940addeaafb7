"""Values that may hold a secret, of which a repr shows only what is named."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class Redacted(Struct, frozen=True):
    """A value whose repr, and with it any traceback or log, shows only the fields in `told`."""

    told: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        """As it may be read over a shoulder."""
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.told)
        return f"{type(self).__name__}({fields})"
