"""Errors as problem details (RFC 9457), all of one request together."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one value: where it stands, a code for programs, a sentence for people."""

    location: str
    code: str
    detail: str


class Problem(Exception):  # noqa: N818  named after the document that it becomes
    """A request that is refused, with the document that says why."""

    def __init__(self, status: int, detail: str, errors: Sequence[FieldError] = ()) -> None:
        """Say what is wrong; the title follows from the status."""
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, tuple(errors)

    def document(self) -> Mapping[str, Any]:
        """Give the members of the document."""
        title = HTTPStatus(self.status).phrase
        document: dict[str, Any] = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        return document | ({"errors": [asdict(each) for each in self.errors]} if self.errors else {})


def from_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Turn the findings of the parser into one problem; the values themselves are not repeated."""
    found = [FieldError(location(each["loc"]), str(each["type"]), str(each["msg"])) for each in errors]
    return Problem(400, "The request does not follow the description of the API.", found)


def location(path: Sequence[Any]) -> str:
    """Write where a value stands: `query:limit`, `body:/title`."""
    place, *rest = (str(each) for each in path)
    return f"{place}:/{'/'.join(rest)}" if place == "body" else f"{place}:{'/'.join(rest)}"


def camel(name: str) -> str:
    """Write a field's name as the API does."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
