"""Attendance: the contract of `ports.Attendance`, on a real PostgreSQL and a stand-in whose clock is moved by hand."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from proxy.database import Cluster, Role
from proxy.errors import UpstreamError
from proxy.identity.store import SessionStore, Times
from proxy.identity.worker import Keeper
from proxy.model.entry import SessionChange
from proxy.model.http import Answer, Request
from proxy.model.principal import Astray, Session
from tests.doubles.seals import SEALS
from tests.doubles.two_cores import PASSWORD, USER, Legacy, dialect, legacy, request

IDLE = timedelta(minutes=30)
BEGAN = datetime(2020, 11, 24, 9, tzinfo=UTC)
LOGIN = f"SWECmd=ExecuteLogin&SWEUserName={USER}&SWEPassword={PASSWORD}&SWEView=Login+View&SWEC=1"
LOOK = "SWECmd=GotoView&SWEView=SNR+Werkvoorraad+View"


@dataclass(slots=True)
class Hands:
    """One clock for legacy and gateway, moved by hand; implements `ports.Clock`."""

    core: Legacy
    at: datetime = BEGAN

    def now(self) -> datetime:
        """Give the time."""
        return self.at

    def move(self, seconds: float) -> None:
        """Let so many seconds have passed since the beginning."""
        self.at = BEGAN + timedelta(seconds=seconds)
        self.core.application.clock.freeze(self.at.replace(tzinfo=None).isoformat())


@dataclass(slots=True)
class Room:
    """A user who works on newcore, and who looks after the session."""

    keeper: Keeper
    hands: Hands
    session: Session
    token: str
    store: SessionStore

    def works(self, seconds: float, **over: object) -> None:
        """Newcore answers the user; legacy hears nothing."""
        self.hands.move(seconds)
        after = replace(self.session, last_seen=self.hands.at, **over)
        self.keeper.noted(SessionChange(self.session.version, after), self.token.encode())

    async def look(self, seconds: float) -> None:
        """Let the keeper look at a moment."""
        self.hands.move(seconds)
        await self.keeper.look()

    def page(self) -> bytes:
        """What the user sees at legacy now."""
        return self.hands.core.answer(request(LOOK, self.token)).body


@pytest.fixture
async def room(database: Cluster) -> AsyncIterator[Room]:
    """Somebody who logged in at nine, and whose session newcore has answered since."""
    dsn, core = database.dsn(Role.GATEWAY), legacy()
    hands = Hands(core)
    hands.move(0)
    answer = core.answer(request(LOGIN))
    token = dict(answer.fields)[b"Set-Cookie"].split(b"=", 1)[1].split(b";")[0].decode()
    store = SessionStore(dsn, SEALS, times=Times(wait=0.3))
    key = secrets.token_bytes(32)
    session = Session(key, 0, USER, BEGAN, BEGAN, astray=Astray(view=True, since=BEGAN))
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        assert await store.apply(connection, [SessionChange(0, session)]) == set()
    keeper = Keeper(store, core, (hands, dialect), IDLE)
    core.got.clear()
    yield Room(keeper, hands, replace(session, version=1), token, store)
    await keeper.close()
    await store.close()


async def test_a_way_back_does_not_end_at_the_log_in_page(room):
    """Forty minutes on newcore: legacy was told once, shortly before it would have forgotten, and shows its page."""
    room.works(600)
    await room.look(1700)
    assert room.hands.core.got == []
    await room.look(1750)
    assert [each.body for each in room.hands.core.got] == [b"SWECmd=Ping"]
    await room.look(1790)
    assert (len(room.hands.core.got), room.keeper.told) == (1, 1)
    room.hands.move(2390)
    assert b"Werkvoorraad" in room.page()


async def test_without_it_legacy_would_have_forgotten(room):
    """The same forty minutes with nobody to look: its own log-in page. So the claim above can fail."""
    room.works(600)
    room.hands.move(2390)
    assert b"SWEEntryForm" in room.page()


async def test_it_moves_neither_cursor_nor_page_nor_number(room):
    """Back shows the page that was there."""
    (held,) = room.hands.core.application.sessions._live.values()
    room.page()
    before = (held.view, dict(held.cursor), held.swec, held.page)
    room.works(600)
    await room.look(1750)
    assert room.keeper.told == 1
    assert (held.view, dict(held.cursor), held.swec, held.page) == before


async def test_a_user_who_went_is_not_kept(room):
    """Nobody did anything since legacy last heard: nothing is sent, and after the term nobody is waited for."""
    room.works(0)
    await room.look(1750)
    assert room.hands.core.got == []
    room.works(600)
    await room.look(1750)
    await room.look(2401)
    await room.look(3550)
    assert room.keeper.told == 1


async def test_a_session_that_is_in_use_is_left_alone(room, database):
    """Another gateway has it: nothing overlaps with its request; it is told at the next look."""
    room.works(600)
    other = SessionStore(database.dsn(Role.GATEWAY), SEALS, times=Times(wait=0.3))
    assert await other.claim(room.session.key, exclusive=True)
    await room.look(1750)
    assert room.hands.core.got == []
    await other.release(room.session.key)
    await other.close()
    await room.look(1751)
    assert room.keeper.told == 1
    assert await room.store.claim(room.session.key, exclusive=True) == room.session


async def test_what_legacy_heard_through_another_gateway_counts(room, database):
    """The row of the session says so: no call is made."""
    room.works(600)
    heard = replace(room.session, astray=Astray())
    async with await psycopg.AsyncConnection.connect(database.dsn(Role.GATEWAY)) as connection:
        assert await room.store.apply(connection, [SessionChange(1, heard)]) == set()
    await room.look(1750)
    assert room.hands.core.got == []


async def test_an_answer_of_legacy_ends_the_care(room):
    """It heard of the session itself; a log-off ends the session."""
    room.works(600)
    room.works(700, astray=Astray())
    room.works(600)
    room.keeper.noted(SessionChange(1, room.session, ended=True), room.token.encode())
    await room.look(1750)
    assert room.hands.core.got == []


async def test_a_session_that_legacy_ended_stays_ended(room):
    """Nobody logs in for the user: the next request shows legacy's own log-in page."""
    room.works(600)
    room.hands.core.application.sessions.end_all()
    await room.look(1750)
    await room.look(1760)
    assert len(room.hands.core.got) == 1
    assert b"SWEEntryForm" in room.page()


async def test_where_legacy_replaces_tokens_nobody_is_kept(room):
    """A token that the client does not get would cost it the session: one call shows it, or an exchange before that."""
    room.works(600)
    room.hands.core.application.modes.rotate = True
    await room.look(1750)
    room.works(1760)
    await room.look(1790)
    assert (len(room.hands.core.got), room.keeper.rotates, room.keeper.told) == (1, True, 0)


class Away:
    """A core that cannot be reached the first time; then it is the other one."""

    def __init__(self, core: Legacy) -> None:
        """Take the one that is there afterwards."""
        self._core, self.tries = core, 0

    async def send(self, request: Request, **given: Any) -> Answer:
        """Fail once."""
        self.tries += 1
        if self.tries == 1:
            raise UpstreamError("unreachable", sent=False)
        return await self._core.send(request, **given)


async def test_a_legacy_that_is_away_is_asked_again(room):
    """And the session is given back each time."""
    away = Away(room.hands.core)
    keeper = Keeper(room.store, away, (room.hands, dialect), IDLE)
    room.hands.move(600)
    keeper.noted(SessionChange(1, replace(room.session, last_seen=room.hands.at)), room.token.encode())
    for second in (1750, 1760):
        room.hands.move(second)
        await keeper.look()
    assert (away.tries, keeper.told) == (2, 1)
    assert await room.store.claim(room.session.key, exclusive=True) == room.session
