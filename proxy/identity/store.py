"""Sessions in PostgreSQL: shared by all gateways, taken by one exchange at a time, changed only as they were read.

Why it exists: two requests of one session at two gateways must not move SONAR's cursor under each other. Rules:
1. `claim` takes a session in one statement (batched with others), without waiting for a disk: a claim is not a record.
2. A session that is taken waits, bounded: in this process for the exchange that has it or asks for it, elsewhere by asking
   again. One ask at a time, because a second one would take what the first has just been given for a reply that was lost.
3. A holder that is gone - its lease ran out, or its gateway's advisory lock is - loses the session. The session goes on
   without cursor and list, and one version further, so that nothing the old holder still stores can match.
4. Changes are stored by the ledger inside its own transaction (`apply`), on the version at which they were read.
5. By what a list was asked is sealed on its way to the table, and opened on its way back (`body.py`).
6. With every claim comes the revision of the account: `noted` tells the facts, so a lock holds from the next request on.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import msgspec
import psycopg

from proxy.errors import SessionBusyError, StoreError
from proxy.identity import body as bodies
from proxy.identity.body import Seals
from proxy.model.entry import SessionChange
from proxy.model.principal import Session
from proxy.postgres.worker import Courier, Hooks

type Connection = psycopg.AsyncConnection[Any]

LOCK_SPACE = 0x53455353  # "SESS": the advisory locks by which gateways see that another is alive
ALIAS_SECONDS = 60  # the legacy accepts a replaced token for 30
_FIRST_POLL, _LONGEST_POLL, _SUSPECT_AFTER = 0.001, 0.05, 0.25
_REMEMBERED = 20_000

_CLAIM = """
WITH asked AS (
    SELECT * FROM ROWS FROM (jsonb_to_recordset(%s::jsonb)
        AS (key bytea, exclusive bool, own bool, suspect bool, claim bigint))
        WITH ORDINALITY q(asked, exclusive, own, suspect, claim, n)),
resolved AS (
    SELECT q.*, coalesce(a.key, q.asked) AS key
    FROM asked q LEFT JOIN session_alias a ON a.old = q.asked AND a.until > now()),
target AS (
    SELECT s.key, r.claim, s.busy_by IS NOT NULL AND NOT (r.own AND s.busy_by = %s) AS lost
    FROM session s JOIN (
        SELECT key, bool_or(own AND asked = key) AS own, bool_or(suspect) AS suspect, min(claim) AS claim
        FROM resolved WHERE exclusive GROUP BY key) r ON r.key = s.key
    WHERE s.busy_until IS NULL OR s.busy_until < now() OR (r.own AND s.busy_by = %s)
        OR (r.suspect AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
            AND l.classid::bigint = %s AND l.objid::bigint = s.busy_by))
    FOR UPDATE OF s SKIP LOCKED),
taken AS (
    UPDATE session s SET busy_by = %s, busy_claim = t.claim, busy_until = clock_timestamp() + %s * interval '1 second',
        version = s.version + t.lost::int, body = CASE WHEN t.lost THEN s.body || %s::jsonb ELSE s.body END
    FROM target t WHERE s.key = t.key
    RETURNING s.key, s.version, s.account, s.started_at, s.last_seen, s.body::text AS body, t.claim)
SELECT t.claim IS NOT DISTINCT FROM r.claim, e.key, t.version, t.body, e.version, e.body::text,
    e.account, e.started_at, e.last_seen, c.revision
FROM resolved r
LEFT JOIN taken t ON r.exclusive AND t.key = r.key
LEFT JOIN session e ON e.key = r.key
LEFT JOIN account c ON c.name = e.account
ORDER BY r.n
"""

_RELEASE = """
UPDATE session s SET busy_by = NULL, busy_claim = NULL, busy_until = NULL, version = s.version + r.lost::int,
    body = CASE WHEN r.lost THEN s.body || %s::jsonb ELSE s.body END
FROM jsonb_to_recordset(%s::jsonb) r(key bytea, version bigint, claim bigint, lost bool)
WHERE s.key = r.key AND s.version = r.version AND (r.lost OR s.busy_claim = r.claim)
"""

_APPLY = """
WITH change AS (
    SELECT *, coalesce(old, key) AS held FROM jsonb_to_recordset(%s::jsonb) c(key bytea, old bytea, before bigint,
        ended bool, account text, started_at timestamptz, last_seen timestamptz, body jsonb)),
locked AS (
    SELECT s.key FROM session s JOIN change c ON c.held = s.key ORDER BY s.key FOR UPDATE OF s),
gone AS (
    DELETE FROM session s USING change c, locked l
    WHERE l.key = s.key AND s.key = c.held AND c.ended AND s.version = c.before RETURNING c.key),
kept AS (
    UPDATE session s SET key = c.key, version = c.before + 1, account = c.account, last_seen = c.last_seen, body = c.body,
        busy_by = NULL, busy_claim = NULL, busy_until = NULL
    FROM change c, locked l
    WHERE l.key = s.key AND s.key = c.held AND NOT c.ended AND c.before > 0 AND s.version = c.before
    RETURNING c.key, c.old),
made AS (
    INSERT INTO session (key, version, account, started_at, last_seen, body)
    SELECT key, 1, account, started_at, last_seen, body FROM change WHERE before = 0 AND NOT ended ORDER BY key
    ON CONFLICT (key) DO NOTHING RETURNING key),
moved AS (
    UPDATE session_alias a SET key = k.key, until = now() + %s * interval '1 second' FROM kept k WHERE a.key = k.old),
named AS (
    INSERT INTO session_alias (old, key, until) SELECT old, key, now() + %s * interval '1 second' FROM kept WHERE old IS NOT NULL
    ON CONFLICT (old) DO UPDATE SET key = excluded.key, until = excluded.until)
SELECT key FROM gone UNION ALL SELECT key FROM kept UNION ALL SELECT key FROM made
UNION ALL SELECT c.key FROM change c WHERE c.ended AND NOT EXISTS (SELECT FROM session s WHERE s.key = c.held)
"""


@dataclass(frozen=True, slots=True)
class _Ask:
    """One ask to the server: take or read a session, or give one back (`version` set)."""

    key: bytes
    exclusive: bool = False
    own: bool = False
    suspect: bool = False
    claim: int = 0
    version: int | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What the server said: no session, one that is taken by somebody else, or the session."""

    session: Session | None = None
    taken: bool = False
    absent: bool = False
    revision: int | None = None
    claim: int = 0


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: how long to wait for a busy session, how long a claim lasts, how long a statement may take."""

    wait: float = 10.0
    lease: float = 180.0
    """Longer than an exchange may take."""
    seconds: float = 5.0


TIMES = Times()


@dataclass(slots=True)
class _Held:
    """A session that an exchange of this process has, by the key under which it is stored."""

    version: int
    claim: int
    applied: bool = False
    """Its change is in a transaction of the ledger; whether that commits, the next claim sees."""
    freed: asyncio.Event = field(default_factory=asyncio.Event)


class SessionStore:
    """Implements `ports.Sessions`, and `apply` of the ledger's `SessionWriter` (`learn` is done by the facts)."""

    def __init__(
        self,
        dsn: str,
        seals: Seals,
        *,
        times: Times = TIMES,
        noted: Callable[[str, int | None], None] | None = None,
    ) -> None:
        """Take the address, how queries are sealed, the limits, and whom to tell the revision of an account."""
        self._times, self._noted, self._seals = times, noted, seals
        self._instance = secrets.randbits(31)
        self._claims = 0
        self._held: dict[bytes, _Held] = {}
        self._asking: dict[bytes, asyncio.Event] = {}
        self._aliases: dict[bytes, bytes] = {}
        self._owed: list[_Ask] = []
        self._courier: Courier[_Ask, _Found] = Courier(
            dsn, self._batch, hooks=Hooks(self._alive, self._unwanted), seconds=times.seconds
        )

    async def close(self) -> None:
        """Let go of the connection; whatever is still claimed reads as lost to the next."""
        await self._courier.close()

    async def claim(self, key: bytes, exclusive: bool) -> Session | None:
        """Read a session; exclusive: hold it. Raises SessionBusyError when another has it for too long."""
        if not exclusive:
            return self._tell(await self._courier.ask(_Ask(key)))
        started, poll = monotonic(), _FIRST_POLL
        while True:
            await self._turn(key, started)
            found = await self._try(key, suspect=monotonic() - started > _SUSPECT_AFTER)
            if found.absent or found.taken:
                return self._tell(found)
            if monotonic() - started > self._times.wait:
                raise SessionBusyError("another exchange of this session goes on")
            await asyncio.sleep(poll)
            poll = min(poll * 2, _LONGEST_POLL)

    async def release(self, key: bytes, *, lost: bool = False) -> None:
        """Give a session back as it was, or without cursor and list where nobody knows them any more.

        Where the database is away, the giving back is owed: it is done before the next claim of this process.
        """
        stored = self._aliases.pop(key, key)
        held = self._held.pop(stored, None)
        if held is None:
            return
        held.freed.set()
        back = _Ask(stored, claim=held.claim, version=held.version, lost=lost)
        try:
            await self._courier.ask(back)
        except StoreError:
            self._owed.append(back)
            raise

    async def apply(self, connection: Connection, changes: Sequence[SessionChange]) -> set[bytes]:
        """Store the changes whose session is still at `before`; gives the keys of those that were not. No commit."""
        if not changes:
            return set()
        ordered = sorted(changes, key=_stored_key)
        rows = _json([_change_row(change, self._seals) for change in ordered])
        cursor = await connection.execute(_APPLY, (rows, ALIAS_SECONDS, ALIAS_SECONDS), prepare=True)
        stored = {bytes(row[0]) for row in await cursor.fetchall()}
        for change in ordered:
            held = self._held.get(_stored_key(change))
            if held is not None and change.session.key in stored:
                held.applied = True
                held.freed.set()
        return {change.session.key for change in ordered} - stored

    async def _turn(self, key: bytes, started: float) -> None:
        """Wait until no exchange of this process has the session, or asks for it."""
        while (free := self._free(key)) is not None:
            try:
                async with asyncio.timeout(max(0.0, started + self._times.wait - monotonic())):
                    await free.wait()
            except TimeoutError:
                raise SessionBusyError("another exchange of this session goes on") from None

    def _free(self, key: bytes) -> asyncio.Event | None:
        """Give what is set when the session is free in this process; None: it is."""
        held = self._held.get(self._aliases.get(key, key))
        return held.freed if held is not None and not held.applied else self._asking.get(key)

    async def _try(self, key: bytes, *, suspect: bool) -> _Found:
        self._asking[key] = asked = asyncio.Event()
        try:
            return await self._take(key, suspect=suspect)
        finally:
            del self._asking[key]
            asked.set()

    async def _take(self, key: bytes, *, suspect: bool) -> _Found:
        self._claims += 1
        claim = self._claims
        own = self._aliases.get(key, key) not in self._held
        found = await self._courier.ask(_Ask(key, exclusive=True, own=own, suspect=suspect, claim=claim))
        if found.taken and found.session is not None:
            stored = found.session.key
            self._held[stored] = _Held(found.session.version, claim)
            if stored != key:
                self._aliases[key] = stored
            if len(self._held) > _REMEMBERED:
                self._forget()
        return found

    def _forget(self) -> None:
        """Drop what is only remembered because its change was stored."""
        self._held = {key: held for key, held in self._held.items() if not held.applied}
        self._aliases = {key: stored for key, stored in self._aliases.items() if stored in self._held}

    def _tell(self, found: _Found) -> Session | None:
        if found.session is not None and self._noted is not None:
            self._noted(found.session.user, found.revision)
        return found.session

    def _unwanted(self, found: _Found) -> None:
        """Give back what was taken for an exchange that did not wait for it."""
        if found.taken and found.session is not None:
            back = _Ask(found.session.key, claim=found.claim, version=found.session.version)
            with suppress(StoreError):  # closed meanwhile: the lock of this instance goes, so the next finds it lost
                self._courier.tell(back).add_done_callback(_heard)

    async def _alive(self, connection: Connection) -> None:
        """Hold the lock that shows this instance to be alive; another number when it is not to be had."""
        for _ in range(10):
            cursor = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_SPACE, self._instance))
            row = await cursor.fetchone()
            if row is not None and row[0]:
                return
            self._instance = secrets.randbits(31)
        raise StoreError("no instance number is free")

    async def _batch(self, connection: Connection, asks: Sequence[_Ask]) -> Sequence[_Found]:
        """Answer a batch: what is given back first, so that the same batch may take it again."""
        owed = list(self._owed)
        back = [*owed, *(ask for ask in asks if ask.version is not None)]
        if back:
            rows = _json([_given_row(ask) for ask in back])
            await connection.execute(_RELEASE, (bodies.FORGOTTEN, rows), prepare=True)
            del self._owed[: len(owed)]
        wanted = [ask for ask in asks if ask.version is None]
        found = iter(await self._look(connection, wanted) if wanted else ())
        return [next(found) if ask.version is None else _GIVEN for ask in asks]

    async def _look(self, connection: Connection, wanted: Sequence[_Ask]) -> list[_Found]:
        me, lease = self._instance, self._times.lease
        rows = _json([_asked_row(ask) for ask in wanted])
        parameters = (rows, me, me, LOCK_SPACE, me, lease, bodies.FORGOTTEN)
        cursor = await connection.execute(_CLAIM, parameters, prepare=True)
        return [_found(ask, row, self._seals) for ask, row in zip(wanted, await cursor.fetchall(), strict=True)]


_GIVEN = _Found()


def _heard(future: "asyncio.Future[_Found]") -> None:
    """Take note of a fault that nobody waits for: the lease ends what was not given back."""
    if not future.cancelled():
        future.exception()


def _found(ask: _Ask, row: tuple[Any, ...], seals: Seals) -> _Found:
    taken, key, version, body, as_read, body_read, account, started, seen, revision = row
    if key is None:
        return _Found(absent=True)
    if ask.exclusive and not taken:
        return _Found()
    if ask.exclusive:
        session = bodies.session((key, version, account, started, seen), body, seals)
        return _Found(session, taken=True, revision=revision, claim=ask.claim)
    return _Found(bodies.session((key, as_read, account, started, seen), body_read, seals), revision=revision)


def _stored_key(change: SessionChange) -> bytes:
    return change.rekeyed_from or change.session.key


# One document a statement: psycopg's arrays, five or eight of them, cost more than everything else that is written.


def _json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


def _hex(key: bytes | None) -> str | None:
    return None if key is None else "\\x" + key.hex()


def _asked_row(ask: _Ask) -> dict[str, Any]:
    key = _hex(ask.key)
    return {"key": key, "exclusive": ask.exclusive, "own": ask.own, "suspect": ask.suspect, "claim": ask.claim}


def _given_row(ask: _Ask) -> dict[str, Any]:
    return {"key": _hex(ask.key), "version": ask.version, "claim": ask.claim, "lost": ask.lost}


def _change_row(change: SessionChange, seals: Seals) -> dict[str, Any]:
    session = change.session
    return {
        "key": _hex(session.key),
        "old": _hex(change.rekeyed_from),
        "before": change.before,
        "ended": change.ended,
        "account": session.user,
        "started_at": session.started_at,
        "last_seen": session.last_seen,
        "body": bodies.of(session, seals),
    }


async def sweep(connection: Connection, idle_seconds: float) -> int:
    """Delete sessions that lay idle for longer, and aliases that ended; gives the number of sessions."""
    await connection.execute("DELETE FROM session_alias WHERE until < now()")
    cursor = await connection.execute(
        "DELETE FROM session WHERE last_seen < now() - %s * interval '1 second' AND (busy_until IS NULL OR busy_until < now())",
        (idle_seconds,),
    )
    return cursor.rowcount
