"""Plays the world for the line: `<<` is the command that must come, `>>` the reply that is given.

Why: the line yields every moment of contact with the world, so a test can be that world, step by step, without one.
Requests and answers are recorded ones of the legacy (`adapters/legacy_sonar/recordings`), the tables are the product's own.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from cli.tables import ZONE, read_tables
from proxy.identity.binding import person_id, session_key
from proxy.identity.continuity import Limits
from proxy.line import walk
from proxy.model.entry import Entry, Receipt
from proxy.model.exchange import Answered, Append, Command, End, Exchange, Known, Reply
from proxy.model.http import Answer, Request
from proxy.model.person import PersonFacts
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role, Session
from proxy.model.route import Core
from proxy.routing import table
from proxy.settings import Settings
from proxy.trail import House

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = ROOT / "adapters/legacy_sonar/recordings/answers"
SECRET = bytes(32)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EXCHANGE = UUID("01930000-0000-7000-8000-000000000001")
RECEIPT = Receipt(EXCHANGE, "W1", 7)
TOKEN = b"token-of-a-session"


@cache
def house() -> House:
    """Give the product's own tables."""
    tables = read_tables(Settings())
    text = (ROOT / "routing.yaml").read_text(encoding="utf-8")
    routing = table.load(text, tables.catalogue.routed, tables.regions.names)
    limits = Limits(timedelta(minutes=30), timedelta(hours=12))
    return House(tables.dialect, tables.matrix, tables.regions, routing, limits, ZONE, SECRET)


@cache
def recordings() -> Mapping[str, dict[str, Any]]:
    """Give what is known of every recorded exchange, by name."""
    lines = (ANSWERS / "index.jsonl").read_text(encoding="utf-8").splitlines()
    return {found["name"]: found for found in map(json.loads, lines) if "name" in found}


def request(name: str, token: bytes = TOKEN) -> Request:
    """Give a recorded request, under a session of ours."""
    return asked(recordings()[name]["request"], token)


def asked(text: str, token: bytes = TOKEN) -> Request:
    """Read a request as text; its cookie is replaced by the token."""
    head, _, body = text.encode("latin-1").partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, target, version = first.split(b" ")
    pairs = [line.split(b": ", 1) for line in lines]
    fields = [(name, value) for name, value in pairs if name.lower() not in {b"cookie", b"content-length"}]
    if token:
        fields.append((b"Cookie", b"_sn=" + token))
    return Request(method, target, version, tuple(fields), body, "192.0.2.7")


def answer(name: str) -> Answer:
    """Give a recorded answer."""
    head, _, body = (ANSWERS / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    _, status, reason = first.split(b" ", 2)
    fields = tuple((name, value) for name, value in (line.split(b": ", 1) for line in lines))
    return Answer(int(status), reason, fields, body)


def adviser(*roles: Role, regions: frozenset[str] = frozenset({"AM01"}), user: str = "AWE0421") -> Principal:
    """Give an account of UWV with these roles."""
    office = Organisation(OrganisationKind.UWV, "UWV-AM01")
    held = (
        Authorisation(f"{role}-1", role, office, regions, date(2020, 1, 1), date(2030, 12, 31))
        for role in roles or (Role.AW,)
    )
    return Principal(user, tuple(held))


def session(**over: Any) -> Session:
    """Give a session of that account."""
    fresh = Session(session_key(SECRET, TOKEN), 4, "AWE0421", NOW - timedelta(hours=1), NOW - timedelta(minutes=1))
    return replace(fresh, **over)


def facts(row_id: str, bsn: str, municipality: str | None = "0014", **over: Any) -> PersonFacts:
    """Give a person; of Groningen (AM01) unless said otherwise."""
    known = PersonFacts(row_id, person_id(SECRET, bsn=bsn, row_id=row_id), municipality, None)
    return replace(known, **over)


def persons(name: str, municipality: str = "0014", **over: Any) -> dict[str, PersonFacts]:
    """Give facts of everybody in a recorded answer."""
    found = recordings()[name]["persons"]
    return {each["row_id"]: facts(each["row_id"], each["bsn"], municipality, **over) for each in found}


class Playbook:
    """One walk, played by hand."""

    def __init__(self, asked: Request, tables: House | None = None) -> None:
        """Begin; the first command waits."""
        self._walk = walk(Exchange(EXCHANGE, NOW, asked), tables or house())
        self.end: End | None = None
        self.command: Command | None = None
        self._step(lambda: next(self._walk))

    def __lshift__(self, kind: type[Command]) -> Self:
        """Claim which command waits."""
        assert isinstance(self.command, kind), f"waits {self.command or self.end}, not {kind.__name__}"
        return self

    def __rshift__(self, reply: Reply | Answer) -> Self:
        """Give the reply; an answer is one of the legacy."""
        given = Answered(reply, Core.LEGACY) if isinstance(reply, Answer) else reply
        self._step(lambda: self._walk.send(given))
        return self

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Give the entries of the Append that waits."""
        assert isinstance(self.command, Append)
        return self.command.entries

    def _step(self, advance: Any) -> None:
        try:
            self.command = advance()
        except StopIteration as stop:
            self.command, self.end = None, stop.value


def known(**over: Any) -> Known:
    """Give what is known of a session of an adviser."""
    return Known(**{"session": session(), "principal": adviser(), **over})
