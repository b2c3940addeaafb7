"""The direction of a change: does it open the network, or raise the price?

It is told by the fields of the change, so a plan file cannot hide it by leaving the flag out: whoever reads
one tells it anew. What the fields do not tell is in `Change.unseen`: a replace whose old container does not
show its policy may open the network, and nobody can rule it out.

A create opens whatever its allowlist names, since nothing stood there before, and costs what it costs. What
is narrower, equal or cheaper is no flag, and neither is what is skipped: it does not happen.

A secret that is bound to a domain opens the network, too: what runs in the container can act there in its
name. No server shows what an old container had, so each binding counts wherever the stamp is another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.model.domains import covers
from reconciler.model.fields import DOMAINS, MEMORY, NETWORK_TYPE
from reconciler.model.plan import Action, Flag
from reconciler.model.spec import ALLOWLIST
from reconciler.model.write_only import SECRETS

if TYPE_CHECKING:
    from reconciler.model.plan import Change, FieldChange, FieldValue

_GIGABYTES = re.compile(r"([0-9]{1,6})g")

BEYOND_MAX_COST = "beyond-max-cost"
PRICES_UNKNOWN = "prices-unknown"
COST_REFUSALS = frozenset({BEYOND_MAX_COST, PRICES_UNKNOWN})
"""Codes of the diagnostics with which a plan is not applied under `--max-cost`."""


def flags_of(change: Change) -> tuple[Flag, ...]:
    """What a reviewer must see, in the order of `Flag`."""
    if change.action not in (Action.CREATE, Action.REPLACE):
        return ()
    told = told_by_fields(change)
    return tuple(flag for flag in Flag if flag in told or flag in change.unseen)


def told_by_fields(change: Change) -> frozenset[Flag]:
    """The flags that follow from what the change holds itself."""
    if change.action not in (Action.CREATE, Action.REPLACE):
        return frozenset()
    told = set()
    if opens(change):
        told.add(Flag.EGRESS)
    if change.action is Action.CREATE or _grows(_field(change, MEMORY)):
        told.add(Flag.COST)
    return frozenset(told)


def opens(change: Change) -> bool:
    """Its fields let the container reach more than before."""
    return bool(new_domains(change) or new_bindings(change)) or _allows_what_it_does_not_say(change)


def new_domains(change: Change) -> tuple[str, ...]:
    """The domains that can be reached after the change and could not before."""
    field = _field(change, DOMAINS)
    if field is None:
        return ()
    before = _texts(field.before)
    return tuple(domain for domain in _texts(field.after) if not any(covers(old, domain) for old in before))


def new_bindings(change: Change) -> tuple[str, ...]:
    """The secrets that are bound to a domain after the change, as far as is known not before."""
    field = _field(change, SECRETS)
    return (
        () if field is None else tuple(one for one in _texts(field.after) if one not in _texts(field.before))
    )


def larger(size: str | None, than: str | None) -> bool:
    """One memory limit is beyond another; where a size cannot be read, nobody can rule that out."""
    if size == than:
        return False
    after, before = _gigabytes(size), _gigabytes(than)
    return after is None or before is None or after > before


def _allows_what_it_does_not_say(change: Change) -> bool:
    """An allowlist begins, and the plan does not name its domains: never made by us, so all the worse."""
    began = _field(change, NETWORK_TYPE)
    return began is not None and began.after == ALLOWLIST and _field(change, DOMAINS) is None


def _grows(field: FieldChange | None) -> bool:
    return field is not None and larger(_text(field.after), _text(field.before))


def _gigabytes(size: str | None) -> int | None:
    found = _GIGABYTES.fullmatch(size or "")
    return int(found[1]) if found else None


def _field(change: Change, path: str) -> FieldChange | None:
    return next((field for field in change.fields if field.path == path), None)


def _text(value: FieldValue) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: FieldValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
