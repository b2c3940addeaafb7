"""Who may ask: a bearer token for the API, a key of its own for the control tree."""

from collections.abc import Sequence
from secrets import compare_digest

from reconciler.emulator.http.request import Request
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import errors

CONTROL_HEADER = b"x-emulator-key"


def check_api_key(request: Request, settings: Settings) -> str:
    """The key of a request.

    Raises:
        ApiError: 401 ``invalid_api_key``.
    """
    key = _bearer_token(request)
    if not key and settings.accept_api_key_header:
        key = request.header(b"api-key") or ""
    if not key:
        raise errors.unauthorized(
            "You didn't provide an API key. You need to provide your API key in an Authorization header "
            "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
        )
    if settings.api_keys and not is_one_of(key, (*settings.api_keys, *settings.admin_keys)):
        raise errors.unauthorized(f"Incorrect API key provided: {_masked(key)}.")
    return key


def check_control_key(request: Request, control_key: str) -> None:
    """Refuse a control request without the control key.

    Raises:
        ApiError: 401 ``invalid_api_key``.
    """
    if not is_one_of(request.header(CONTROL_HEADER) or "", [control_key]):
        raise errors.unauthorized("The emulator's control key is missing or wrong (header X-Emulator-Key).")


def _bearer_token(request: Request) -> str:
    scheme, _, token = (request.header(b"authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_one_of(key: str, accepted: Sequence[str]) -> bool:
    """Compare without telling by the time it takes how much of a key was right."""
    return any(compare_digest(key.encode(), candidate.encode()) for candidate in accepted)


def _masked(key: str) -> str:
    return f"{key[:3]}***{key[-2:]}" if len(key) > 8 else "***"  # noqa: PLR2004 - shorter ones would be told whole
