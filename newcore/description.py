"""The OpenAPI description as the Dutch API Design Rules want it: 400 instead of 422, problems, the version header."""

from typing import Any

from newcore.problem import MEDIA_TYPE

API_VERSION = "1.0.0"
HEADER = "API-Version"
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("location", "code", "detail")},
            },
        },
    },
}
_REFUSALS = {
    "400": "Invalid input",
    "401": "No statement, or none that is believed",
    "403": "The statement names another function",
    "404": "Unknown record",
    "503": "Store down",
}


def described(document: dict[str, Any]) -> dict[str, Any]:
    """Complete a generated description."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for generated in ("HTTPValidationError", "ValidationError"):
        schemas.pop(generated, None)
    schemas["Problem"] = _PROBLEM
    for path in document["paths"].values():
        for method in _METHODS & path.keys():
            _complete(path[method]["responses"])
    return document


def _complete(responses: dict[str, Any]) -> None:
    responses.pop("422", None)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, text in _REFUSALS.items():
        responses.setdefault(status, {"description": text, "content": content})
    for response in responses.values():
        response["headers"] = {HEADER: {"description": "Version of this API", "schema": {"type": "string"}}}
