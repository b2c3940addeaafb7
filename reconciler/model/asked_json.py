"""What the command line asked as JSON, both ways: part of every plan and of its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.model.asked import MAX_FILE_SIZE, Asked, Reading
from reconciler.model.json_values import flag, number, optional_number, texts

if TYPE_CHECKING:
    from reconciler.model.json_values import Fields


def asked_values(asked: Asked) -> dict[str, Any]:
    """What the command line asked, as plain values."""
    return {
        "exclude": list(asked.exclude),
        "replace": list(asked.replace),
        "no_delete": asked.no_delete,
        "allow_deletes": asked.allow_deletes,
        "allow_replaces": asked.allow_replaces,
        **_reading_values(asked.reading),
    }


def read_asked(values: Fields) -> Asked:
    """Reads it back.

    Raises:
        Damaged: a value is of the wrong shape.
    """
    return Asked(
        exclude=texts(values["exclude"]),
        replace=texts(values["replace"]),
        no_delete=flag(values["no_delete"]),
        allow_deletes=optional_number(values["allow_deletes"]),
        allow_replaces=optional_number(values["allow_replaces"]),
        reading=Reading(
            allow_outside=flag(values.get("allow_outside", False)),
            max_file_size=number(values.get("max_file_size", MAX_FILE_SIZE)),
        ),
    )


def _reading_values(reading: Reading) -> dict[str, Any]:
    """What is left at its default is left out: digests are older than these keys."""
    values: dict[str, Any] = {}
    if reading.allow_outside:
        values["allow_outside"] = True
    if reading.max_file_size != MAX_FILE_SIZE:
        values["max_file_size"] = reading.max_file_size
    return values
