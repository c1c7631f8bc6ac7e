"""The description of the routes of a register, made of its kind; pure, and never written by hand beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from newcore.problem import camel
from newcore.register.commands import HIGHEST, MOST_RECORDS
from newcore.register.model import Applied, Field, Kind
from newcore.register.question import FARTHEST, LONGEST_FILTER, MOST, USUAL
from newcore.search import Form

Schema = dict[str, Any]
_VERSION: Schema = {"type": "integer", "format": "int64", "minimum": 0, "maximum": HIGHEST}
_IDENTITY: Schema = {"type": "string", "maxLength": 64}
_RESULT: Schema = {"type": "string", "enum": [each.value for each in Applied]}
DATE_FORMAT = "dd-mm-jjjj"
"""Dates are texts of their source, where an unknown day is 00: no calendar date of RFC 3339."""
SHARED: Mapping[str, Schema] = {
    "Applied": {
        "type": "object",
        "title": "Applied",
        "required": ["result"],
        "properties": {"result": _RESULT},
    },
    "AppliedBatch": {
        "type": "object",
        "title": "AppliedBatch",
        "required": ["results"],
        "properties": {
            "results": {
                "type": "array",
                "description": "one for each record, in the order of the records",
                "items": {
                    "type": "object",
                    "title": "AppliedOfBatch",
                    "required": ["id", "result"],
                    "properties": {"id": _IDENTITY, "result": _RESULT},
                },
            }
        },
    },
    "Digest": {
        "type": "object",
        "title": "Digest",
        "required": ["id", "version", "digest"],
        "properties": {
            "id": _IDENTITY,
            "version": _VERSION,
            "clientId": _IDENTITY | {"description": "the client whom the record belongs to; absent: it is of nobody"},
            "digest": {
                "type": "string",
                "pattern": "^[0-9a-f]{64}$",
                "description": "SHA-256 over the texts in the order of their names: name, 0x1F, text, 0x1E; in UTF-8",
            },
        },
    },
}


def schemas(kind: Kind) -> dict[str, Schema]:
    """Describe a kind: its texts at a version, the record as it is shown, pages, listings and questions."""
    texts = {camel(each.name): _text(kind, each) for each in kind.fields}
    key = camel(kind.name.replace("-", "_"))
    return {
        f"{kind.title}AtVersion": _object(f"{kind.title}AtVersion", texts | {"version": _VERSION}),
        f"{kind.title}Batch": _object(f"{kind.title}Batch", {"records": _records(kind, texts)}),
        kind.title: _object(kind.title, {"id": _IDENTITY, "version": _VERSION} | texts, ("id", "version")),
        f"{kind.title}Page": _object(f"{kind.title}Page", {"total": {"type": "integer"}, key: _array(kind.title)}),
        f"{kind.title}Digests": listing_schema("digests", "Digest") | {"title": f"{kind.title}Digests"},
        f"{kind.title}Question": _question(kind),
    }


def listing_schema(name: str, of: str) -> Schema:
    """Describe a listing that is read on from where it ended."""
    return _object(f"{of}List", {name: _array(of)})


def shown_as(name: str) -> dict[int | str, dict[str, Any]]:
    """Describe the answer of a route."""
    return {200: {"description": "As asked", "content": {"application/json": {"schema": _reference(name)}}}}


def body_of(name: str) -> dict[str, Any]:
    """Describe the body that a route takes."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _reference(name)}}}}


def filter_parameters(kind: Kind) -> list[Schema]:
    """Describe the parameters of a list that is asked by its address."""
    filters = [_parameter(camel(name), _filter(kind.form(name))) for name in kind.filters]
    return [*filters, _parameter("sort", _sort(kind)), *part_parameters()]


def part_parameters() -> list[Schema]:
    """Describe which part of a list is asked."""
    return [_parameter(name, schema) for name, schema in _part().items()]


def listing_parameters(most: int, meaning: str) -> list[Schema]:
    """Describe how a listing is read on."""
    limit = {"type": "integer", "minimum": 1, "maximum": most, "default": USUAL}
    after = {"type": "string", "maxLength": LONGEST_FILTER, "description": meaning}
    return [_parameter("limit", limit), _parameter("after", after)]


def version_parameter() -> list[Schema]:
    """Describe the version at which a record is removed."""
    return [_parameter("version", _VERSION) | {"required": True}]


def _question(kind: Kind) -> Schema:
    filters = {camel(name): _filter(kind.form(name)) for name in kind.filters}
    properties = {"filters": _object("Filters", filters, ()), "sort": _sort(kind), **_part()}
    return _object(f"{kind.title}Question", properties, ())


def _part() -> dict[str, Schema]:
    return {
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
        "offset": {"type": "integer", "minimum": 0, "maximum": FARTHEST, "default": 0},
    }


def _filter(form: Form) -> Schema:
    meaning = "without case and outer blanks; `*` any text, `?` one character, else the whole value"
    described = {"type": "string", "maxLength": LONGEST_FILTER, "description": meaning}
    return described | _format(form)


def _sort(kind: Kind) -> Schema:
    allowed = [f"{sign}{camel(name)}" for name in kind.filters for sign in ("", "-")]
    return {"type": "string", "enum": ["", *allowed], "description": "-field: descending; absent: the usual order"}


def _text(kind: Kind, field: Field) -> Schema:
    described: Schema = {"type": "string", "maxLength": kind.longest(field.name)}
    if field.category:
        described["description"] = f"category {field.category}"
    return described | _format(field.form)


def _records(kind: Kind, texts: Mapping[str, Schema]) -> Schema:
    record = _object(f"{kind.title}OfBatch", {"id": _IDENTITY, "version": _VERSION} | dict(texts))
    return {"type": "array", "minItems": 1, "maxItems": MOST_RECORDS, "items": record}


def _format(form: Form) -> Schema:
    return {"format": DATE_FORMAT} if form is Form.DATE else {}


def _object(title: str, properties: Mapping[str, Schema], required: Sequence[str] | None = None) -> Schema:
    needed = list(properties if required is None else required)
    found = {"type": "object", "title": title, "additionalProperties": False, "properties": dict(properties)}
    return found | ({"required": needed} if needed else {})


def _array(of: str) -> Schema:
    return {"type": "array", "items": _reference(of)}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema}
