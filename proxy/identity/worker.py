"""Keeps legacy's sessions alive while their users work on newcore, so that a way back does not end at a log-in page.

Rules:
1. When and for whom stands in `alive.py`. The call does nothing at legacy: no cursor, no view, no page, no number.
2. A session is claimed for it like for any exchange, so it never overlaps with a request of its user, and goes back as it was.
   One that is busy is left alone: its user is at work, and is looked at again.
3. At most `PER_SECOND` such calls leave this process; nobody waits for them.
4. Where legacy gives a new token with such a call the client could not be told: then nobody is kept alive any more, and the
   log says so. Legacy that ended a session is believed: its next request shows legacy's own log-in page.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from proxy.errors import PoortError
from proxy.identity import alive
from proxy.identity.alive import Attended
from proxy.model.entry import SessionChange
from proxy.ports import Clock, Dialect, Sessions, Upstream

log = structlog.get_logger()

PER_SECOND = 10.0
_MOST = 20_000
_ROUNDS = 4
"""How often it is looked within the time by which legacy is told early."""


class Keeper:
    """Implements `ports.Attendance`."""

    def __init__(
        self, sessions: Sessions, legacy: Upstream, now: tuple[Clock, Callable[[], Dialect]], idle: timedelta
    ) -> None:
        """Take the stores, the clock and the language of the moment, and legacy's session timeout."""
        self._sessions, self._legacy, self._idle = sessions, legacy, idle
        self._clock, self._dialect = now
        self._attended: dict[bytes, Attended] = {}
        self._task: asyncio.Task[None] | None = None
        self.told = 0
        """Calls that kept a session alive."""
        self.rotates = False
        """Legacy replaces tokens, so a call of ours would cost the client its session."""

    def start(self) -> None:
        """Begin to look after sessions."""
        self._task = asyncio.create_task(self._follow())

    async def close(self) -> None:
        """Stop; tokens are forgotten."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._attended.clear()

    def noted(self, change: SessionChange, token: bytes) -> None:
        """Take down what became of a session in an exchange; never blocks, never raises."""
        key, heard = change.session.key, change.session.astray.since
        self.rotates = self.rotates or change.rekeyed_from is not None
        if change.ended or heard is None or self.rotates:
            self._attended.pop(key, None)
            return
        if key in self._attended or len(self._attended) < _MOST:
            before = self._attended.get(key)
            self._attended[key] = alive.noted(before, token, heard, change.session.last_seen)

    async def look(self) -> None:
        """Look once at everybody: tell legacy of who is due, let go of who is over."""
        now = self._clock.now()
        for key, each in tuple(self._attended.items()):
            if alive.is_over(each, now, self._idle):
                self._attended.pop(key, None)
            elif alive.is_due(each, now, self._idle):
                await self._tell(key, each)

    async def _follow(self) -> None:
        pause = min(1.0, alive.early(self._idle).total_seconds() / _ROUNDS)
        while True:
            await asyncio.sleep(pause)
            await self.look()

    async def _tell(self, key: bytes, each: Attended) -> None:
        """Tell legacy of one session, while nobody else has it; what goes wrong is tried again at the next look."""
        try:
            session = await self._sessions.claim(key, exclusive=True)
            if session is None:
                self._attended.pop(key, None)
                return
            try:
                heard = session.astray.since
                if heard is not None and heard <= each.heard:
                    await self._call(key, each)
                else:  # legacy heard of it through another gateway
                    self._let_go(key, each, heard)
            finally:
                await self._sessions.release(key)
        except PoortError as fault:
            log.warning("a session could not be kept alive", fault=type(fault).__name__)
        await asyncio.sleep(1 / PER_SECOND)

    async def _call(self, key: bytes, each: Attended) -> None:
        dialect = self._dialect()
        answer = await self._legacy.send(dialect.harmless(each.token), session=key, repeatable=False)
        if dialect.rotated(answer) is not None:
            self.rotates = True
            self._attended.clear()
            log.warning("legacy replaces tokens: no session is kept alive any more")
        elif dialect.is_alive(answer):
            self.told += 1
            self._let_go(key, each, self._clock.now())
        else:
            self._attended.pop(key, None)

    def _let_go(self, key: bytes, each: Attended, heard: datetime | None) -> None:
        """Note when legacy heard of a session; None: it heard of all that its user did."""
        if heard is None:
            self._attended.pop(key, None)
        elif key in self._attended:
            self._attended[key] = alive.noted(self._attended[key], each.token, heard, each.used)
