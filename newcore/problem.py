"""Errors as problem details (RFC 9457), all of one request together."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 100


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
        told = [asdict(each) for each in self.errors[:MOST_ERRORS]]
        return document | ({"errors": told} if told else {})


@lru_cache(maxsize=512)
def camel(name: str) -> str:
    """Write a field's name as the API does."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
