"""Facts in PostgreSQL: accounts, persons with their ties, vacancies, with caches that are bounded in number and age.

Why it exists: every exchange asks who its user is and how the persons it names relate to that user. Rules:
1. Promised delay of a change: an account that acts under a session, none (each claim brings the revision, `noted`);
   one that brings its credentials, none (asked each time); persons and vacancies, as fast as a change is told (`watch.py`),
   and `Ages.person` where nobody tells.
2. A cached person may be as old as `Ages.heard` only while the listener was heard within `Ages.silence`; whoever does not
   `start` one has none.
3. Age counts from the reading, never from the last use: a busy client does not keep a withdrawn right alive.
4. The gateway adds what an exchange brings (`learn`), and changes nothing that was imported.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from time import monotonic
from typing import Any

import psycopg

from proxy.facts import question, regions
from proxy.facts.cache import Cache
from proxy.facts.learning import store as learning
from proxy.facts.watch import ALL, FactWatch, Told
from proxy.model.person import PersonFacts
from proxy.model.principal import Organisation, Principal
from proxy.model.tie import Vacancy
from proxy.postgres.worker import Courier

type Connection = psycopg.AsyncConnection[Any]
type Names = Sequence[str]


@dataclass(frozen=True, slots=True)
class Ages:
    """How old a cached fact may be, in seconds of the clock since it was read, and how many are kept."""

    account: float = 5.0
    confirmed: float = 0.25
    """A claim that confirmed the revision speaks for its own exchange, not for a later one."""
    person: float = 30.0
    """Of persons and vacancies while no change is told."""
    heard: float = 600.0
    """Of the same while changes are told: bounded all the same, because days pass."""
    silence: float = 5.0
    """How long ago the listener was heard, at most."""
    most_accounts: int = 20_000
    """Also of the accounts of which only the organisation is kept."""
    most_persons: int = 100_000
    most_vacancies: int = 50_000
    clock: Callable[[], float] = monotonic


AGES = Ages()


@cache
def region_table() -> regions.RegionTable:
    """Read the dated region table that comes with this release."""
    data = files("proxy.facts") / "data"
    return regions.load(
        (data / "arbeidsmarktregio.csv").read_text(encoding="utf-8"),
        (data / "gemeente_regio.csv").read_text(encoding="utf-8"),
    )


@dataclass(slots=True)
class _Account:
    """A cached account; `confirmed` is when it was last known to be of the newest revision."""

    principal: Principal
    revision: int
    read_at: float
    confirmed: float


class FactStore:
    """Implements `ports.Facts`, and `learn` of the ledger's `SessionWriter`."""

    def __init__(
        self,
        dsn: str,
        seal: Callable[[bytes], bytes],
        *,
        seconds: float = 5.0,
        ages: Ages = AGES,
    ) -> None:
        """Take the address, how the identity of a learned person is sealed, and limits of statements and caches."""
        self._seal, self._ages, self._clock = seal, ages, ages.clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._persons: Cache[PersonFacts] = Cache(ages.most_persons)
        self._vacancies: Cache[Vacancy] = Cache(ages.most_vacancies)
        self._authors: Cache[frozenset[Organisation]] = Cache(ages.most_accounts)
        self._directory: Courier[str, _Account | None] = Courier(dsn, self._read_accounts, seconds=seconds)
        self._dossiers: Courier[Names, Mapping[str, PersonFacts]] = Courier(dsn, _read_persons, seconds=seconds)
        self._openings: Courier[Names, Mapping[str, Vacancy]] = Courier(dsn, _read_vacancies, seconds=seconds)
        self._authorship: Courier[Names, Mapping[str, frozenset[Organisation]]] = Courier(
            dsn, _read_authors, seconds=seconds
        )
        self._watch = FactWatch(dsn, self.told, ages.clock)
        self._following: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen for changes; until the listener is heard the short age holds."""
        if self._following is None:
            self._following = asyncio.create_task(self._watch.follow(), name="facts")

    async def close(self) -> None:
        """Let go of the connections."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        for courier in (self._directory, self._dossiers, self._openings, self._authorship):
            await courier.close()

    def told(self, change: Told) -> None:
        """Hear whose facts changed; everything where that cannot be said one by one."""
        kind, names = change[0], change[1:]
        caches: dict[str, Cache[Any]] = {"person": self._persons, "vacancy": self._vacancies}
        held = caches.get(kind)
        if change == ALL:
            self._persons.forget_all()
            self._vacancies.forget_all()
            self._authors.forget_all()
            self._accounts.clear()
        elif held is None:
            self._accounts.pop(names[0], None)
            self._authors.forget(names[0])
        else:
            for name in (*names, *(f"{question.IDENTITY}{each}" for each in names[1:])):
                held.forget(name)

    def noted(self, user: str, revision: int | None) -> None:
        """Hear the newest revision of an account, as a claim brought it: another one makes the cached account old."""
        held = self._accounts.get(user)
        if held is None:
            return
        if held.revision != revision:
            del self._accounts[user]
        else:
            held.confirmed = self._clock()

    async def principal(self, user: str) -> Principal | None:
        """Give an account with everything that it may be; None: the directory does not know it."""
        held, now = self._accounts.get(user), self._clock()
        if held and now - held.read_at < self._ages.account and now - held.confirmed < self._ages.confirmed:
            return held.principal
        found = await self._directory.ask(user)
        if found is None:
            self._accounts.pop(user, None)
            return None
        self._accounts[user] = found
        self._accounts.move_to_end(user)
        if len(self._accounts) > self._ages.most_accounts:
            self._accounts.popitem(last=False)
        return found.principal

    async def persons(self, row_ids: Names) -> Mapping[str, PersonFacts]:
        """Give the known persons among these rows, with their ties; one round trip for those that are not at hand.

        A name `identity:<digest>` asks for whoever has that identity, whatever the row.
        """
        return await self._known(self._persons, self._dossiers, row_ids)

    async def vacancies(self, ids: Names) -> Mapping[str, Vacancy]:
        """Give the known vacancies among these; one round trip for those that are not at hand."""
        return await self._known(self._vacancies, self._openings, ids)

    async def organisations(self, users: Names) -> Mapping[str, frozenset[Organisation]]:
        """Give the organisations of these accounts, none for whom the directory does not know; one round trip at most."""
        return await self._known(self._authors, self._authorship, users)

    async def learn(self, connection: Connection, facts: Sequence[learning.Fact]) -> None:
        """Store persons, vacancies and ties that an exchange brings, in the caller's transaction."""
        await learning.learn(connection, facts, self._seal)

    async def _known[Held](
        self, kept: Cache[Held], courier: Courier[Names, Mapping[str, Held]], names: Names
    ) -> Mapping[str, Held]:
        now = self._clock()
        since = now - self._trusted(now)
        held = {name: kept.known(name, since) for name in names}
        absent = [name for name, value in held.items() if value is None]
        found = {name: value for name, value in held.items() if value is not None}
        if absent:
            with kept.asking(now) as asking:
                read = await courier.ask(absent)
                kept.keep(asking, read)
            found |= read
        return found

    def _trusted(self, now: float) -> float:
        """Say how old a fact may be now: long only while changes are heard."""
        heard = self._watch.heard
        alive = heard is not None and now - heard < self._ages.silence
        return self._ages.heard if alive else self._ages.person

    async def _read_accounts(self, connection: Connection, users: Names) -> Sequence[_Account | None]:
        read_at = self._clock()
        cursor = await connection.execute(question.ACCOUNTS.encode(), (list(users),), prepare=True)
        rows = await cursor.fetchall()
        found = {row[0]: _Account(question.principal(row), row[4], read_at, read_at) for row in rows}
        return [found.get(user) for user in users]


async def _read_persons(connection: Connection, asks: Sequence[Names]) -> Sequence[Mapping[str, PersonFacts]]:
    rows, digests = question.names(name for ask in asks for name in ask)
    cursor = await connection.execute(question.PERSONS.encode(), (rows, digests), prepare=True)
    found = question.found(await cursor.fetchall(), digests)
    return [{name: found[name] for name in ask if name in found} for ask in asks]


async def _read_authors(
    connection: Connection, asks: Sequence[Names]
) -> Sequence[Mapping[str, frozenset[Organisation]]]:
    wanted = list({name for ask in asks for name in ask})
    cursor = await connection.execute(question.AUTHORS.encode(), (wanted,), prepare=True)
    found = question.organisations(await cursor.fetchall(), wanted)
    return [{name: found[name] for name in ask} for ask in asks]


async def _read_vacancies(connection: Connection, asks: Sequence[Names]) -> Sequence[Mapping[str, Vacancy]]:
    wanted = list({name for ask in asks for name in ask})
    cursor = await connection.execute(question.VACANCIES.encode(), (wanted,), prepare=True)
    found = {row[0]: question.vacancy(row) for row in await cursor.fetchall()}
    return [{name: found[name] for name in ask if name in found} for ask in asks]
