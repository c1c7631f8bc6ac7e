"""Claims about the receiving end: gateways hand over on a real socket, counts end up in the real database."""

import asyncio
import socket
import stat
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from proxy.database import Cluster, Role
from proxy.errors import OperatorError
from proxy.model.call import Kind
from proxy.model.http import Answer
from proxy.routing.group import Shadow
from proxy.shadow.client import HandOver
from proxy.shadow.frame import ASK, Frame, encode
from rollout.evidence import Window
from rollout.shadow import store
from rollout.shadow.breaker import FAILURES
from rollout.shadow.client import Comparison, Parts
from rollout.shadow.rule import rules
from rollout.shadow.worker import (
    LATE_SECONDS,
    LONGEST_PATH,
    WINDOW,
    Desk,
    Receiver,
    ReceiverError,
    forget,
    inode,
    listening,
)
from tests.doubles.offers import CONFIG, call, offer

PAGE = ("vacancy_all", "vacancy.search")
RULES = rules(Shadow(), date(2026, 3, 2))


@dataclass
class Newcore:
    """Answers with one page, once it may."""

    answer: Answer
    free: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    most: int = 0
    asked: int = 0

    async def send(self, *_):
        """Answer."""
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.free.wait()
        finally:
            self.under_way -= 1
        return self.answer, None


async def until(holds):
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  what is waited for is counted by the product, not by the test
            await asyncio.sleep(0.01)


class Legacy:
    """Cannot be asked again."""

    async def again(self, _):
        """Say so."""


@dataclass
class Bench:
    """A receiver with its parts, and a gateway that hands over to it."""

    receiver: Receiver
    newcore: Newcore
    mirror: HandOver
    offer: object
    cluster: Cluster

    async def ended(self, count):
        """Wait until so many comparisons came to an end."""
        await until(lambda: self.receiver.ended >= count)

    async def counted(self):
        """Write down, and read what evidence would."""
        await self.receiver.write()
        now = datetime.now(UTC)
        window = Window(self.offer.group, now - timedelta(minutes=1), now + timedelta(hours=1), frozenset({CONFIG}))
        async with await psycopg.AsyncConnection.connect(self.cluster.dsn(Role.WORKER)) as connection:
            return await store.compared(connection, window)


@pytest.fixture
def bench(database, recorded, pages, tmp_path):
    """Open all of it around a test."""

    @asynccontextmanager
    async def opened(at_once=4, known=True, deadline=5.0):
        page = recorded(*PAGE)
        newcore = Newcore(page.answer)

        async def ahead(_):
            return 5, False

        async def found(_):
            return RULES if known else None

        async def record(_):
            return None

        comparison = Comparison(Parts(newcore, Legacy(), pages, ahead, deadline, 0.1))
        receiver = Receiver(Desk(comparison, found, database.dsn(Role.WORKER), b"k" * 32), at_once)
        stop, path = asyncio.Event(), tmp_path / "s"
        running = asyncio.create_task(receiver.run(path, stop))
        await asyncio.wait_for(receiver.listens.wait(), 5)
        made = offer(page.answer.body, page.call, answer=page.answer, at=datetime.now(UTC), group=uuid4().hex)
        async with HandOver(path, "gateway-1", record) as mirror:
            try:
                yield Bench(receiver, newcore, mirror, made, database)
            finally:
                stop.set()
                await asyncio.wait_for(running, 5)
        assert not path.exists()

    return opened


async def test_what_is_offered_is_compared_and_counted(bench):
    """From the gateway's queue to the counts that evidence reads."""
    async with bench() as made:
        made.newcore.free.set()
        for _ in range(5):
            made.mirror.offer(made.offer)
        await made.ended(5)
        found = await made.counted()
    assert (found.compared, found.equal, found.dropped) == (5, 5, 0)
    assert [(each.seen, each.compared) for each in found.shapes.values()] == [(5, 5)]


async def test_a_mismatch_is_written_down_at_once(bench, recorded):
    """Without waiting for the next second: it may stop a ramp."""
    async with bench() as made:
        made.newcore.answer = recorded(*PAGE).with_body((b"De Brug", b"De Burg"))
        made.newcore.free.set()
        made.mirror.offer(made.offer)
        await made.ended(1)
        async with await psycopg.AsyncConnection.connect(made.cluster.dsn(Role.WORKER), autocommit=True) as connection:
            async with asyncio.timeout(5):
                found = ()
                while not found:
                    found = await store.places(connection, made.offer.group, made.offer.at - timedelta(hours=1))
    assert {each.result for each in found} == {"real"}


async def test_so_many_at_once_and_no_more(bench):
    """A slow newcore fills the gateway's own queue, which drops and counts."""
    async with bench(at_once=3) as made:
        for _ in range(400):
            made.mirror.offer(made.offer)
            await asyncio.sleep(0)
        await until(lambda: made.newcore.under_way == 3)
        assert made.mirror.dropped > 0
        made.newcore.free.set()
        await made.ended(400 - made.mirror.dropped)
        assert made.newcore.most == 3
        found = None
        async with asyncio.timeout(5):
            while found is None or found.dropped < made.mirror.dropped:
                found = await made.counted()
                await asyncio.sleep(0.05)
    assert found.compared + found.dropped == 400


async def test_a_newcore_that_hangs_is_sent_no_more_answers(bench):
    """Once it is left alone nothing leaves the gateway, not even a record of it; what is offered is dropped and counted."""
    async with bench(deadline=0.02) as made:
        for _ in range(100):
            made.mirror.offer(made.offer)
        await made.ended(WINDOW)
        await asyncio.sleep(0.3)
        assert made.mirror.handed <= WINDOW + FAILURES
        assert made.receiver.ended == made.mirror.handed


@pytest.mark.parametrize(
    "over",
    [{"call": replace(call(), kind=Kind.MUTATE)}, {"at": datetime.now(UTC) - timedelta(seconds=LATE_SECONDS + 5)}],
    ids=["a change", "too late"],
)
async def test_a_change_and_an_old_answer_are_never_asked_of_newcore(bench, over, tmp_path):
    """Whatever a gateway sends: here one that does not look first."""
    async with bench() as made:
        made.newcore.free.set()
        _, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        writer.write(encode(Frame("gateway-9", (), "html", replace(made.offer, **over))))
        await made.ended(1)
        writer.close()
        found = await made.counted()
        assert made.newcore.asked == 0
    assert (found.compared, found.dropped) == (0, 1)


async def test_an_answer_under_an_unknown_file_is_not_compared(bench):
    """Nobody knows what allows no noise."""
    async with bench(known=False) as made:
        made.mirror.offer(made.offer)
        await made.ended(1)
        assert made.newcore.asked == 0
        assert (await made.counted()).dropped == 1


async def test_a_gateway_that_sends_nonsense_disturbs_nobody(bench, tmp_path):
    """Its connection ends; the others go on."""
    async with bench() as made:
        made.newcore.free.set()
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        writer.write(b"\x00\x00\x00\x04nope")
        assert not (await reader.read()).strip(ASK)
        writer.close()
        made.mirror.offer(made.offer)
        await made.ended(1)


async def test_what_is_under_way_is_written_down_when_told_to_stop(bench):
    """A newcore that hangs is not waited for, and nothing that was counted is lost."""
    async with bench() as made:
        made.newcore.free.set()
        made.mirror.offer(made.offer)
        await made.ended(1)
        made.newcore.free.clear()
        made.mirror.offer(made.offer)
        await until(lambda: made.newcore.under_way)
    found = await made.counted()
    assert (found.equal, found.dropped) == (1, 1)


def test_the_socket_is_its_owners_alone_and_replaces_a_dead_one(tmp_path):
    """A process that was killed left its own behind."""
    path = tmp_path / "s"
    listening(path).close()
    assert path.exists()
    with listening(path) as again:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        again.listen()
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(str(path))


def test_a_process_that_ends_late_leaves_the_socket_of_its_successor(tmp_path):
    """A worker that was killed is started again while what it left behind still ends."""
    path = tmp_path / "s"
    with listening(path):
        first = inode(path)
        with listening(path):
            forget(path, first)
            assert path.exists()
            forget(path, inode(path))
            assert not path.exists()
            forget(path, first)


def test_a_path_that_is_too_long_for_a_socket_is_told():
    """With what to do."""
    with pytest.raises(OperatorError, match="POORT_DATA_DIR"):
        listening(Path("/" + "x" * LONGEST_PATH))


async def test_a_receiver_whose_socket_was_taken_away_ends_and_one_that_was_replaced_stays(database, tmp_path):
    """No gateway that starts now could find it: whoever keeps it starts another. A second receiver is no reason to end."""
    desk = Desk(None, None, database.dsn(Role.WORKER), b"k" * 32)
    path, stop, other = tmp_path / "s", asyncio.Event(), asyncio.Event()
    lone = Receiver(desk)
    running = asyncio.create_task(lone.run(path, stop))
    await asyncio.wait_for(lone.listens.wait(), 5)
    second = Receiver(desk)
    beside = asyncio.create_task(second.run(path, other))
    await asyncio.wait_for(second.listens.wait(), 5)
    await asyncio.sleep(1.2)
    assert not running.done()
    path.unlink()
    listening(path).close()  # as a process that was killed leaves it
    for each in (running, beside):
        with pytest.raises(ReceiverError, match="socket is gone"):
            await asyncio.wait_for(each, 5)
    assert path.exists()


async def test_a_receiver_that_can_write_nothing_down_at_all_ends(database, tmp_path):
    """Counts that nobody can write are no reason to go on comparing."""

    class Mute(Receiver):
        async def write(self) -> None:
            raise TypeError

    mute = Mute(Desk(None, None, database.dsn(Role.WORKER), b"k" * 32))
    with pytest.raises(TypeError):
        await asyncio.wait_for(mute.run(tmp_path / "s", asyncio.Event()), 5)
