"""Fails closed: whichever part breaks, at whichever step, nothing leaves that was not decided and recorded.

Each case breaks one method of one real part and says when it is reached. Before Send: the stand-in saw nothing. After it:
nothing of the answer is released, and a mutation answers "uitkomst onbekend". Always: a refusal in the caller's dialect with
a reference that the log has (once), and the next request on the same connection is served.
"""

import ast
import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest

from adapters.legacy_sonar.standin.visitor import Reply, Visitor
from proxy import entries, present, steps
from proxy.desk import fulfil
from proxy.errors import PoortError, StoreError
from proxy.listener import carry
from tests.doubles.needles import anybody
from tests.failures.gateway.conftest import Gate

pytestmark = pytest.mark.asyncio(loop_scope="module")
REFERENCE = re.compile(rb"SP(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
UNKNOWN = "Uitkomst onbekend, niet opnieuw indienen"
FAULTS = {
    "PoortError": lambda: PoortError("broken"), "StoreError": lambda: StoreError("broken"), "RuntimeError": RuntimeError,
    "MemoryError": MemoryError, "RecursionError": RecursionError, "TimeoutError": TimeoutError,
}  # fmt: skip
ZOEK = "SNR Klant Zoek View"
LONG = bool(os.environ.get("POORT_TEST_LONG"))
type Asking = Callable[[Gate, Visitor], Awaitable[Reply]]


def row(gate: Gate, kind: str = "caseload") -> str:
    """Give the row id of a person by the relation to the first adviser."""
    return gate.ground.people[kind]["row_id"]


CALLS: dict[str, Asking] = {
    "login": lambda _, browser: browser.login(),
    "logoff": lambda _, browser: browser.logoff(),
    "page": lambda gate, browser: browser.open_client(row(gate)),
    "rpc": lambda gate, browser: browser.drill(row(gate), rpc=True),
    "list": lambda _, browser: browser.invoke(
        "ExecuteQuery", ZOEK, "SNR Klant Zoek Applet", ("s_1_1_5_0", ">=01-01-1950")
    ),
    "note": lambda gate, browser: browser.create_note(row(gate), "verslag van een storing"),
    "vacancies": lambda _, browser: browser.search_vacancies(("s_11_1_6_0", "AM01")),
    "denied": lambda gate, browser: browser.open_client(row(gate, "out_of_region")),
    "soap": lambda gate, browser: soap(gate, browser),  # noqa: PLW0108  defined below
    "static": lambda _, browser: browser.exchange("GET", "/sonar_nld/static/sonar.css"),
    "candidates": lambda _, browser: browser.search_candidates("2000001"),
    "own": lambda _, browser: browser.exchange("GET", "/sonar_nld/poort/overzicht"),
}


def soap(gate: Gate, browser: Visitor) -> Awaitable[Reply]:
    """Ask the municipal query with a machine's own account."""
    browser.user, browser.password = "GEM0106", "Demo-GEM0106-1"
    return browser.soap(gate.ground.neighbour["bsn"])


@dataclass(frozen=True, slots=True)
class Case:
    """One broken method, the call that reaches it, and whether legacy was asked by then."""

    part: str
    method: str
    call: str
    sent: bool
    skip: int = 0
    after: bool = False

    @property
    def name(self) -> str:
        """Name the case for the report."""
        return f"{self.part}.{self.method}{'+' * self.skip}{'*' if self.after else ''}-{self.call}"


CASES = (
    *(Case("Dialect", "read", call, sent=False) for call in ("page", "note", "static")),
    *(Case("Sessions", "claim", call, sent=False) for call in ("page", "rpc", "note", "list", "logoff", "vacancies")),
    *(Case("Facts", "principal", call, sent=False) for call in ("page", "rpc", "note", "login", "soap")),
    *(Case("Facts", "persons", call, sent=False) for call in ("page", "rpc", "note", "denied")),
    *(Case("RolloutState", "applied", call, sent=False) for call in ("page", "note", "vacancies")),
    Case("Facts", "vacancies", "candidates", sent=False),
    *(
        Case(*place, "own", sent=False)
        for place in (("Dialect", "read"), ("Sessions", "claim"), ("Facts", "principal"))
    ),
    *(Case(*place, "own", sent=False) for place in (("Ties", "about"), ("Ledger", "append"), ("Dialect", "own"))),
    *(Case("Dialect", "forward", call, sent=False) for call in ("page", "rpc", "note", "login", "soap", "static")),
    Case("Dialect", "narrowed", "list", sent=False),
    Case("Ledger", "append", "note", sent=False),
    *(Case("Cores", "send", call, sent=False) for call in ("page", "rpc", "note", "login", "soap", "static")),
    *(
        Case("Cores", "send", call, sent=True, after=True)
        for call in ("page", "rpc", "note", "login", "soap", "static")
    ),
    Case("Dialect", "logged_in", "login", sent=True),
    Case("Dialect", "stamp", "login", sent=True),
    *(Case("Dialect", "ended", call, sent=True) for call in ("page", "logoff", "note")),
    *(Case("Dialect", "rotated", call, sent=True) for call in ("page", "list", "note")),
    Case("Dialect", "outcome", "note", sent=True),
    *(Case("Dialect", "persons", call, sent=True) for call in ("page", "rpc", "list", "note", "login", "soap")),
    Case("Facts", "persons", "list", sent=True),
    Case("Facts", "persons", "page", sent=True, skip=1),
    Case("Dialect", "counter", "list", sent=True),
    *(Case("Dialect", "banner", call, sent=True) for call in ("page", "rpc", "list")),
    *(Case("Dialect", "public", call, sent=True) for call in ("page", "note", "login", "soap", "static")),
    *(Case("Ledger", "append", call, sent=True) for call in ("page", "rpc", "list", "login", "logoff", "soap")),
    Case("Ledger", "append", "note", sent=True, skip=1),
)


async def entered(gate: Gate) -> Visitor:
    """Open a browser that is logged in and has a list behind it."""
    browser = gate.browser()
    assert (await browser.login()).status == 302
    return browser


def turns[T](places: Iterable[T]) -> list[tuple[T, str]]:
    """Give every place every fault, or in the short form one each, in turn."""
    listed = list(places)
    if LONG:
        return [(place, fault) for place in listed for fault in FAULTS]
    return [(place, fault) for place, fault in zip(listed, cycle(FAULTS), strict=False)]


def named(value: object) -> str:
    """Name a case or a fault."""
    return value.name if isinstance(value, Case) else str(value)


@pytest.mark.parametrize(("case", "fault"), turns(CASES), ids=named)
async def test_a_broken_part_refuses_and_releases_nothing(gate: Gate, case: Case, fault: str) -> None:
    """Before Send no contact, after Send no byte of the answer; recorded once; the connection goes on."""
    browser, control, log = await entered(gate), gate.ground.control, gate.ground.log
    mark = log.newest()
    control.reset()
    notes = control.notes(row(gate), "verslag van een storing")
    with gate.breaker.armed((case.part, case.method), FAULTS[fault], skip=case.skip, after=case.after):
        before = control.seen
        reply = await CALLS[case.call](gate, browser)
        asked = control.seen - before
    assert gate.breaker.hits >= 1, "the case does not reach the place"
    check_refusal(gate, case, reply)
    assert asked == case.sent, f"the stand-in saw {asked}"
    if case.call == "note":
        added = control.notes(row(gate), "verslag van een storing") - notes
        assert added == case.sent
        uncertain = case.sent or case.part == "Cores"
        assert (UNKNOWN in reply.text) == uncertain, reply.text
    if (case.part, case.method) != ("Ledger", "append"):
        check_recorded(gate, mark, reply, case.call)
    await check_goes_on(gate, browser)


def check_refusal(gate: Gate, case: Case, reply: Reply) -> None:
    """The answer is a refusal in the caller's language that tells nothing of anybody and carries no session."""
    assert "Set-Cookie" not in dict(reply.headers), reply.headers
    if case.call != "static":
        assert REFERENCE.search(reply.body), reply.text
    assert not anybody(gate.ground.named, reply)
    if case.call == "rpc":
        assert b'class="SWERPCError"' in reply.body, reply.text
        assert b"<html" not in reply.body
    elif case.call == "soap":
        assert reply.header("Content-Type").startswith("text/xml"), reply.text
        assert b"Fault" in reply.body
    elif case.call != "static":
        assert reply.status in {500, 502, 503}
        assert b"<html" in reply.body


def check_recorded(gate: Gate, mark: object, reply: Reply, call: str) -> None:
    """The refusal has exactly one record, a denial, which its reference names."""
    records = [r for r in gate.ground.log.since(mark) if r["decision"] == "deny"]  # type: ignore[arg-type]
    if call == "static" and not records:
        return
    assert len(records) == 1, [(r["reason"], r["detail"], r["function"]) for r in records]
    assert records[0]["disclosure"] == []
    found = REFERENCE.search(reply.body)
    assert found is None or carry.reference(records[0]["id"]) == found[0].decode()


async def check_goes_on(gate: Gate, browser: Visitor) -> None:
    """The same connection serves the next request, and the session is still usable or plainly over."""
    connection = browser._writer
    assert connection is not None
    reply = await browser.exchange("GET", "/sonar_nld/static/sonar.css")
    assert reply.status == 200
    assert browser._writer is connection, "the connection was closed"
    browser.user, browser.password = "AWE0421", "Demo-AWE0421-1"
    assert (await asyncio.wait_for(browser.worklist(), 5)).status == 200


@pytest.mark.parametrize(
    ("where", "fault"),
    turns(
        f"{place} {call}" for place in ("Sessions.release", "Ledger.complete") for call in ("page", "denied", "note")
    ),
)
async def test_a_part_that_breaks_after_the_answer_was_decided_changes_no_answer(
    gate: Gate, where: str, fault: str
) -> None:
    """What is done after the record - giving a session back, queueing the completion - costs nobody an answer."""
    browser, log, (place, call) = await entered(gate), gate.ground.log, where.split()
    mark = log.newest()
    part, method = place.split(".")
    with gate.breaker.armed((part, method), FAULTS[fault]):
        reply = await CALLS[call](gate, browser)
    assert (REFERENCE.search(reply.body) is not None) == (call == "denied"), reply.text
    assert len(log.since(mark)) == 1


@pytest.mark.parametrize(
    ("where", "fault"),
    turns(
        f"{place} {call}"
        for place in ("Clock", "House")
        for call in ("page", "rpc", "note", "login", "static", "denied", "soap")
    ),
)
async def test_without_clock_or_tables_nothing_is_served(gate: Gate, where: str, fault: str) -> None:
    """The first thing that an exchange needs is missing: refused, no contact, and the next request is served."""
    browser, control, (place, call) = await entered(gate), gate.ground.control, where.split()
    control.reset()
    with gate.breaker.armed((place, "now"), FAULTS[fault]):
        reply = await CALLS[call](gate, browser)
    assert control.seen == 0
    assert reply.status >= 500
    assert not anybody(gate.ground.named, reply)
    assert (await browser.exchange("GET", "/sonar_nld/static/sonar.css")).status == 200


@pytest.mark.parametrize("times", [1, -1])
@pytest.mark.parametrize("call", ["denied", "rpc"])
async def test_a_refusal_that_cannot_be_written_is_a_refusal_all_the_same(gate: Gate, call: str, times: int) -> None:
    """The dialect cannot make its refusal, once or always: plain text instead, one record, no contact."""
    browser, control, log = await entered(gate), gate.ground.control, gate.ground.log
    target = row(gate, "out_of_region")
    mark = log.newest()
    control.reset()
    with gate.breaker.armed(("Dialect", "refuse"), RuntimeError, times=times):
        reply = await browser.drill(target, rpc=call == "rpc")
    assert reply.status >= 500 or REFERENCE.search(reply.body)
    assert control.seen == 0
    assert len(log.since(mark)) == 1
    assert (await browser.worklist()).status == 200


@pytest.mark.parametrize("case", [each for each in CASES if each.call in {"page", "note"}], ids=lambda case: case.name)
async def test_a_part_whose_wait_was_cancelled_is_a_fault_like_any_other(gate: Gate, case: Case) -> None:
    """A future that somebody else cancelled is no reason to say nothing: refused, and a mutation's outcome is unknown."""
    browser, control = await entered(gate), gate.ground.control
    notes = control.notes(row(gate), "verslag van een storing")
    with gate.breaker.armed((case.part, case.method), asyncio.CancelledError, skip=case.skip, after=case.after):
        reply = await CALLS[case.call](gate, browser)
    assert gate.breaker.hits >= 1
    check_refusal(gate, case, reply)
    if case.call == "note":
        assert control.notes(row(gate), "verslag van een storing") - notes == case.sent
        assert (UNKNOWN in reply.text) == (case.sent or case.part == "Cores")
    assert (await asyncio.wait_for(browser.worklist(), 5)).status == 200


BEFORE = {"pass_on": "static", "unread": "unclear", "identify": "page", "decide": "page", "route": "page", "mutates": "page",
          "intent": "note", "intended": "note", "admit": "page", "statement": "page", "expected": "page", "meant": "own", "fulfil": "own",
          "fulfilled": "own", "own": "own"}  # fmt: skip
AFTER = {"untouched": "static", "observe": "page", "persons_shown": "page", "authors": "page", "judge": "page",
         "present": "page", "released": "page", "offered": "page"}  # fmt: skip
REFUSING = {"refused": "denied", "reason": "denied"}
STEPS = {**BEFORE, **AFTER, **REFUSING}
MODULES = {"steps": steps, "entries": entries, "present": present, "fulfil": fulfil}
"""Modules of which the line names functions."""


def named_steps() -> set[str]:
    """Give the steps that the line names: whoever adds one must say here when it is reached."""
    tree = ast.parse(Path("proxy/line.py").read_text("utf-8"))
    return {
        node.attr for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in MODULES
    }  # fmt: skip


async def test_every_step_of_the_line_is_broken_here() -> None:
    """The table of this file is the line itself."""
    assert named_steps() == set(STEPS)


@pytest.mark.parametrize(("step", "fault"), turns(STEPS))
async def test_a_broken_step_refuses(gate: Gate, step: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever step of the line raises: no contact before Send, no byte of the answer after it, one record, a refusal."""
    browser, control, log = await entered(gate), gate.ground.control, gate.ground.log
    call = STEPS[step]

    def raising(*_: object) -> None:
        raise FAULTS[fault]

    mark = log.newest()
    control.reset()
    monkeypatch.setattr(next(each for each in MODULES.values() if hasattr(each, step)), step, raising)
    if call == "unclear":
        reply = await browser.exchange("GET", "/sonar_nld/start.swe?SWECmd=Onbekend")
    else:
        reply = await CALLS[call](gate, browser)
    monkeypatch.undo()
    assert control.seen == (step in AFTER)
    check_refusal(gate, Case("Line", step, call, sent=step in AFTER), reply)
    records = log.since(mark)
    assert len(records) == 1 or call == "static", [(r["reason"], r["detail"]) for r in records]
    assert step == "expected" or {record["decision"] for record in records} <= {"deny"}
    await check_goes_on(gate, browser)
