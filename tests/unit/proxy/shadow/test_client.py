"""Claims about the gateway's end of the hand-over: on a real socket, with records that are stored or not."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from proxy.errors import StoreError
from proxy.model.call import Kind
from proxy.shadow.client import OTHER, Bounds, HandOver
from proxy.shadow.frame import ASK, HEAD, Frame, decode, length
from tests.doubles.offers import call, offer


class Log:
    """Keeps records, or is away."""

    def __init__(self):
        self.stored, self.away = [], False

    async def append(self, entries):
        """Store, or raise."""
        await asyncio.sleep(0)
        if self.away:
            raise StoreError("away")
        self.stored += entries


class Reader:
    """The other end: asks for some offers, and reads frames, or nothing."""

    def __init__(self, asked=1000):
        self.asked = asked
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()
        self.reading = asyncio.Event()
        self.writers = []

    async def accept(self, reader, writer):
        """Read until the end."""
        self.writers.append(writer)
        writer.write(ASK * self.asked)
        try:
            while True:
                await self.reading.wait()
                head = await reader.readexactly(HEAD)
                await self.frames.put(decode(await reader.readexactly(length(head))))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def offers(self, count):
        """Wait for so many offers; gives them with all counts that came along."""
        found, tallies = [], []
        while len(found) < count:
            frame = await asyncio.wait_for(self.frames.get(), 5)
            tallies += frame.tallies
            found += [frame.offer] if frame.offer else []
        return found, tallies

    async def tallied(self, dropped):
        """Wait until so many are told to be dropped; gives how many were offered."""
        offered = seen = 0
        while seen < dropped:
            frame = await asyncio.wait_for(self.frames.get(), 5)
            offered += sum(each.offered for each in frame.tallies)
            seen += sum(each.dropped for each in frame.tallies)
        return offered, seen


@asynccontextmanager
async def listening(path, reader):
    """Listen until the block ends."""
    server = await asyncio.start_unix_server(reader.accept, str(path))
    reader.reading.set()
    try:
        yield server
    finally:
        server.close()
        for writer in reader.writers:
            writer.close()
        await server.wait_closed()


@asynccontextmanager
async def handing(path, log, bounds=None):
    """Hand over until the block ends."""
    mirror = HandOver(path, "gateway-1", log.append, bounds)
    mirror.start()
    try:
        yield mirror
    finally:
        await mirror.close()


@pytest.fixture
def path(tmp_path):
    """A place for a socket."""
    return tmp_path / "s"


async def test_an_offer_goes_over_as_it_is_after_its_record_was_stored(path):
    """What the other end reads is what was offered, and the log knew it before."""
    log, reader = Log(), Reader()
    async with listening(path, reader), handing(path, log) as mirror:
        mirror.offer(offer(b"page"))
        found, tallies = await reader.offers(1)
    assert found == [offer(b"page")]
    assert [(each.offered, each.dropped) for each in tallies] == [(1, 0)]
    assert [(each.kind, each.detail) for each in log.stored] == [(Kind.SHADOW, str(found[0].exchange))]


async def test_several_processes_share_one_socket(path):
    """Each with its own name and counts."""
    log, reader = Log(), Reader()
    async with listening(path, reader), handing(path, log) as one, handing(path, log) as other:
        one.offer(offer(b"1"))
        other.offer(offer(b"2"))
        found, _ = await reader.offers(2)
    assert {each.answer.body for each in found} == {b"1", b"2"}


async def test_what_does_not_fit_is_dropped_and_counted(path):
    """Nobody listens: the queue fills, by count and by bytes, and never more."""
    for bounds in (Bounds(offers=3), Bounds(octets=3 * 2148)):
        mirror = HandOver(path, "gateway-1", Log().append, bounds)
        for _ in range(10):
            mirror.offer(offer(bytes(100)))
        assert mirror.dropped == 7


async def test_counts_of_a_time_without_a_listener_are_told_afterwards(path):
    """Ten were offered and seven dropped: evidence has to know."""
    log, reader = Log(), Reader()
    async with handing(path, log, Bounds(offers=3)) as mirror:
        for _ in range(10):
            mirror.offer(offer())
        async with listening(path, reader):
            found, tallies = await reader.offers(3)
    assert len(found) == 3
    assert [(each.offered, each.dropped) for each in tallies] == [(10, 7)]


async def test_offering_to_a_listener_that_does_not_read_takes_no_time_at_all(path):
    """A thousand offers of 20 KB are made without once giving the loop away, so no client can wait for any of them."""
    log, reader = Log(), Reader()
    async with listening(path, reader), handing(path, log, Bounds(offers=20)) as mirror:
        reader.reading.clear()
        turns = 0

        async def ticking():
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        ticker = asyncio.create_task(ticking())
        await asyncio.sleep(0.05)
        before = turns
        for _ in range(1000):
            mirror.offer(offer(bytes(20_000)))
        assert turns == before
        ticker.cancel()
        assert mirror.dropped >= 960
        reader.reading.set()
        offered, dropped = await reader.tallied(mirror.dropped)
    assert (offered, dropped) == (1000, mirror.dropped)


async def test_nothing_leaves_without_its_record(path):
    """The log is away: what was offered is dropped, and counted as dropped."""
    log, reader = Log(), Reader()
    log.away = True
    async with listening(path, reader), handing(path, log) as mirror:
        mirror.offer(offer())
        assert await reader.tallied(1) == (1, 1)
        log.away = False
        mirror.offer(offer(b"later"))
        found, _ = await reader.offers(1)
    assert found[0].answer.body == b"later"


async def test_nothing_leaves_that_nobody_asked_for(path):
    """Not even its record is made; what is asked for later follows."""
    log, reader = Log(), Reader(asked=2)
    async with listening(path, reader), handing(path, log) as mirror:
        for number in range(5):
            mirror.offer(offer(b"%d" % number))
        found, _ = await reader.offers(2)
        await asyncio.sleep(0.1)
        assert (len(log.stored), mirror.handed) == (2, 2)
        reader.writers[0].write(ASK * 2)
        found += (await reader.offers(2))[0]
        assert (len(log.stored), mirror.handed) == (4, 4)
    assert [each.answer.body for each in found] == [b"0", b"1", b"2", b"3"]


async def test_an_offer_that_could_not_be_recorded_is_still_asked_for(path):
    """The next one takes its place."""
    log, reader = Log(), Reader(asked=1)
    log.away = True
    async with listening(path, reader), handing(path, log) as mirror:
        mirror.offer(offer())
        assert await reader.tallied(1) == (1, 1)
        log.away = False
        mirror.offer(offer(b"later"))
        found, _ = await reader.offers(1)
    assert found[0].answer.body == b"later"


async def test_a_listener_that_comes_back_is_found_again(path):
    """What was offered meanwhile follows, if it is not too old."""
    log, reader = Log(), Reader()
    async with handing(path, log) as mirror:
        async with listening(path, reader):
            mirror.offer(offer(b"1"))
            await reader.offers(1)
        path.unlink(missing_ok=True)
        again = Reader()
        async with listening(path, again):
            for number in range(20):  # the first one may still go to the dead end
                mirror.offer(offer(b"%d" % number))
                await asyncio.sleep(0.02)
            found, _ = await again.offers(1)
    assert found


async def test_what_waited_too_long_is_dropped(path):
    """An old answer beside a new one proves nothing."""
    log, reader = Log(), Reader()
    async with handing(path, log, Bounds(seconds=0.05)) as mirror:
        mirror.offer(offer(b"old"))
        await asyncio.sleep(0.3)
        async with listening(path, reader):
            assert await reader.tallied(1) == (1, 1)


async def test_a_change_is_not_handed_over_whatever_the_line_says(path):
    """Also not one that is hidden behind a reading."""
    log, reader = Log(), Reader()
    async with listening(path, reader), handing(path, log) as mirror:
        mirror.offer(offer(asked=replace(call(), kind=Kind.MUTATE)))
        assert await reader.tallied(1) == (1, 1)
    assert log.stored == []


async def test_what_cannot_even_be_described_is_dropped_without_a_word_to_the_client(path):
    """An offer without links would be a fault of ours: counted, never raised."""
    mirror = HandOver(path, "gateway-1", Log().append)
    mirror.offer(offer(asked=replace(call(), links=())))
    assert mirror.dropped == 1


async def test_ever_new_shapes_are_counted_together_in_the_end(path):
    """A client that invents searches cannot make the gateway keep a list of them."""
    log, reader = Log(), Reader()
    async with handing(path, log, Bounds(shapes=2)) as mirror:
        for name in ("title", "city", "region", "level"):
            mirror.offer(offer(asked=call(aliases=((name, "x"),))))
        async with listening(path, reader):
            _, tallies = await reader.offers(4)
    assert len(tallies) == 3
    assert {each.offered for each in tallies if each.shape == OTHER} == {2}


async def test_closing_does_not_wait_for_a_listener_that_hangs(path):
    """A gateway that stops has clients to finish, not comparisons."""
    log, reader = Log(), Reader()
    async with listening(path, reader), handing(path, log) as mirror:
        reader.reading.clear()
        for _ in range(50):
            mirror.offer(offer(bytes(100_000)))
        await asyncio.sleep(0.05)
        begun = time.monotonic()
        await mirror.close()
        assert time.monotonic() - begun < 2


async def test_an_offer_that_cannot_be_written_is_dropped_counted_and_asked_for_anew(path):
    """The next one goes, with the counts of both."""
    log, reader = Log(), Reader()
    spoilt = offer(b"1")
    spoilt = replace(spoilt, session=replace(spoilt.session, view="\udcff"))
    async with listening(path, reader), handing(path, log) as mirror:
        mirror.offer(spoilt)
        mirror.offer(offer(b"2"))
        found, tallies = await reader.offers(1)
        assert [each.answer.body for each in found] == [b"2"]
        assert sum(each.offered for each in tallies) == 2
        assert mirror.dropped == 1
