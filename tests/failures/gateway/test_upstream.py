"""Legacy hangs, breaks off, talks nonsense or lies about success: nothing odd is released and no write is called done."""

import asyncio
import time
from uuid import UUID

import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.visitor import Visitor
from cli.gateway import listening
from cli.wiring import carried
from proxy.listener.mitm import MitmListener
from tests.doubles.needles import anybody
from tests.failures.gateway.conftest import Gate, Ground
from tests.failures.gateway.test_parts import REFERENCE, UNKNOWN, check_goes_on, entered, row

pytestmark = pytest.mark.asyncio(loop_scope="module")
FAULTS: dict[str, dict[str, object]] = {
    "hung": {"hang": True}, "cut at once": {"cut": 0}, "cut in the body": {"cut": 700}, "garbage": {"garbage": True},
    "reset": {"rst": True}, "hung before": {"hang": True, "execute": False}, "reset before": {"rst": True, "execute": False},
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("rpc", [False, True])
async def test_a_page_that_does_not_come_whole_is_a_refusal(gate: Gate, fault: str, rpc: bool) -> None:
    """In dialect, recorded once as the core's fault, with nothing of the half answer, within the limit."""
    browser, log = await entered(gate), gate.ground.log
    mark, began = log.newest(), time.monotonic()
    with gate.ground.control.switched(**FAULTS[fault]):
        reply = await browser.drill(row(gate), rpc=rpc)
    assert time.monotonic() - began < 8
    assert reply.status == (200 if rpc else 502), reply.text
    assert REFERENCE.search(reply.body)
    assert (b'class="SWERPCError"' in reply.body) == rpc
    assert not anybody(gate.ground.named, reply)
    records = log.since(mark)
    assert [(r["decision"], r["reason"], r["disclosure"]) for r in records] == [("deny", "upstream", [])]
    await check_goes_on(gate, browser)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_write_that_was_not_answered_is_unknown_and_never_sent_again(gate: Gate, fault: str) -> None:
    """The client reads "uitkomst onbekend", the journal says unknown, legacy executed it once or not at all."""
    browser, log, control = await entered(gate), gate.ground.log, gate.ground.control
    text = f"verslag bij {fault}"
    mark = log.newest()
    control.reset()
    with control.switched(**FAULTS[fault]):
        reply = await browser.create_note(row(gate), text)
        seen = control.seen
    assert UNKNOWN in reply.text, reply.text
    assert seen <= 1
    assert control.notes(row(gate), text) == ("before" not in fault)
    assert states(gate.ground, mark) == ["unknown"]
    assert [r["reason"] for r in log.since(mark)] == ["outcome-unknown"]


async def test_an_export_may_take_longer_than_a_page(gate: Gate) -> None:
    """Beyond the limit of a page an export is still waited for, and a page is not."""
    browser, control = gate.browser("EXP0101"), gate.ground.control
    assert (await browser.login()).status == 302
    await browser.search_bsn(gate.ground.people["in_region"]["bsn"])
    with control.switched(slow_export=2.5):
        export = await browser.export("CSV")
    assert export.status == 200, export.text
    assert not REFERENCE.search(export.body)
    with control.switched(slow=2.5):
        began = time.monotonic()
        page = await browser.worklist()
    assert page.status == 502, page.text
    assert time.monotonic() - began < 2.4


@pytest.mark.parametrize("instead", ["busy", "login", "stale", "empty", "rpc", "mixed", "<html>iets anders</html>"])
@pytest.mark.parametrize("rpc", [False, True])
async def test_a_200_that_is_no_success_is_not_called_done(gate: Gate, instead: str, rpc: bool) -> None:
    """An error block, the log-in page, an empty or strange body: rejected or unknown, never acked; legacy's bytes come through."""
    browser, log, control = await entered(gate), gate.ground.log, gate.ground.control
    mark = log.newest()
    more = (("SWERPC", "1"),) if rpc else ()
    with control.switched(instead=instead, execute=False):
        reply = await browser.update_contact(row(gate), "", ("s_5_1_2_0", "06-00000998"), *more)
    found = states(gate.ground, mark)
    assert found in (["unknown"], ["rejected"]), (found, reply.text)
    if instead in {"empty", "mixed"} or instead.startswith("<"):
        assert found == ["unknown"]
    assert "Record gewijzigd" not in reply.text
    assert len(log.since(mark)) == 1


async def test_an_unasked_second_answer_goes_to_nobody(gate: Gate) -> None:
    """Legacy sends surplus bytes: the next user of the connection gets its own answer, for fifty pages."""
    first, second = await entered(gate), await entered(gate)
    with gate.ground.control.switched(surplus=True):
        for _ in range(25):
            one, two = await asyncio.gather(first.open_client(row(gate)), second.worklist())
            await asyncio.sleep(0.06)
            assert "SNR Klant Form" in one.text or REFERENCE.search(one.body)
            assert "Werkvoorraad" in two.text or REFERENCE.search(two.body)
            assert "SNR Klant Form" not in two.text


async def test_legacy_that_is_not_there_is_a_refusal(ground: Ground) -> None:
    """Nobody listens: refused at once, recorded as the core's fault; a write was certainly not executed."""
    settings = ground.settings(POORT_LEGACY_URL="http://127.0.0.1:9")
    async with carried(settings, ground.cluster, "alone") as carrier:
        listener = MitmListener(listening(settings, shared=False))
        task = asyncio.create_task(listener.serve(carrier))
        await asyncio.wait_for(listener.started.wait(), 5)
        mark = ground.log.newest()
        async with Visitor(f"http://127.0.0.1:{listener.port}", "AWE0421", PASSWORDS["AWE0421"]) as browser:
            reply = await browser.login()
        assert reply.status == 502
        assert [(r["reason"], r["detail"]) for r in ground.log.since(mark)] == [("upstream", "legacy:unreachable")]
        listener.stop()
        await task


@pytest.mark.parametrize("mode", ["busy", "maintenance"])
async def test_legacys_own_error_page_shows_nobody_and_is_recorded(gate: Gate, mode: str) -> None:
    """Busy and maintenance pages come through or become a refusal; never with a person."""
    browser, log = await entered(gate), gate.ground.log
    mark = log.newest()
    with gate.ground.control.switched(**{mode: True}):
        reply = await browser.open_client(row(gate))
    assert not anybody(gate.ground.named, reply)
    records = log.since(mark)
    assert len(records) == 1
    assert records[0]["disclosure"] == []


def states(ground: Ground, mark: UUID) -> list[str]:
    """Give the outcomes of the mutations since a mark."""
    query = "SELECT s.state FROM journal j JOIN journal_state s ON s.intent = j.id WHERE j.access > %s ORDER BY j.seq"
    return [found["state"] for found in ground.log.rows(query, [mark])]
