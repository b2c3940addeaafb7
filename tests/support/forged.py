"""Plans as somebody forges them: any contents, with the digest that fits."""

from __future__ import annotations

from typing import Any

from reconciler.model.digest import plan_digest
from reconciler.model.json_values import fields
from reconciler.model.plan_json import _plan


def digest_of(values: dict[str, Any]) -> str:
    """The digest of whatever a plan file says.

    Raises:
        Damaged: it says nothing that could have one.
    """
    return plan_digest(_plan(fields(values)))
