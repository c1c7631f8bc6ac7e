"""Reads a JSON body strictly: one object, no name twice, no number that is none.

Why: two readers that take different ones of two equal names is how a check is passed by. Rules (pure): what is no JSON, or
JSON of another shape, is 400 and says nothing of what was in it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from newcore.problem import FieldError, Problem

MOST_BYTES = 2 * 2**20
MEDIA_TYPE = "application/json"


def told_as_json(headers: Mapping[str, str]) -> None:
    """Refuse a body that says it is something else than plain JSON; one that says nothing is taken for it."""
    kind = headers.get("content-type", MEDIA_TYPE).partition(";")[0].strip().lower()
    if kind != MEDIA_TYPE or headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Problem(415, f"A body is {MEDIA_TYPE}, without a content encoding.")


def parsed(raw: bytes) -> Mapping[str, Any]:
    """Give the object of a body; refuses anything else."""
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise _refused("json", "no JSON that can be read, or a name stands in it twice") from fault
    if not isinstance(found, dict):
        raise _refused("object", "an object")
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    "".join(found).encode()  # half a surrogate pair is in no name that is known, and in no answer that can be written
    return found


def _no_number(_: str) -> float:
    raise ValueError("NaN and Infinity are no JSON")


def _refused(code: str, detail: str) -> Problem:
    return Problem(400, "The body cannot be read.", [FieldError("body:/", code, detail)])
