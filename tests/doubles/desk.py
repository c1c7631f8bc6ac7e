"""A desk that is played by hand: requests at our own paths, and what the world knows."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from cli.tables import read_tables
from proxy.model.exchange import Gather, Known
from proxy.model.http import Request
from proxy.model.person import PersonFacts
from proxy.model.principal import Principal, Role, Session
from proxy.model.tie import Grant, GrantState, Vacancy
from proxy.policy import matrix
from proxy.settings import Settings
from proxy.trail import House
from tests.doubles.playbook import NOW, RECEIPT, Playbook, adviser, asked, facts, house, session

ROW, BSN, VACANCY = "1-7AAAA", "999990019", "1-V0007"
HEAD = "Host: sonar.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
OPEN = Vacancy(VACANCY, "AM06", "verkoper", None, date(2026, 1, 1), date(2026, 12, 31))


def get(path: str, **fields: str) -> Request:
    """Open a page of our own."""
    query = "?" + urlencode(fields) if fields else ""
    return asked(f"GET /sonar_nld/poort/{path}{query} HTTP/1.1\r\nHost: sonar.example\r\n\r\n")


def post(path: str, **fields: str) -> Request:
    """Send a form of our own."""
    return asked(f"POST /sonar_nld/poort/{path} HTTP/1.1\r\n{HEAD}{urlencode(fields)}")


def wsp(user: str = "WSP0106", role: Role = Role.WSP, region: str = "AM06") -> Principal:
    """Give an adviser of the employers' desk in another region than the candidate's."""
    return adviser(role, regions=frozenset({region}), user=user)


def candidate(**over: Any) -> PersonFacts:
    """Give a person of Groningen (AM01)."""
    return facts(ROW, BSN, **over)


def grant(number: int = 7, **over: Any) -> Grant:
    """Give a request of that adviser for that candidate."""
    return replace(
        Grant(UUID(int=number), "WSP0106", ROW, VACANCY, GrantState.REQUESTED, NOW, None, "voordragen: past goed"),
        **over,
    )


@cache
def warned() -> House:
    """Give the product's own tables with every rule on its way: announced for the first of May."""
    tables = read_tables(Settings())
    text = tables.matrix.source.replace("mode: enforce", "mode: warn\n    enforces_on: 2026-05-01")
    return replace(house(), matrix=matrix.load(text, tables.catalogue))


class Desk:
    """One user's session, and what is known beside it."""

    def __init__(self, principal: Principal, **over: Any) -> None:
        """Open it; `over` are fields of the session."""
        self.principal = principal
        self.session: Session = session(**{"user": principal.user, "matches": ((VACANCY, ROW),), **over})

    def play(self, request: Request, **known: Any) -> Playbook:
        """Play a request up to its record: `known` is what the second gathering finds."""
        book = (Playbook(request) << Gather) >> Known(session=self.session, principal=self.principal)
        if isinstance(book.command, Gather):
            book >> Known(**known)
        return book

    def fill(self, path: str, fields: Mapping[str, str], **known: Any) -> Playbook:
        """Open a form, fill it in and send it, as a browser would."""
        shown = (
            self.play(get(path, **{k: v for k, v in fields.items() if k in {"kaart", "nummer"}}), **known) >> RECEIPT
        ).end
        return self.play(post(path, **fields, zegel=sealed(shown.answer.body)), **known)


def sealed(body: bytes) -> str:
    """Give the seal that stands in a form."""
    found = re.search(rb'name="zegel" value="([^"]*)"', body)
    assert found, body
    return found[1].decode()
