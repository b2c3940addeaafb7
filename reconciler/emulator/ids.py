"""Identifiers in the forms the API's own samples show; opaque to clients, telling to a person."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
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


def skill_id() -> str:
    """``skill_`` and 48 hex digits."""
    return f"skill_{token_hex(24)}"


def skill_version_id() -> str:
    """``skillver_`` and 48 hex digits."""
    return f"skillver_{token_hex(24)}"


_WRAPPED = f"litellm:custom_llm_provider:openai;model_id:{'0' * 64};container_id:"


def wrapped_id(native: str) -> str:
    """A container id as LiteLLM shows it: ``cntr_`` and the provider, its model and the id in base64."""
    packed = urlsafe_b64encode((_WRAPPED + native).encode()).decode().rstrip("=")
    return f"cntr_{packed}"


def unwrapped_id(shown: str) -> str:
    """The id inside a wrapped one; any other as it is."""
    packed = shown.removeprefix("cntr_")
    if packed == shown or not packed.isascii():
        return shown
    try:
        text = urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (Error, UnicodeDecodeError):
        return shown
    return text.removeprefix(_WRAPPED) if text.startswith(_WRAPPED) else shown
