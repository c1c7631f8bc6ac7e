"""A municipality's system that asks for profiles (SOAP): legacy's answer as the gateway releases it, newcore's beside it.

Rules: the gateway's own masking and refusal are used, not made again here; a question holds its credentials, newcore is asked
without a session. Where one of several persons lives outside the scope the others are expected, as newcore has them.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from random import Random
from uuid import UUID

from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.refuse import nothing_found
from adapters.legacy_sonar.standin.application import Application
from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.suwi import NAMESPACE, OPERATION
from proxy.disclosure.withhold import Cut, withhold
from proxy.model.call import Call, Format, Kind, Link, Search, SearchClass
from proxy.model.decision import Scope
from proxy.model.http import Answer, Request
from proxy.model.person import Category, Reading
from proxy.model.principal import Listing, Role
from proxy.model.shadow import Judged, Offer
from proxy.model.statement import Statement
from tests.doubles.beside import asked_of

USER, GROUP, CONFIG = "GEM0106", "suwi_query", "c" * 64
TARGET = b"/eai_nld/start.swe?SWEExtSource=WebService&SWEExtCmd=Execute&WSSOAP=1"
NOW = datetime(2020, 11, 24, 9, tzinfo=UTC)
_CLIENT = re.compile(rb"<ns:ClientSuwi>.*?</ns:ClientSuwi>", re.DOTALL)
MASKABLE = (Category.LD, Category.SV, Category.BN)
type Rows = Mapping[str, Mapping[str, str]]
type Ask = Callable[[Call, None, Statement], Awaitable[tuple[Answer, Listing | None]]]


def profile_of(bsn: str) -> Call:
    """Make the call that a question for a BSN, as it is written, is read as."""
    link = Link("iface.gem.client.query", NAMESPACE, "", "Execute", OPERATION)
    return Call(
        Format.SOAP, (link,), link.function, Kind.INTERFACE, account=USER, context=False, repeatable=True,
        search=Search(SearchClass.BSN, bsn.zfill(9)), aliases=(("bsn", bsn),),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for, and what of it may be told."""

    bsn: str
    day: str = ""
    categories: frozenset[Category] = frozenset(Category)
    scope: Scope | None = None


@dataclass(slots=True)
class Municipality:
    """One system that asks."""

    town: Application
    dialect: SonarDialect
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def call(self, question: Question) -> tuple[Request, Call]:
        """Write a question, and read it as the gateway does."""
        day = f"<s:DatPeilmoment>{question.day}</s:DatPeilmoment>" if question.day else ""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">'
            '<e:Header xmlns:w="http://siebel.com/webservices">'
            f"<w:UsernameToken>{USER}</w:UsernameToken><w:PasswordText>{PASSWORDS[USER]}</w:PasswordText>"
            f'<w:SessionType>None</w:SessionType></e:Header><e:Body><s:{OPERATION}_Input xmlns:s="{NAMESPACE}">'
            f"<s:Burgerservicenr>{question.bsn}</s:Burgerservicenr>{day}</s:{OPERATION}_Input></e:Body></e:Envelope>"
        )
        head = ((b"Content-Type", b"text/xml; charset=utf-8"),)
        request = Request(b"POST", TARGET, b"HTTP/1.1", head, body.encode(), "192.0.2.9")
        call = self.dialect.read(request)
        assert isinstance(call, Call), call
        return request, call

    def statement(self, call: Call, question: Question) -> Statement:
        """State it as the line does."""
        number = UUID(int=next(self.numbers))
        return Statement(
            number, USER, Role.GEMSYS, "0106", call.function or "", question.categories, question.scope
        )  # fmt: skip

    def released(self, question: Question) -> Answer:
        """Give legacy's answer after the gateway cut out of it what may not be told."""
        request, call = self.call(question)
        answer = asked_of(self.town, request)
        reading = self.dialect.persons(call, answer)
        assert isinstance(reading, Reading), reading
        masked = {at: each.categories - question.categories for at, each in enumerate(reading.persons)}
        left = withhold(answer, reading, Cut(masked={at: hidden for at, hidden in masked.items() if hidden}))
        return self.dialect.public(self._left(left, question), request)

    async def both(self, question: Question, ask: Ask) -> tuple[Answer, Answer]:
        """Give what legacy's answer is released as, and newcore's."""
        _, call = self.call(question)
        made, _ = await ask(call, None, self.statement(call, question))
        return self.released(question), self.dialect.public(made, self.call(question)[0])

    def offer(self, question: Question) -> Offer | None:
        """Offer legacy's answer for comparison; None: the line refuses it, for somebody in it lives elsewhere."""
        request, call = self.call(question)
        if not all(self._near(question)):
            return None
        answer = asked_of(self.town, request)
        reading = self.dialect.persons(call, answer)
        assert isinstance(reading, Reading), reading
        told = self.statement(call, question)
        judged = tuple(Judged(each.row_id, kept=True, learned=True) for each in reading.persons)
        call = replace(call, token=None, password=None)
        return Offer(told.exchange, NOW, GROUP, 1, CONFIG, call, None, None, told, answer, judged, took_us=1000)

    def _near(self, question: Question) -> list[bool]:
        people = self.town.store.tables["client"]
        return [within(people[row], question.scope) for row in self.town.store.with_bsn(question.bsn)]

    def _left(self, answer: Answer, question: Question) -> Answer:
        """Leave those who live within the scope."""
        near = self._near(question)
        if not any(near):
            return nothing_found(NAMESPACE, OPERATION)
        kept = iter(near)
        return replace(answer, body=_CLIENT.sub(lambda found: found[0] if next(kept) else b"", answer.body))


def within(row: Mapping[str, str], scope: Scope | None) -> bool:
    """Tell whether somebody lives in, or falls under, a place of the scope."""
    if scope is None:
        return True
    regions = {row["region"], row["responsible_region"]} & scope.regions
    return bool(regions) or (bool(scope.municipality) and row["municipality_code"] == scope.municipality)


def drawn(rows: Rows, draw: Random) -> Question:
    """Draw a question: about somebody, sometimes about nobody, in a scope or none, with everything told or not."""
    person = rows[draw.choice(sorted(rows))]
    bsn = person["bsn"].zfill(9) if draw.random() < 0.7 else person["bsn"]
    if draw.random() < 0.15:
        bsn = f"{draw.randrange(10**8, 10**9)}"
    hidden = {each for each in MASKABLE if draw.random() < 0.3}
    scopes = (
        None, None, Scope(frozenset({person["region"]})) if person["region"] else None,
        Scope(municipality=person["municipality"]) if person["municipality"] else None,
        Scope(frozenset({"AM35"})), Scope(municipality="0014"),
    )  # fmt: skip
    day = draw.choice(("", "", "20201124", "00000000", "morgen"))
    return Question(bsn, day, frozenset(Category) - hidden, draw.choice(scopes))


def oddly(town: Application) -> None:
    """Add what the seed has too little of: doubles, several services and none, signs of XML, debris, unknown days."""
    store = town.store
    people = sorted(store.tables["client"])
    for place, number in ((1, 3), (2, 12), (9, 1)):
        for each in range(number):
            values = {
                "parent": people[place],
                "code": f"D{each}<&>",
                "start": f"201{each % 10}0400",
                "text": "",
                "end": "",
            }
            entry = {
                "what": "service.create",
                "kind": "service",
                "row_id": store.new_row("service"),
                "action": "create",
            }
            store.change(entry | {"values": values, "user": "", "at": ""})
    for each in store.children("service", people[4])[:]:
        gone = {"what": "service.delete", "kind": "service", "row_id": each["row_id"], "action": "delete"}
        store.change(gone | {"values": {}, "user": "", "at": ""})
    odd: tuple[tuple[int, dict[str, str]], ...] = (
        (1, {"birth_date": "19700000", "reg_start": "", "law_code": '"<PW> & \x81', "registered": " "}),
        (2, {"first_names": 'Škele-Zoë "D\'Arc" <&>', "prefix": "van ’t", "registered": "y"}),
        (9, {"birth_date": "00000000", "start": "", "ladder_step": "", "law_code": "\x8f\xa0 "}),
        (10, {"bsn": store.tables["client"][people[11]]["bsn"], "birth_date": ""}),
        (14, {"bsn": store.tables["client"][people[11]]["bsn"], "birth_date": "onbekend", "registered": "j "}),
        (15, {"surname": "Ünal  \xa0", "municipality_code": "", "municipality": ""}),
    )
    for place, values in odd:
        change = {"what": "client.update", "kind": "client", "row_id": people[place], "action": "update"}
        store.change(change | {"values": values, "user": "", "at": ""})
