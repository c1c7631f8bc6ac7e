"""The OpenAPI description as the Dutch API Design Rules want it: 400 instead of 422, problems, the version header."""

from collections.abc import Mapping
from typing import Any

from newcore.problem import MEDIA_TYPE

API_VERSION = "1.3.0"
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
_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "a statement of the gateway: who asks, which function, which categories and places may be answered; "
    "signed with Ed25519, for newcore alone, at most thirty seconds long",
}
_REFUSALS = {
    "400": "Invalid input",
    "401": "No statement, or none that is believed",
    "403": "The statement names another function, or not the category of a field that is asked by",
    "404": "Unknown, or of somebody who lives outside the scope of the statement",
    "413": "The body is too large",
    "415": "The body is no plain JSON",
    "500": "A fault of this service",
    "503": "Store down",
}


def described(document: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a generated description with the schemas of the kinds, problems, the header and who may ask."""
    components = document.setdefault("components", {})
    generated = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        generated.pop(name, None)
    components["schemas"] = generated | dict(schemas) | {"Problem": _PROBLEM}
    components["securitySchemes"] = {"statement": _SCHEME}
    document["security"] = [{"statement": []}]
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
