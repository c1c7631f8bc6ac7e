"""One connection that many exchanges share: what waits together goes to the server in one statement.

Why it exists: a round trip of its own for each exchange costs the gateway more CPU than everything it decides. Rules:
1. Asks are answered in the order in which they came; a batch is what came in while the last one was under way.
2. A connection that breaks is made anew, and the batch is asked once more: only asks that may be asked twice belong here.
3. Every wait has a limit, also on a server that hangs; a fault is a StoreError for everybody in the batch.
4. After a batch that got no reply one try to connect follows the other, until one succeeds. From the first that fails, or
   takes longer than a moment, asks are refused at once: nobody waits for a server that is known to be away, and nobody
   misses its return. A server that answers, and was only slow in one statement, is not away.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from proxy.errors import StoreError

type Connection = psycopg.AsyncConnection[Any]

_RETRIES = 1
_AWAY = "the database does not answer"
_PAUSE = 0.2
"""Seconds between two tries to connect to a server that is away."""
_TRY_SECONDS = 2.0
"""Longest try to connect to it: packets that nobody answers must not hide its return."""
_MOMENT = 0.5
"""Seconds that asks wait for the first try."""


@dataclass(frozen=True, slots=True)
class Hooks[Reply]:
    """What else is called: on every new connection, and with the reply of an ask whose caller was cancelled."""

    prepare: Callable[[Connection], Awaitable[None]] | None = None
    unwanted: Callable[[Reply], None] | None = None


class Courier[Ask, Reply]:
    """Carries asks in batches. `run` answers a batch in its order."""

    def __init__(
        self,
        dsn: str,
        run: Callable[[Connection, Sequence[Ask]], Awaitable[Sequence[Reply]]],
        *,
        hooks: Hooks[Reply] | None = None,
        seconds: float = 5.0,
    ) -> None:
        """Take the address, the statement and a limit; nothing is opened before the first ask."""
        self._dsn, self._run, self._seconds = dsn, run, seconds
        self._hooks: Hooks[Reply] = hooks or Hooks()
        self._waiting: list[tuple[Ask, asyncio.Future[Reply]]] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._closed = False
        self._broken = False
        """The last batch got no reply, and no connection has been made since."""
        self._away = False
        """Then asks are refused at once."""

    async def ask(self, ask: Ask) -> Reply:
        """Ask and wait for the reply; raises StoreError when the store cannot answer in time."""
        return await self.tell(ask)

    def tell(self, ask: Ask) -> "asyncio.Future[Reply]":
        """Ask without waiting; raises StoreError where it is known that there will be no reply."""
        if self._closed or self._away:
            raise StoreError("the store is closed" if self._closed else _AWAY)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, future))
        if self._task is None:
            self._task = asyncio.create_task(self._serve(), name="courier")
        self._wake.set()
        return future

    async def close(self) -> None:
        """Stop; whoever still waits gets a StoreError."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._settle_all(StoreError("the store is closed"))
        await self._drop()

    async def _serve(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch = [each for each in self._waiting if not each[1].done()]  # a caller that was cancelled asks nothing
            self._waiting = []
            if batch:
                await self._answer(batch)
            if self._broken:
                await self._reconnect()

    async def _reconnect(self) -> None:
        """Try to connect until it succeeds; the connection is there for the next ask."""
        moment = asyncio.get_running_loop().call_later(_MOMENT, self._give_up)
        try:
            while self._broken:
                await self._try()
        finally:
            moment.cancel()

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(min(self._seconds, _TRY_SECONDS)):
                await self._open()
        except (psycopg.Error, TimeoutError, OSError, StoreError):
            self._give_up()
            await asyncio.sleep(_PAUSE)
        else:
            self._broken = self._away = False

    def _give_up(self) -> None:
        """From now on nobody waits."""
        self._away = True
        self._settle_all(StoreError(_AWAY))

    async def _answer(self, batch: list[tuple[Ask, asyncio.Future[Reply]]]) -> None:
        try:
            replies = await self._attempts([ask for ask, _ in batch])
        except StoreError as fault:
            for _, future in batch:
                if not future.done():
                    future.set_exception(StoreError(str(fault)))
            return
        except asyncio.CancelledError:
            self._waiting = [*batch, *self._waiting]
            raise
        for (_, future), reply in zip(batch, replies, strict=True):
            if not future.done():
                future.set_result(reply)
            elif self._hooks.unwanted is not None and future.cancelled():
                self._hooks.unwanted(reply)

    async def _attempts(self, asks: list[Ask]) -> Sequence[Reply]:
        for attempt in range(_RETRIES + 1):
            try:
                async with asyncio.timeout(self._seconds):
                    connection = self._connection or await self._open()
                with cut_after(self._seconds, connection):
                    return await self._run(connection, asks)
            except (psycopg.OperationalError, TimeoutError, OSError) as fault:
                await self._drop()
                if attempt == _RETRIES or isinstance(fault, TimeoutError | psycopg.errors.QueryCanceled):
                    self._broken = True
                    raise StoreError(f"{_AWAY} ({type(fault).__name__})") from fault
            except psycopg.Error as fault:
                raise StoreError(f"the database refused ({type(fault).__name__})") from fault
        raise StoreError(_AWAY)

    async def _open(self) -> Connection:
        limit = f"-c statement_timeout={int(self._seconds * 1000)} -c synchronous_commit=off"
        connection: Connection = await psycopg.AsyncConnection.connect(
            self._dsn, autocommit=True, connect_timeout=max(2, int(self._seconds)), options=limit, prepare_threshold=1
        )
        try:
            if self._hooks.prepare is not None:
                await self._hooks.prepare(connection)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        return connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()

    def _settle_all(self, fault: StoreError) -> None:
        waiting, self._waiting = self._waiting, []
        for _, future in waiting:
            if not future.done():
                future.set_exception(fault)


@contextmanager
def cut_after(seconds: float, connection: Connection) -> Iterator[None]:
    """Shut the socket down after so many seconds and raise TimeoutError.

    A cancelled task would have psycopg ask the server to cancel first, which on a server that hangs takes ten seconds more.
    """
    late: list[bool] = []

    def cut() -> None:
        late.append(True)
        with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)

    timer = asyncio.get_running_loop().call_later(seconds, cut)
    try:
        yield
    except psycopg.Error as fault:
        if late:
            raise TimeoutError(f"no reply within {seconds:g} s") from fault
        raise
    finally:
        timer.cancel()
