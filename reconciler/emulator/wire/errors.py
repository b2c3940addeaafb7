"""Refusals in the API's error envelope.

The sentences and codes are those of the API reference where it has them, those observed by users where they
reported them, and those of sibling endpoints of the same API otherwise.
"""

from collections.abc import Sequence
from typing import Any

from reconciler.emulator.settings import ErrorEnvelope

Header = tuple[bytes, bytes]

_UPSTREAM = frozenset({401, 404, 500})
"""What a gateway passes on in the API's words."""


class ApiError(Exception):
    """A request that is answered by an error.

    Attributes:
        status: The HTTP status.
        headers: What the answer carries besides the usual headers.
        envelope: ``{"error": {"message", "type", "param", "code"}}``, all four always present.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
        headers: Sequence[Header] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = tuple(headers)
        self.envelope: dict[str, Any] = {
            "error": {"message": message, "type": kind, "param": param, "code": code}
        }

    def shown(self, form: ErrorEnvelope) -> dict[str, Any]:
        """The body of the answer."""
        error = self.envelope["error"]
        if form == "azure":
            return {"error": {key: error[key] for key in ("code", "message", "param")} | {"details": []}}
        if form == "detail" and self.status not in _UPSTREAM:
            return {"detail": error["message"]}
        return self.envelope


def unreadable(message: str) -> ApiError:
    """400: the request is not well-formed."""
    return ApiError(400, message)


def unauthorized(message: str) -> ApiError:
    """401 ``invalid_api_key``."""
    return ApiError(
        401, message, code="invalid_api_key", headers=[(b"www-authenticate", b'Bearer realm="OpenAI API"')]
    )


def invalid_url(method: str, path: str) -> ApiError:
    """404: no such path."""
    return ApiError(404, f"Invalid URL ({method} {path})")


def method_not_allowed(method: str, path: str, allowed: str) -> ApiError:
    """405, with the methods that are allowed."""
    return ApiError(
        405,
        f"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)",
        code="method_not_supported",
        headers=[(b"allow", allowed.encode())],
    )


def unsupported_content_type(content_type: str | None, expected: str) -> ApiError:
    """400 for a body of another type than ``expected``."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return ApiError(
        400,
        f"Unsupported content type: '{kind}'. This API method only accepts '{expected}' requests, but you "
        f"specified the header 'Content-Type: {content_type or ''}'. Please try again with a supported "
        "content type.",
        code="unsupported_content_type",
    )


def body_too_large(limit: int) -> ApiError:
    """413, with the limit in bytes."""
    return ApiError(413, f"Maximum content size limit ({limit}) exceeded.", code="request_too_large")


def container_not_found(container_id: str) -> ApiError:
    """404, as observed by users."""
    return ApiError(404, f"Container with id '{container_id}' not found.")


def file_not_found(file_id: str, container_id: str) -> ApiError:
    """404, as observed by users."""
    return ApiError(404, f"File {file_id} not found on container {container_id}.")


def unknown_file_reference(file_id: str, param: str | None = "id") -> ApiError:
    """404 for an id of the Files API that names nothing, in that API's words."""
    return ApiError(404, f"No such File object: {file_id}", param=param)


def skill_not_found(skill_id: str) -> ApiError:
    """404 for a skill."""
    return ApiError(404, f"Skill with id '{skill_id}' not found.")


def skill_version_not_found(version: str, skill_id: str) -> ApiError:
    """404 for a version of a skill."""
    return ApiError(404, f"Version '{version}' not found on skill '{skill_id}'.")


def internal_error(request_id: str) -> ApiError:
    """500 ``server_error``, in the words users reported."""
    return ApiError(
        500,
        "The server had an error while processing your request. Sorry about that! Please retry, or look up "
        f"request {request_id} in the emulator's own log.",
        kind="server_error",
        code="server_error",
    )


def unknown_parameter(param: str) -> ApiError:
    """400 for a key that is not of the request."""
    return ApiError(400, f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")


def missing_parameter(param: str) -> ApiError:
    """400 for a key that is required."""
    return ApiError(
        400, f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
    )


def invalid_type(param: str | None, expected: str, value: Any) -> ApiError:
    """400 for a value of another type than ``expected``, which reads like ``a string``."""
    where = "the request body" if param is None else f"'{param}'"
    message = f"Invalid type for {where}: expected {expected}, but got {describe(value)} instead."
    return ApiError(400, message, param=param, code="invalid_type")


def invalid_value(param: str, value: str, choices: Sequence[str]) -> ApiError:
    """400 for a string outside an enumeration."""
    listed = ", ".join(f"'{choice}'" for choice in choices)
    message = f"Invalid value: '{value}'. Supported values are: {listed}."
    return ApiError(400, message, param=param, code="invalid_value")


def duplicate_parameter(param: str) -> ApiError:
    """400 for what was given twice, as nobody could say which was meant."""
    return ApiError(400, f"Duplicate parameter: '{param}'.", param=param, code="duplicate_parameter")


def not_text(param: str) -> ApiError:
    """400 for bytes that are no UTF-8."""
    return ApiError(400, f"Invalid '{param}': not valid UTF-8.", param=param, code="invalid_value")


def too_many(param: str, most: int) -> ApiError:
    """400 for more than ``most`` items."""
    return out_of_bounds(
        param, "too many items", f"at most {most}", "more than that", "array_above_max_length"
    )


def invalid_bundle(param: str, why: str) -> ApiError:
    """400 for a skill bundle that is none; ``why`` is a clause about it."""
    return ApiError(
        400, f"Invalid '{param}': not a skill bundle, as {why}.", param=param, code="invalid_value"
    )


def out_of_bounds(param: str, what: str, bound: str, got: str, code: str) -> ApiError:
    """400 for a number, string or array beyond a limit of the spec."""
    return ApiError(
        400, f"Invalid '{param}': {what}. Expected {bound}, but got {got} instead.", param=param, code=code
    )


def describe(value: Any) -> str:
    """A JSON value's type in words, as the API names it in its refusals."""
    if value is None:
        return "null"
    words: dict[type, str] = {
        bool: "a boolean",
        int: "an integer",
        float: "a decimal number",
        str: "a string",
        list: "an array",
    }
    return words.get(type(value), "an object")
