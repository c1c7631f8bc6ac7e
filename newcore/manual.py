"""The page on which the API is described for people: made on the server, of the same document that programs read.

Why not the usual page: it loads its scripts and styles from another server, and shows nothing where that one is not reached.
Rules (pure): plain HTML, no script, one style that the policy of the page names by its hash; every text is escaped.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

_CSS = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{border:1px solid #bbb;padding:.3rem .5rem;"
    "text-align:left;vertical-align:top}code{font-family:monospace}.method{font-weight:bold}"
)
STYLE = f"sha256-{b64encode(sha256(_CSS.encode()).digest()).decode()}"
"""What a content security policy calls the style."""


def manual(document: Mapping[str, Any]) -> str:
    """Write the page of a description."""
    title = escape(document["info"]["title"])
    body = "".join((*_head(document), *_paths(document), *_schemas(document)))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_CSS}</style></head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _head(document: Mapping[str, Any]) -> Iterator[str]:
    about = document["info"]
    yield f"<h1>{escape(about['title'])} {escape(about['version'])}</h1><p>{escape(about['description'])}</p>"
    base = escape(document["servers"][0]["url"])
    yield f'<p>Addresses begin with <code>{base}</code>; for programs: <a href="{base}/openapi.json">openapi.json</a>.</p>'
    scheme = document["components"]["securitySchemes"]["statement"]
    yield f"<p>Every call needs <code>Authorization: Bearer</code> with {escape(scheme['description'])}.</p>"


def _paths(document: Mapping[str, Any]) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>"
        yield "<table><tr><th>Call</th><th>What it does</th><th>Parameters and body</th><th>Answer</th></tr>"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield _row(f"{method.upper()} {path}", operation)
        yield "</table>"


def _row(call: str, operation: Mapping[str, Any]) -> str:
    method, path = call.split(" ", 1)
    takes = [*(f"<code>{escape(each['name'])}</code>" for each in operation.get("parameters", ()))]
    takes += [_named(operation["requestBody"])] if "requestBody" in operation else []
    text = f"{escape(operation['summary'])}. {escape(operation.get('description', ''))}"
    return (
        f'<tr><td><span class="method">{method}</span> <code>{escape(path)}</code></td><td>{text}</td>'
        f"<td>{', '.join(takes)}</td><td>{_named(operation['responses']['200'])}</td></tr>"
    )


def _named(holder: Mapping[str, Any]) -> str:
    schema = holder["content"]["application/json"]["schema"]
    name = escape(schema["$ref"].rpartition("/")[2])
    return f'<a href="#{name}">{name}</a>'


def _schemas(document: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Shapes</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3><table><tr><th>Name</th><th>Type</th><th>Meaning</th></tr>'
        for field, of in schema["properties"].items():
            yield f"<tr><td><code>{escape(field)}</code></td><td>{_type(of)}</td><td>{_meaning(of)}</td></tr>"
        yield "</table>"


def _type(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "$ref" in schema:
        return escape(schema["$ref"].rpartition("/")[2])
    return escape(f"{schema.get('type', '')} {schema.get('format', '')}".strip())


def _meaning(schema: Mapping[str, Any]) -> str:
    return escape(schema.get("description", ""))
