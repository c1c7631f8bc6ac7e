"""Recorded pages of the legacy, read as a comparison reads them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from adapters.legacy_sonar.canonical import SonarPages
from cli.sides import control_map
from proxy.model.call import Call
from proxy.model.http import Answer
from proxy.model.shadow import Seen
from tests.doubles import playbook


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded page, and what it shows."""

    call: Call
    answer: Answer
    pages: SonarPages

    def read(self, answer: Answer) -> Seen:
        """Read another answer to the same call."""
        found = self.pages.read(self.call, answer)
        assert isinstance(found, Seen), found
        return found

    def with_body(self, *edits: tuple[bytes, bytes]) -> Answer:
        """Give the answer with pieces of it replaced, each of which must be there."""
        body = self.answer.body
        for old, new in edits:
            assert old in body, old
            body = body.replace(old, new)
        return replace(self.answer, body=body)


@pytest.fixture(scope="session")
def pages() -> SonarPages:
    """The real dialect."""
    return SonarPages(control_map())


@pytest.fixture(scope="session")
def recorded(pages) -> Callable[[str, str], Recorded]:
    """Give a recorded exchange by its name, under the function of its view."""

    def find(name: str, function: str) -> Recorded:
        call = playbook.house().dialect.read(playbook.request(name))
        assert isinstance(call, Call)
        links = tuple(replace(link, function=link.function or function) for link in call.links)
        return Recorded(replace(call, links=links, function=call.function or function), playbook.answer(name), pages)

    return find
