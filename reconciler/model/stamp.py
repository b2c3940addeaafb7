"""The stamp: what a live name tells of inputs that the API never shows back.

A stamp is a version letter and 8 characters of lower-case base32 (RFC 4648), the first 40 bits of a SHA-256
over a canonical text of the inputs. The letter names the rule by which that text is made. A rule is frozen
for ever, since live names carry what it gave: whoever changes what a stamp covers adds a letter, and stamps
with the letters before are still compared by their own rules.

The text is JSON without blanks, ASCII only, of `[skills, secrets]`, both sorted by the text of their items:

- a skill of the account: `["skill_reference", skill_id, version]`, version null where it is left out;
- an inline skill: `["inline", name, description, contents]`, contents being the SHA-256 (hex) of the JSON of
  `[[path, sha256 of the file], ...]`, sorted by path. Not of the zip: how it is packed must never matter;
- a secret: `[domain in lower case, name, mark]`.

The letters say what the mark of a secret is, and so which of them is written:

- `a`: the secret's version, or null. Its value is not covered: without a version, another value is not seen.
- `b`: the secret's version, or else the HMAC-SHA256 (hex) of the JSON of `[domain in lower case, name,
  value]` under RECONCILER_STAMP_KEY. Written where there is a key and a secret without a version.

A value is never in a text that is hashed without a key: 40 bits in everybody's sight are enough to try all
likely values against. Where a stamp has the letter `b` and there is no key, nobody can tell whether it
differs; the same where it has `a` and there is a key by now, as long as all else is equal: the stamp does not
say which value the container was given. Neither replaces anything. Where a rule is not known, a later version
made the stamp, and it counts as another: that version compares ours by our rule, so it ends at once.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from enum import Enum
from typing import TYPE_CHECKING

from reconciler.model.names import Stamp
from reconciler.model.write_only import InlineSkill, canonical

if TYPE_CHECKING:
    from reconciler.model.write_only import DomainSecret, Secret, Skill, WriteOnly

KEY_VARIABLE = "RECONCILER_STAMP_KEY"

PLAIN = "a"
KEYED = "b"
_BYTES = 5
"""40 bits are 8 characters of base32 without any padding."""


class Verdict(Enum):
    """How a live stamp stands to what is declared.

    `VALUES_UNKNOWN`: all is as declared but for the values of secrets, which it does not tell. `UNREADABLE`:
    it tells nothing without the key that it was made with, not even which skills and secrets there are.
    """

    SAME = "same"
    OTHER = "other"
    VALUES_UNKNOWN = "values-unknown"
    UNREADABLE = "unreadable"


def stamp_of(inputs: WriteOnly) -> Stamp | None:
    """The stamp that a create writes; None for a container without write-only inputs."""
    if not inputs:
        return None
    letter = KEYED if any(secret.keyed is not None for secret in inputs.secrets) else PLAIN
    return Stamp(letter, _digest(inputs, letter))


def compare_stamp(inputs: WriteOnly, live: Stamp | None) -> Verdict:
    """Holds the stamp of a live name against what is declared, by the rule of its own letter."""
    if live is None or not inputs:
        return Verdict.OTHER if inputs or live else Verdict.SAME
    if live.version == KEYED and any(_unmarked(secret) for secret in inputs.secrets):
        return Verdict.UNREADABLE
    if live.version not in (PLAIN, KEYED) or live.digest != _digest(inputs, live.version):
        return Verdict.OTHER
    hidden = live.version == PLAIN and any(secret.keyed is not None for secret in inputs.secrets)
    return Verdict.VALUES_UNKNOWN if hidden else Verdict.SAME


def keyed_mark(key: Secret, domain: str, name: str, value: Secret) -> str:
    """The mark of a secret by rule `b`."""
    text = canonical([domain.lower(), name, value.reveal()])
    return hmac.new(key.reveal().encode(errors="surrogateescape"), text.encode(), hashlib.sha256).hexdigest()


def _unmarked(secret: DomainSecret) -> bool:
    return secret.version is None and secret.keyed is None


def _digest(inputs: WriteOnly, letter: str) -> str:
    skills = sorted(canonical(_skill(skill)) for skill in inputs.skills)
    secrets = sorted(canonical(_secret(secret, letter)) for secret in inputs.secrets)
    text = f"[[{','.join(skills)}],[{','.join(secrets)}]]"
    return b32encode(hashlib.sha256(text.encode()).digest()[:_BYTES]).decode().lower()


def _skill(skill: Skill) -> list[str | None]:
    if isinstance(skill, InlineSkill):
        return ["inline", skill.name, skill.description, skill.contents]
    return ["skill_reference", skill.skill_id, skill.version]


def _secret(secret: DomainSecret, letter: str) -> list[str | int | None]:
    mark = secret.version if secret.version is not None or letter == PLAIN else secret.keyed
    return [secret.domain.lower(), secret.name, mark]


def traces(inputs: WriteOnly) -> dict[str, str]:
    """What is remembered of each input, by what it is called: enough to tell later which one moved.

    Of a secret that is its mark, and so never anything that its value could be guessed by.
    """
    found = {f"the skill {skill.label}": _trace(_skill(skill)) for skill in inputs.skills}
    for secret in inputs.secrets:
        found[f"the secret {secret.binding}"] = _trace(_secret(secret, KEYED))
    return found


def unmarked_traces(inputs: WriteOnly) -> dict[str, str]:
    """The traces that these secrets have, or had, where nothing was known of their values."""
    return {
        f"the secret {secret.binding}": _trace([secret.domain.lower(), secret.name, None])
        for secret in inputs.secrets
    }


def _trace(item: object) -> str:
    return hashlib.sha256(canonical(item).encode()).hexdigest()[:16]
