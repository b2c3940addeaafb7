"""Identifiers in the forms the API's own samples show; opaque to clients, telling to a person."""

from secrets import choice, token_hex
from string import ascii_letters, digits


def container_id(created_at: int) -> str:
    """``cntr_``, 8 hex digits of the creation second, 40 random hex digits (the API reference's samples)."""
    return f"cntr_{created_at:08x}{token_hex(20)}"


def container_file_id(created_at: int) -> str:
    """``cfile_``, 8 hex digits of the creation second, 24 random hex digits (the API reference's samples)."""
    return f"cfile_{created_at:08x}{token_hex(12)}"


def request_id() -> str:
    """``req_`` and 32 hex digits, the value of ``x-request-id``."""
    return f"req_{token_hex(16)}"


def file_reference() -> str:
    """``file-`` and 22 letters and digits, the form of an id of the Files API."""
    return "file-" + "".join(choice(ascii_letters + digits) for _ in range(22))
