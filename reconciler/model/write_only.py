"""Write-only inputs: what a create sends and the API never shows back, skills and domain secrets.

They cannot be compared with what is live, so a stamp in the live name stands for them (`model.stamp`). The
value of a secret is in no text that this program makes: it is kept in a `Secret`, which shows nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import ClassVar, NoReturn

from msgspec import Struct

from reconciler.model.diagnostics import Position
from reconciler.model.redacted import Redacted

SKILLS = "skills"
SECRETS = "network_policy.domain_secrets"
WRITE_ONLY = (SKILLS, SECRETS)
"""The fields of plans that no live row has."""

LATEST = "latest"

SHOWN_DIGEST = 12
"""Hex digits of a skill's digest that a plan shows."""


_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Secret:
    """A value that nobody is shown: not by `repr`, `str` or a format, in no traceback, by no serialiser."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the request that sends it and for what looks for it in texts."""
        return self._value

    def __repr__(self) -> str:
        return "[secret]"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(Secret)  # of many values one bucket: a hash would be something to guess by

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


class FromVariable(Struct, frozen=True):
    """A value that stands in an environment variable."""

    variable: str

    @property
    def written(self) -> str:
        """As a manifest writes it."""
        return f"env {self.variable}"


class FromFile(Struct, frozen=True):
    """A value that stands in a file: `declared` as the manifest writes it, `path` from the current folder."""

    declared: str
    path: str

    @property
    def written(self) -> str:
        """As a manifest writes it."""
        return f"file {self.declared}"


ValueFrom = FromVariable | FromFile


class DomainSecret(Redacted, frozen=True):
    """A secret that is sent in the stead of `$NAME` to one domain.

    `version` counts rotations where the manifest gives it. `keyed` is an HMAC of the value, None where there
    is no key for it or the version says it all. `value` is None until somebody needed it.
    """

    told: ClassVar[tuple[str, ...]] = ("domain", "name", "value_from", "position", "version", "keyed")
    domain: str
    name: str
    value_from: ValueFrom
    position: Position
    version: int | None = None
    keyed: str | None = None
    value: Secret | None = None

    @property
    def binding(self) -> str:
        """Which secret, for whom: what a reviewer is shown."""
        return f"{self.name} for {self.domain}"

    @property
    def shown(self) -> str:
        """The binding with what a plan may tell of its value."""
        return self.binding if self.version is None else f"{self.binding} (version {self.version})"


class SkillReference(Struct, frozen=True):
    """A skill that the account has; without a `version` the server takes the skill's default one."""

    skill_id: str
    version: str | None = None

    @property
    def label(self) -> str:
        """What tells it from the other skills of its container."""
        return self.skill_id

    @property
    def shown(self) -> str:
        """As plans show it."""
        which = {None: "default version", LATEST: "latest version"}.get(self.version)
        return f"{self.skill_id} ({which or f'version {self.version}'})"


class SkillFile(Struct, frozen=True):
    """A file of an inline skill: its `path` within the skill, and where it lies from the current folder.

    `sha256` is lower-case hex, None while nobody has read it.
    """

    path: str
    source: str
    bytes: int
    sha256: str | None = None


class InlineSkill(Struct, frozen=True):
    """A skill that is sent along as a zip of a folder; `files` are sorted by path, `source` as declared."""

    name: str
    description: str
    source: str
    files: tuple[SkillFile, ...]
    position: Position

    @property
    def label(self) -> str:
        """What tells it from the other skills of its container."""
        return self.name

    @property
    def folder(self) -> str:
        """The one folder at the top of its zip, made of its name."""
        return _UNSAFE.sub("-", self.name).strip(".")[:100] or "skill"

    @property
    def bytes(self) -> int:
        """Bytes of its files together."""
        return sum(file.bytes for file in self.files)

    @property
    def contents(self) -> str:
        """Digest of what is in it, in hex, however it is packed; part of the rules of `model.stamp`.

        Raises:
            ValueError: nobody has read its files.
        """
        if any(file.sha256 is None for file in self.files):
            message = f"the files of the skill {self.name!r} were not read"
            raise ValueError(message)
        listed = sorted([file.path, file.sha256] for file in self.files)
        return hashlib.sha256(canonical(listed).encode()).hexdigest()

    @property
    def shown(self) -> str:
        """As plans show it."""
        files = "1 file" if len(self.files) == 1 else f"{len(self.files)} files"
        return f"{self.name} (inline, {files}, {self.contents[:SHOWN_DIGEST]})"


Skill = SkillReference | InlineSkill


class WriteOnly(Struct, frozen=True, gc=False):
    """The write-only inputs of a container, in an order of their own whatever the manifest's."""

    skills: tuple[Skill, ...] = ()
    secrets: tuple[DomainSecret, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.skills or self.secrets)


NOTHING_WRITTEN = WriteOnly()


def canonical(value: object) -> str:
    """JSON as digests are made of it; frozen, since live names carry what came of it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)
