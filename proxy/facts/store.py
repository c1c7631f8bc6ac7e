"""Facts in PostgreSQL: accounts and persons, with caches that are bounded and old at most for a stated time.

Why it exists: every exchange asks who its user is and how the persons it names relate to that user. Rules:
1. Promised delay of a change: an account that acts under a session, none (each claim brings the revision, `noted`);
   one that brings its credentials, none (asked each time); facts of a person, `Ages.person`.
2. Age counts from the reading, never from the last use: a busy client does not keep a withdrawn right alive.
3. An import is one transaction, all or nothing, and reports what it did. No BSN is stored in clear.
4. The gateway may add persons of whom there are no facts (`learn`), and change nothing.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from time import monotonic
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from proxy.errors import OperatorError
from proxy.facts import regions
from proxy.facts.directory import Directory
from proxy.facts.dossier import PersonRow
from proxy.facts.double import merged
from proxy.model.person import PersonClass, PersonFacts, PersonId
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role
from proxy.postgres.worker import Courier

type Connection = psycopg.AsyncConnection[Any]


_ACCOUNTS = """
SELECT a.name, a.team, a.locked_at, a.identity, a.revision,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(z.id, z.role, z.organisation_kind, z.organisation_code, z.municipality,
        z.regions, z.valid_from, z.valid_until, z.legal_ground, z.issued_by) ORDER BY z.id), '[]')
     FROM account_authorisation z WHERE z.account = a.name)
FROM account a WHERE a.name = ANY(%s)
"""

_PERSONS = """
SELECT row_id, identity, sealed, municipality, responsible_region, caseload_user, team, assigned, class
FROM person WHERE row_id = ANY(%s)
"""

_BY_IDENTITY = """
SELECT row_id, identity, sealed, municipality, responsible_region, caseload_user, team, assigned, class
FROM person WHERE identity = ANY(%s) ORDER BY row_id
"""
IDENTITY = "identity:"
"""Before the hexadecimal digest of a person whom an answer names by BSN alone (`identity.binding.lookup`)."""

_LEARN = """
INSERT INTO person (row_id, identity, sealed, municipality, responsible_region, class, source)
SELECT *, 'learned' FROM unnest(%s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (row_id) DO NOTHING
"""

_PERSON_COLUMNS = (
    *("row_id", "identity", "sealed", "municipality", "responsible_region", "caseload_user", "team", "assigned"),
    *("class", "status"),
)


@dataclass(frozen=True, slots=True)
class Ages:
    """How old a cached fact may be, in seconds of the clock since it was read, and how many are kept."""

    account: float = 5.0
    confirmed: float = 0.25
    """A claim that confirmed the revision speaks for its own exchange, not for a later one."""
    person: float = 30.0
    most_accounts: int = 20_000
    most_persons: int = 100_000
    clock: Callable[[], float] = monotonic


AGES = Ages()


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
        self._persons: OrderedDict[str, tuple[float, PersonFacts]] = OrderedDict()
        self._directory: Courier[str, _Account | None] = Courier(dsn, self._read_accounts, seconds=seconds)
        self._dossiers: Courier[Sequence[str], Mapping[str, PersonFacts]] = Courier(dsn, _read_persons, seconds=seconds)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._directory.close()
        await self._dossiers.close()

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
        _keep(self._accounts, user, found, self._ages.most_accounts)
        return found.principal

    async def persons(self, row_ids: Sequence[str]) -> Mapping[str, PersonFacts]:
        """Give the known persons among these rows; one round trip for those that are not at hand.

        A name `identity:<digest>` asks for whoever has that identity, whatever the row.
        """
        oldest = self._clock() - self._ages.person
        found: dict[str, PersonFacts] = {}
        absent = []
        for row_id in row_ids:
            held = self._persons.get(row_id)
            if held is not None and held[0] > oldest:
                found[row_id] = held[1]
            else:
                absent.append(row_id)
        if absent:
            asked_at = self._clock()
            for row_id, facts in (await self._dossiers.ask(absent)).items():
                _keep(self._persons, row_id, (asked_at, facts), self._ages.most_persons)
                found[row_id] = facts
        return found

    async def learn(self, connection: Connection, facts: Sequence[PersonFacts]) -> None:
        """Store persons of whom there are no facts, in the caller's transaction; existing ones stay as they are."""
        held = sorted({each.row_id: each for each in facts if each.row_id}.values(), key=lambda each: each.row_id)
        if not held:
            return
        columns = (
            [each.row_id for each in held],
            [each.identity.digest for each in held],
            [self._sealed(each.identity) for each in held],
            [each.municipality for each in held],
            [each.responsible_region for each in held],
            [each.protection.value for each in held],
        )
        await connection.execute(_LEARN, columns, prepare=True)

    async def _read_accounts(self, connection: Connection, users: Sequence[str]) -> Sequence[_Account | None]:
        read_at = self._clock()
        cursor = await connection.execute(_ACCOUNTS, (list(users),), prepare=True)
        found = {row[0]: _account(row, read_at) for row in await cursor.fetchall()}
        return [found.get(user) for user in users]

    def _sealed(self, identity: PersonId) -> bytes | None:
        return self._seal(identity.plain.encode()) if identity.plain is not None else identity.sealed


def _keep[Held](cache: OrderedDict[str, Held], key: str, held: Held, most: int) -> None:
    """Put at the end; the one that was put there longest ago goes first."""
    cache[key] = held
    cache.move_to_end(key)
    if len(cache) > most:
        cache.popitem(last=False)


def _account(row: tuple[Any, ...], read_at: float) -> _Account:
    name, team, locked_at, identity, revision, authorisations = row
    held = tuple(_authorisation(each) for each in authorisations)
    own = bytes(identity) if identity is not None else None
    return _Account(Principal(name, held, team, locked_at, own), revision, read_at, read_at)


def _authorisation(row: Sequence[Any]) -> Authorisation:
    id_, role, kind, code, municipality, codes, start, end, ground, issuer = row
    of = OrganisationKind(kind)
    reach = municipality if of is OrganisationKind.MACHINE and municipality else code  # a municipality's own system
    return Authorisation(
        id=id_,
        role=Role(role),
        organisation=Organisation(of, reach),
        regions=frozenset(codes),
        valid_from=date.fromisoformat(start),
        valid_until=date.fromisoformat(end) if end else None,
        legal_ground=ground,
        issued_by=issuer,
    )


async def _read_persons(connection: Connection, asks: Sequence[Sequence[str]]) -> Sequence[Mapping[str, PersonFacts]]:
    wanted = {name for ask in asks for name in ask}
    digests = [bytes.fromhex(name.removeprefix(IDENTITY)) for name in wanted if name.startswith(IDENTITY)]
    rows = [name for name in wanted if not name.startswith(IDENTITY)]
    found: dict[str, PersonFacts] = {}
    if rows:
        cursor = await connection.execute(_PERSONS, (rows,), prepare=True)
        found = {row[0]: _facts(row) for row in await cursor.fetchall()}
    if digests:
        found |= await _read_identities(connection, digests)
    return [{name: found[name] for name in ask if name in found} for ask in asks]


async def _read_identities(connection: Connection, digests: list[bytes]) -> dict[str, PersonFacts]:
    cursor = await connection.execute(_BY_IDENTITY, (digests,), prepare=True)
    held: dict[str, list[PersonFacts]] = {}
    for row in await cursor.fetchall():
        held.setdefault(f"{IDENTITY}{bytes(row[1]).hex()}", []).append(_facts(row))
    return {name: merged(rows) for name, rows in held.items()}


def _facts(row: tuple[Any, ...]) -> PersonFacts:
    row_id, digest, sealed, municipality, region, caseload, team, assigned, held = row
    identity = PersonId(bytes(digest), sealed=bytes(sealed) if sealed is not None else None)
    return PersonFacts(row_id, identity, municipality, region, caseload, team, frozenset(assigned), PersonClass(held))


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    unchanged: int


def import_users(dsn: str, directory: Directory) -> Imported:
    """Store a directory in one transaction: the authorisations of its users become exactly those of the file.

    Accounts that the file does not name stay as they are. Raises OperatorError where the file has problems.
    """
    if directory.problems:
        raise OperatorError("nothing was imported:\n" + "\n".join(directory.problems))
    users = [account.user for account in directory.accounts]
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name, revision FROM account WHERE name = ANY(%s) ORDER BY name FOR UPDATE", (users,))
        before: dict[str, int] = dict(cursor.fetchall())
        cursor.executemany(
            "INSERT INTO account (name, team, identity) VALUES (%s, %s, %s) ON CONFLICT (name) DO UPDATE SET "
            "team = excluded.team, identity = excluded.identity "
            "WHERE (account.team, account.identity) IS DISTINCT FROM (excluded.team, excluded.identity)",
            [(account.user, account.team, account.identity) for account in directory.accounts],
        )
        _authorise(cursor, users, directory)
        cursor.execute("SELECT name, revision FROM account WHERE name = ANY(%s)", (users,))
        after: dict[str, int] = dict(cursor.fetchall())
    changed = sum(1 for name, revision in before.items() if after[name] != revision)
    return Imported(len(after) - len(before), changed, len(before) - changed)


def _authorise(cursor: "psycopg.Cursor[Any]", users: list[str], directory: Directory) -> None:
    rows = directory.authorisations
    cursor.execute(
        "DELETE FROM account_authorisation WHERE account = ANY(%s) "
        "AND NOT (account, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        (users, [row.user for row in rows], [row.id for row in rows]),
    )
    cursor.executemany(
        "INSERT INTO account_authorisation (account, id, role, organisation_kind, organisation_code, municipality, "
        "regions, valid_from, valid_until, legal_ground, issued_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (account, id) DO NOTHING",
        [
            (
                *(row.user, row.id, row.role, row.organisation_kind, row.organisation_code, row.municipality),
                *(list(row.regions), row.valid_from, row.valid_until, row.legal_ground, row.issued_by),
            )
            for row in rows
        ],
    )


def lock(dsn: str, user: str, reason: str, by: str) -> None:
    """Close an account from its next request on; raises OperatorError for an account that does not exist."""
    _change_lock(dsn, user, (reason, by))


def unlock(dsn: str, user: str) -> None:
    """Open an account again; raises OperatorError for an account that does not exist."""
    _change_lock(dsn, user, None)


def _change_lock(dsn: str, user: str, locked: tuple[str, str] | None) -> None:
    reason, by = locked or (None, None)
    with psycopg.connect(dsn) as connection:
        changed = connection.execute(
            "UPDATE account SET locked_at = CASE WHEN %s::text IS NULL THEN NULL ELSE coalesce(locked_at, now()) END, "
            "lock_reason = %s, locked_by = %s WHERE name = %s",
            (reason, reason, by, user),
        )
        if changed.rowcount != 1:
            raise OperatorError(f"found no account {user!r}; allowed: an account of the directory (poort users import)")


def import_persons(
    dsn: str, rows: Iterable[PersonRow], seal: Callable[[bytes], bytes], refused: Callable[[], bool]
) -> Imported:
    """Store persons in one transaction, by COPY; existing ones are replaced where they differ.

    `refused` is asked after the last row: True rolls everything back with an OperatorError.
    """
    batch = uuid4()
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        _copy(cursor, [batch], rows, seal)
        if refused():
            raise OperatorError("nothing was imported: the file has rows that cannot be stored")
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in _PERSON_COLUMNS)
        pairs = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in _PERSON_COLUMNS[1:]
        )
        cursor.execute(
            sql.SQL(
                "INSERT INTO person AS p ({columns}, source) SELECT {columns}, 'import' FROM person_import WHERE batch = %s "
                "ORDER BY row_id ON CONFLICT (row_id) DO UPDATE SET {pairs}, source = 'import', changed_at = now() "
                "WHERE (p.identity, p.municipality, p.responsible_region, p.caseload_user, p.team, p.assigned, p.class, "
                "p.status, p.source) IS DISTINCT FROM (excluded.identity, excluded.municipality, "
                "excluded.responsible_region, excluded.caseload_user, excluded.team, excluded.assigned, excluded.class, "
                "excluded.status, 'import') RETURNING (xmax = 0)"
            ).format(columns=columns, pairs=pairs),
            (batch,),
        )
        written = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM person_import WHERE batch = %s", (batch,))
        total = cursor.rowcount
    added = sum(written)
    return Imported(added, len(written) - added, total - len(written))


def _copy(
    cursor: "psycopg.Cursor[Any]", first: list[Any], rows: Iterable[PersonRow], seal: Callable[[bytes], bytes]
) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in ("batch", *_PERSON_COLUMNS))
    with cursor.copy(sql.SQL("COPY person_import ({}) FROM STDIN").format(columns)) as copy:
        for row in rows:
            plain = row.identity.plain
            sealed = seal(plain.encode()) if plain is not None else None
            copy.write_row((
                *first, row.row_id, row.identity.digest, sealed, row.municipality, row.responsible_region,
                row.caseload_user, row.team, list(row.assigned), row.protection.value, row.status,
            ))  # fmt: skip
