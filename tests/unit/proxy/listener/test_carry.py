"""Claims about how a fault is named; that every fault becomes a refusal is shown on real parts in tests/failures."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from proxy.accesslog.record import uuid7
from proxy.errors import SessionBusyError, StaleSessionError, StoreError, UnplacedError, UpstreamError
from proxy.listener import carry
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.decision import Reason, Scope
from proxy.model.exchange import Exchange, Gather, Send
from proxy.model.http import Answer, Request
from proxy.model.route import Core, Stage
from proxy.routing import choose as chosen
from proxy.routing.choose import Situation
from proxy.trail import Trail
from tests.doubles.playbook import EXCHANGE, NOW, Playbook, adviser, answer, house, known, request, session

CHANGE = Call(Format.HTML, (Link("vacancy.manage"),), "vacancy.manage", Kind.MUTATE)
LOOK = Call(Format.HTML, (Link("vacancy.search"),), "vacancy.search", Kind.SEARCH, repeatable=True)


def errand(call: Call | None, *, sent: bool) -> carry.Errand:
    """Break off a walk here."""
    exchange = Exchange(EXCHANGE, NOW, request("login_page"))
    return carry.Errand(house(), exchange, Trail(exchange, call), sent=sent)


@pytest.mark.parametrize(
    ("call", "sent", "fault", "reason"),
    [
        (CHANGE, True, UpstreamError("cut", sent=True), Reason.OUTCOME_UNKNOWN),
        (CHANGE, True, StoreError("log"), Reason.OUTCOME_UNKNOWN),
        (CHANGE, True, StaleSessionError("session"), Reason.OUTCOME_UNKNOWN),
        (CHANGE, False, UpstreamError("unreachable", sent=False), Reason.UPSTREAM),
        (LOOK, True, UpstreamError("cut", sent=True), Reason.UPSTREAM),
        (LOOK, False, SessionBusyError("busy"), Reason.SESSION_BUSY),
        (LOOK, True, StaleSessionError("session"), Reason.SESSION_BUSY),
        (None, False, RecursionError(), Reason.FAULT),
    ],
)
def test_a_fault_is_named_by_what_the_caller_must_know(call, sent, fault, reason):
    """A mutation that may have arrived comes first: it must not be submitted again."""
    assert carry.reason_of(errand(call, sent=sent), fault) is reason


def test_a_call_that_could_not_be_placed_reads_as_one_without_a_record():
    """Nothing of it was sent, a change included: the user opens the record anew."""
    assert carry.reason_of(errand(CHANGE, sent=False), UnplacedError(sent=True)) is Reason.NO_CURRENT_RECORD


def test_the_detail_of_a_fault_quotes_nothing():
    """Messages of drivers and parsers hold the data they failed on."""
    assert carry.detail_of(ValueError("999990019")) == "ValueError"
    assert carry.detail_of(UpstreamError("cut", sent=True)) == "legacy:cut"


def test_the_start_of_an_exchange_is_in_its_id():
    """To the millisecond: enough for a duration."""
    now = datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC)
    assert carry.started_us(uuid7(now, bytes(10))) == now.timestamp() * 1e6


@dataclass(slots=True)
class Listening:
    """A core that keeps what it gets."""

    got: list[Request] = field(default_factory=list)

    async def send(self, request: Request, **_: Any) -> Answer:
        """Answer with a list."""
        self.got.append(request)
        return answer("client_search_name")


@dataclass(slots=True)
class Written:
    """A journal in which every record was written to under number 12."""

    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def written(self, rows: tuple[str, ...]) -> int:
        """Say so."""
        self.asked.append(rows)
        return 12


async def test_what_anybody_wrote_of_a_record_is_asked_at_the_moment_where_newcore_may_be_asked_for_it():
    """A colleague's acknowledged write keeps whoever opens that person on legacy until newcore has it; others ask nothing."""
    table = house().routing
    read = replace(table.groups["client_file"], stage=Stage.READ, ramp=100)
    here = replace(house(), routing=replace(table, groups={**table.groups, "client_file": read}))
    journal = Written()
    world = carry.World(*([None] * 4), journal, {}, None, None, None)
    opened = Call(Format.HTML, (Link("client.overview.view"),), "client.overview.view", Kind.CONSULT)
    calls = (
        opened,
        replace(opened, function=None),
        replace(opened, kind=Kind.MUTATE),
        replace(opened, function="client.cv.view"),
    )
    told = [await carry.Carry(world, house)._written(here, call, ("1-7A",)) for call in calls]
    assert (told, journal.asked) == ([12, 12, 0, 0], [("1-7A",)] * 2)
    behind = Situation(session(), adviser(), {"client_file": 11}, written=told[0])
    assert chosen._behind(read, session(), behind) == "written"
    assert chosen._behind(read, session(), replace(behind, applied={"client_file": 12})) == ""


@pytest.mark.parametrize(
    ("name", "scope"), [("client_search_name", Scope(frozenset({"AM01"}))), ("client_search_bsn", None)]
)
async def test_legacy_is_asked_for_no_more_than_the_decision_can_show(name, scope):
    """A search by name goes up with the scope of its decision, and the answer says so; one by BSN as it came."""
    book = (Playbook(request(name)) << Gather) >> known(principal=adviser())
    book << Send
    core, walked = Listening(), errand(None, sent=False)
    walked.exchange = Exchange(EXCHANGE, NOW, request(name))
    world = carry.World(*([None] * 5), {Core.LEGACY: core}, None, None, None)
    answered = await carry.Carry(world, house)._send(walked, book.command)
    assert book.command.admitted.decision.scope == scope
    assert answered.narrowed is (scope is not None)
    assert (core.got[0] == request(name)) is (scope is None)
    assert (b"&s_1_1_10_0=%22AM01%22" in core.got[0].body) is (scope is not None)
