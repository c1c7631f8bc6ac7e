"""Claims about opening the parts of a gateway; that they work together is shown in tests/failures and tests/scenarios."""

import asyncio

import pytest

from cli import wiring
from cli.wiring import open_ledger, upstream_of
from proxy.accesslog.parts import Limits
from proxy.database import Cluster, Role
from proxy.errors import StoreError
from proxy.listener.incoming import IncomingAnswer
from proxy.listener.rule import BrokenRuleError, Rule
from proxy.settings import load
from tests.doubles.relay import relayed
from tests.failures.log.builders import exchange, parts


async def test_a_start_waits_for_a_database_that_is_not_there_yet(database: Cluster):
    """It goes on as soon as the server lets it in, so that a worker that is replaced meanwhile is there at once."""
    async with relayed(database.dsn(Role.GATEWAY)) as (through, relay):
        relay.closed = True
        opening = asyncio.create_task(open_ledger(parts(database, dsn=through, limits=Limits(timeout=2))))
        await asyncio.sleep(0.5)
        assert not opening.done()
        relay.closed = False
        ledger = await asyncio.wait_for(opening, 3)
        assert await ledger.append(exchange())
        await ledger.close()


async def test_a_start_does_not_wait_for_ever(database: Cluster, monkeypatch):
    """Whoever started it reads why it ended."""
    monkeypatch.setattr(wiring, "AWAIT_SECONDS", 0.3)
    async with relayed(database.dsn(Role.GATEWAY)) as (through, relay):
        relay.closed = True
        with pytest.raises(StoreError, match="the access log cannot be opened"):
            await open_ledger(parts(database, dsn=through, limits=Limits(timeout=2)))


@pytest.mark.parametrize(
    ("media", "fits"), [(b"text/html", {999: True, 1001: False}), (b"text/csv", {1001: True, 2001: False})]
)
def test_the_caps_of_an_answer_are_those_of_the_settings(tmp_path, media, fits):
    """A page and an export have one each; one byte more than allowed is refused."""
    given = {"POORT_DATA_DIR": str(tmp_path), "POORT_ANSWER_CAP": "1000", "POORT_EXPORT_CAP": "2000"}
    for size, taken in fits.items():
        incoming = IncomingAnswer(b"GET", upstream_of(load(given)).caps)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (media, size)
        if taken:
            answer = incoming.feed(head + bytes(size))
            assert answer is not None
            assert len(answer.body) == size
        else:
            with pytest.raises(BrokenRuleError) as broken:
                incoming.feed(head + bytes(size))
            assert broken.value.rule is Rule.BODY
