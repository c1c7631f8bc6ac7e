"""Builders of routing files, calls and accounts with valid defaults."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from proxy.model.call import Call, Format, Kind, Link
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role, Session
from proxy.routing.table import RoutingTable, load

FUNCTIONS = {
    "vacancy.search": Kind.SEARCH,
    "vacancy.manage": Kind.MUTATE,
    "client.note.view": Kind.CONSULT,
    "client.note.create": Kind.MUTATE,
    "list.export": Kind.EXPORT,
    "message.group.send": Kind.MUTATE,
    "iface.gem.client.query": Kind.INTERFACE,
}
REGIONS = frozenset(f"AM{number:02d}" for number in range(1, 36))
FILE = """\
# the head
version: 1
revision: 7   # goes up
groups:
  vacancies: # first
    entity: vacancy
    owner_key: vacancy.region
    functions: [vacancy.search, "vacancy.manage"]
    stage: read # where it is
    ramp: 50
    cohort: {key: user, generation: 3}
  notes:
    entity: contact_note
    owner_key: client.responsible_region
    functions: [client.note.view, client.note.create]
    stage: legacy
    ramp: 0
  exports:
    entity: export
    functions: [list.export]
    stage: legacy
    ramp: 0
...
"""


@pytest.fixture
def file() -> str:
    """A whole, valid routing file."""
    return FILE


@pytest.fixture
def read() -> Callable[..., RoutingTable]:
    """Read the valid file, with texts in it replaced by others."""

    def build(*changes: tuple[str, str]) -> RoutingTable:
        text = FILE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return load(text, FUNCTIONS, REGIONS)

    return build


@pytest.fixture
def call() -> Callable[..., Call]:
    """A search of vacancies that opens a list, or what the arguments make of it."""

    def build(function: str | None = "vacancy.search", **given: Any) -> Call:
        values = {
            "format": Format.HTML,
            "links": (Link(function),),
            "function": function,
            "kind": Kind.SEARCH,
            "first_page": True,
        }
        return Call(**(values | given))

    return build


@pytest.fixture
def account() -> Callable[..., Principal]:
    """An adviser of UWV."""

    def build(user: str = "AWE0421", organisation: str = "AM06", role: Role = Role.AW) -> Principal:
        place = Organisation(OrganisationKind.UWV, organisation)
        bound = Authorisation("a1", role, place, frozenset({"AM06"}), date(2020, 1, 1), None)
        return Principal(user, (bound,))

    return build


@pytest.fixture
def session() -> Callable[..., Session]:
    """A session of that adviser."""

    def build(**given: Any) -> Session:
        now = datetime(2020, 11, 24, 9, tzinfo=UTC)
        return Session(**({"key": b"k", "version": 1, "user": "AWE0421", "started_at": now, "last_seen": now} | given))

    return build
