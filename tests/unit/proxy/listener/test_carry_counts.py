"""Claims about what is counted of a call, and when legacy answers for newcore."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from proxy.errors import UpstreamError
from proxy.listener import carry
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.decision import Decision, Effect, Reason
from proxy.model.exchange import Admitted, Exchange, Send
from proxy.model.http import Answer, Request
from proxy.model.principal import Listing, Role
from proxy.model.route import Core, Route, Stage
from proxy.model.statement import Statement
from proxy.routing.tally import Tally
from proxy.trail import Trail
from tests.doubles.playbook import EXCHANGE, NOW, answer, house, request, session

OPENS = Call(Format.HTML, (Link("vacancy.search"),), "vacancy.search", Kind.SEARCH, first_page=True)
PAGES = Call(Format.HTML, (Link("vacancy.search"),), "vacancy.search", Kind.SEARCH, pages=True)
STATEMENT = Statement(EXCHANGE, "AWE0421", Role.AW, "UWV-AM01", "vacancy.search", frozenset())


@dataclass
class Newcore:
    """A newcore that answers, or does not."""

    fault: BaseException | None = None

    async def send(self, *_: Any) -> tuple[Answer, Listing | None]:
        """Answer with a list."""
        await asyncio.sleep(0.002)
        if self.fault is not None:
            raise self.fault
        return answer("vacancy_search"), None


@dataclass
class Legacy:
    """A legacy that keeps what it gets."""

    fault: BaseException | None = None
    got: list[Request] = field(default_factory=list)

    async def send(self, asked: Request, **_: Any) -> Answer:
        """Answer with a list."""
        self.got.append(asked)
        if self.fault is not None:
            raise self.fault
        return answer("vacancy_search")


async def sent(call: Call, newcore: Newcore, legacy: Legacy, route: tuple[Core, str]) -> tuple[str, Any]:
    """Send a call; gives the core that answered (or the fault) and what was noted."""
    where = Route(route[0], 7, "vacancies", Stage.READ, route[1], config="hash")
    admitted = Admitted(call, Decision(Effect.ALLOW, Reason.ALLOWED), where)
    exchange = Exchange(EXCHANGE, NOW, request("vacancy_search"))
    errand = carry.Errand(house(), exchange, Trail(exchange, call))
    world = carry.World(*([None] * 5), {Core.LEGACY: legacy}, newcore, None, None, Tally())  # type: ignore[arg-type]
    try:
        answered = await carry.Carry(world, house)._send(errand, Send(admitted, session(), STATEMENT))
    except (UpstreamError, KeyError) as fault:
        return type(fault).__name__, errand.attempt
    return answered.core.value, errand.attempt


COHORT = (Core.NEWCORE, "cohort")


@pytest.mark.parametrize("fault", ["timeout", "unreachable", "status-500", "open", "untranslatable"])
async def test_what_newcore_does_not_answer_legacy_does_and_it_is_counted_as_newcores(fault):
    """The user sees legacy's page; the guard sees newcore's fault."""
    legacy = Legacy()
    core, noted = await sent(OPENS, Newcore(UpstreamError(fault, sent=True, core="newcore")), legacy, COHORT)
    assert (core, len(legacy.got)) == ("legacy", 1)
    assert (noted.side.core, noted.fault) == (Core.NEWCORE, fault)


async def test_an_answer_of_newcore_is_counted_with_its_time():
    """Legacy is not asked."""
    legacy = Legacy()
    core, noted = await sent(OPENS, Newcore(), legacy, COHORT)
    assert (core, legacy.got, noted.fault) == ("newcore", [], "")
    assert noted.seconds >= 0.002


async def test_a_page_of_newcores_list_has_no_other_core():
    """It is refused, and counted."""
    legacy = Legacy()
    core, noted = await sent(PAGES, Newcore(UpstreamError("timeout", sent=True)), legacy, (Core.NEWCORE, "listing"))
    assert (core, legacy.got, noted.fault) == ("UpstreamError", [], "timeout")


async def test_a_fault_of_our_own_in_the_translation_is_counted_too():
    """It is a refusal, and the guard takes it for what it is: newcore's cohort is not served."""
    core, noted = await sent(OPENS, Newcore(KeyError("x")), Legacy(), COHORT)
    assert (core, noted.side.core, noted.fault) == ("KeyError", Core.NEWCORE, "KeyError")


@pytest.mark.parametrize(("reason", "counted"), [("outside-cohort", True), ("stage", False)])
@pytest.mark.parametrize("fault", [None, UpstreamError("busy", sent=True)])
async def test_of_legacy_the_other_side_of_the_ramp_is_counted(reason, counted, fault):
    """Its answers and its faults: the baseline."""
    _, noted = await sent(OPENS, Newcore(), Legacy(fault), (Core.LEGACY, reason))
    assert (noted is not None) is counted
    if noted is not None:
        assert (noted.side.core, noted.fault) == (Core.LEGACY, "busy" if fault else "")
