"""The OpenAPI document of a server, put together from its settings."""

import re
from functools import lru_cache
from typing import Any

from reconciler.emulator.settings import Settings
from reconciler.emulator.wire.multipart import MULTIPART
from reconciler.emulator.wire.query import Limits
from reconciler.emulator.wire.spec.answers import answer_schemas
from reconciler.emulator.wire.spec.operations import CONTENT_TYPES, OPERATIONS, Operation
from reconciler.emulator.wire.spec.requests import body, request_schemas
from reconciler.emulator.wire.spec.shapes import BINARY, TEXT, one_of, ref

_JSON = "application/json"
_REFUSALS = {
    "400": "The request is not as it has to be, or what it is about is in no state for it.",
    "401": "The key is missing or wrong.",
    "403": "The key has no access to this container.",
    "404": "There is no such object.",
    "413": "The body is too large.",
    "429": "Too many requests, on purpose.",
    "500": "The server failed, on purpose or by a mistake of its own.",
}


@lru_cache(maxsize=8)
def openapi_document(settings: Settings) -> dict[str, Any]:
    """The whole document; callers must not change it."""
    schemes: dict[str, Any] = {"bearer": {"type": "http", "scheme": "bearer"}}
    if settings.accept_api_key_header:
        schemes["key"] = {"type": "apiKey", "in": "header", "name": "api-key"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Emulator of the OpenAI Containers API",
            "description": "Containers and their files, and the files and skills they refer to.",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": path or "/"} for path in settings.base_paths],
        "security": [{name: []} for name in schemes],
        "paths": _paths(settings),
        "components": {
            "securitySchemes": schemes,
            "schemas": request_schemas(settings) | answer_schemas(settings),
        },
    }


def _paths(settings: Settings) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for (method, template), operation in OPERATIONS.items():
        if template.startswith("/skills") and "skills" in settings.refused_fields:
            continue
        paths.setdefault(template, {})[method.lower()] = _operation(template, operation, settings)
    return paths


def _operation(template: str, operation: Operation, settings: Settings) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.says,
        "tags": [template.split("/")[1]],
        "responses": {"200": _success(operation.answer)} | _refusals(template, operation, settings),
    }
    parameters = [_path_parameter(name) for name in re.findall(r"\{(\w+)\}", template)]
    if operation.limits is not None:
        parameters += _list_parameters(operation.limits, operation.filters)
    if parameters:
        described["parameters"] = parameters
    content = body(_JSON, operation.json) if operation.json and _takes_json(operation, settings) else {}
    content |= body(MULTIPART, operation.form) if operation.form else {}
    if content:
        described["requestBody"] = {"required": True, "content": content}
    return described


def _takes_json(operation: Operation, settings: Settings) -> bool:
    return settings.json_file_id or operation.form is None


def _success(answer: str) -> dict[str, Any]:
    if answer in CONTENT_TYPES:
        return {"description": "The bytes.", "content": {answer: {"schema": BINARY}}}
    return {"description": "Success.", "content": {_JSON: {"schema": ref(answer)}}}


def _refusals(template: str, operation: Operation, settings: Settings) -> dict[str, Any]:
    """The refusals that an operation can meet."""
    left_out = set()
    if not (settings.owner_filter and template.startswith("/containers/{")):
        left_out.add("403")
    if operation.json is None and operation.form is None:
        left_out.add("413")
    content = {_JSON: {"schema": ref("Error")}}
    return {
        status: {"description": words, "content": content}
        for status, words in _REFUSALS.items()
        if status not in left_out
    }


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": TEXT | {"minLength": 1}}


def _list_parameters(limits: Limits, filters: tuple[str, ...]) -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": limits.least, "maximum": limits.most, "default": limits.usual}
    schemas = {"limit": limit, "order": one_of("asc", "desc") | {"default": "desc"}, "after": TEXT}
    schemas |= dict.fromkeys(filters, TEXT)
    return [{"name": name, "in": "query", "schema": schema} for name, schema in schemas.items()]
