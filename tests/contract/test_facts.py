"""Facts: the contract of `ports.Facts`, of learning and of the imports, on a real PostgreSQL."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import psycopg
import pytest

from proxy.database import Cluster
from proxy.database import Role as Account
from proxy.errors import OperatorError, StoreError
from proxy.facts import directory, dossier
from proxy.facts.importing import store
from proxy.facts.store import AGES, Ages, FactStore, region_table
from proxy.identity.binding import lookup, person_id
from proxy.model.person import PersonClass, PersonFacts, PersonId
from proxy.model.principal import Organisation, OrganisationKind, Role

TABLE = region_table()
KEY = b"k" * 32
USERS = "user,role,organisation_kind,organisation_code,regions,municipality,valid_from,valid_until,legal_ground,issued_by,team,bsn"


def name(prefix: str = "U") -> str:
    """A name that no other test uses."""
    return f"{prefix}{secrets.token_hex(5)}"


def seal(plain: bytes) -> bytes:
    """A seal that can be looked into."""
    return b"sealed:" + plain[::-1]


@pytest.fixture
def worker(database: Cluster) -> str:
    """The address of the role that imports."""
    return database.dsn(Account.WORKER)


@pytest.fixture
async def facts(database: Cluster) -> AsyncIterator[FactStore]:
    """One gateway's facts, under the gateway's own grants."""
    made = FactStore(database.dsn(Account.GATEWAY), seal)
    yield made
    await made.close()


def import_users(worker: str, *rows: str) -> store.Imported:
    """Import these rows."""

    def identify(bsn: str) -> bytes:
        return person_id(KEY, bsn=bsn, row_id=None).digest

    return store.import_users(worker, directory.read("\n".join((USERS, *rows)), TABLE, identify))


def adviser(user: str, regions: str = "AM01", role: str = "AW", rest: str = ",") -> str:
    """A row of an adviser."""
    return f"{user},{role},UWV,UWV-1,{regions},,2020-01-01,2030-12-31,Wet SUWI art. 30a,FBE1001,{rest}"


def import_persons(worker: str, *rows: str, columns: tuple[str, ...] = ()) -> store.Imported:
    """Import these rows of persons, with more columns where they are named."""
    report = dossier.Report()
    how = dossier.Reading(TABLE, lambda bsn, row_id: person_id(KEY, bsn=bsn, row_id=row_id))
    lines = [f"{line}\n" for line in (",".join((*dossier.COLUMNS, *columns)), *rows)]
    return store.import_persons(worker, dossier.read(lines, how, report), seal, lambda: report.refused > 0)


def a_row(row_id: str, bsn: str = "999990007", **over) -> str:
    """A row of a person in Assen."""
    fields = {
        "code": "0106",
        "region": "AM01",
        "user": "AWE0421",
        "team": "T",
        "class": "ordinary",
        "to": "ADE1 SW1",
    } | over
    return f'{row_id},{bsn},"Bakker, D.",2000-02-09,{",".join(fields.values())},active'


async def test_an_account_has_all_its_authorisations(facts, worker):
    """Roles, regions, dates, team and own identity come back as they were imported."""
    user = name()
    import_users(
        worker, adviser(user, "AM01 AM03", rest="TEAM-1,999990019"), adviser(user, role="EXP", rest="TEAM-1,999990019")
    )
    principal = await facts.principal(user)
    assert (principal.user, principal.team, principal.locked_at) == (user, "TEAM-1", None)
    assert principal.identity == person_id(KEY, bsn="999990019", row_id=None).digest
    by_role = {each.role: each for each in principal.authorisations}
    assert set(by_role) == {Role.AW, Role.EXP}
    aw = by_role[Role.AW]
    assert (aw.regions, aw.valid_from, aw.valid_until) == ({"AM01", "AM03"}, date(2020, 1, 1), date(2030, 12, 31))
    assert (aw.legal_ground, aw.issued_by, aw.organisation.code) == ("Wet SUWI art. 30a", "FBE1001", "UWV-1")


async def test_a_national_role_carries_no_regions_and_a_system_its_municipality(facts, worker):
    """National by rule, not by listing regions; a municipal system relates to the inhabitants of its municipality."""
    national, system = name(), name()
    import_users(
        worker,
        f"{national},KCC,UWV,UWV-LAND,*,,2020-01-01,,Wet SUWI art. 30a,FBE1001,,",
        f"{system},GEMSYS,machine,GEM0106,AM01,0106,2020-01-01,,Wet SUWI art. 62,FBE1001,,",
    )
    assert (await facts.principal(national)).authorisations[0].regions == frozenset()
    organisation = (await facts.principal(system)).authorisations[0].organisation
    assert (organisation.kind, organisation.code) == (OrganisationKind.MACHINE, "0106")


async def test_nobody_is_nobody(facts):
    """An account that the directory does not know is None, also when it is asked again."""
    user = name()
    assert await facts.principal(user) is None
    assert await facts.principal(user) is None


async def test_a_lock_holds_from_the_next_request_on(facts, worker):
    """Nothing that was cached outlives the revision that the next claim brings, or the next unclaimed ask."""
    user = name()
    import_users(worker, adviser(user))
    before = await facts.principal(user)
    facts.noted(user, 1)
    store.lock(worker, user, "vermoeden van misbruik", "FBE1001")
    facts.noted(user, 99)
    locked = await facts.principal(user)
    assert (before.locked_at, locked.locked_at is not None) == (None, True)
    store.unlock(worker, user)
    facts.noted(user, 100)
    assert (await facts.principal(user)).locked_at is None


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
async def timed(database: Cluster) -> AsyncIterator[tuple[FactStore, Watch]]:
    """Facts whose caches go by a watch, and keep two persons."""
    watch = Watch()
    made = FactStore(database.dsn(Account.GATEWAY), seal, ages=Ages(most_persons=2, clock=watch))
    yield made, watch
    await made.close()


async def test_an_account_is_cached_for_the_exchange_that_confirmed_it(timed, worker):
    """A confirmed revision saves the second ask; without a confirmation, or past the age, it is asked again."""
    facts, watch = timed
    user = name()
    import_users(worker, adviser(user))
    with psycopg.connect(worker) as connection:
        revision = connection.execute("SELECT revision FROM account WHERE name = %s", (user,)).fetchone()[0]
    first = await facts.principal(user)
    assert await facts.principal(user) is first
    watch.now += AGES.confirmed + 0.01
    again = await facts.principal(user)
    assert again is not first
    for _ in range(4):
        watch.now += 1
        facts.noted(user, revision)
        assert await facts.principal(user) is again
    watch.now += 1.1
    facts.noted(user, revision)
    assert await facts.principal(user) is not again


async def test_withdrawing_by_import_is_seen_and_counted(facts, worker):
    """The users of a file have exactly its rows; an unchanged file changes nothing, not even a revision."""
    user, other = name(), name()
    assert import_users(worker, adviser(user), adviser(user, role="EXP"), adviser(other)) == store.Imported(2, 0, 0)
    assert import_users(worker, adviser(user), adviser(user, role="EXP"), adviser(other)) == store.Imported(0, 0, 2)
    assert import_users(worker, adviser(user, "AM02")) == store.Imported(0, 1, 0)
    facts.noted(user, -1)
    assert [each.regions for each in (await facts.principal(user)).authorisations] == [{"AM02"}]
    assert (await facts.principal(other)).authorisations != ()


async def test_an_import_is_all_or_nothing(facts, worker):
    """One bad row, and not one of the good ones is stored."""
    user = name()
    with pytest.raises(OperatorError, match=r"nothing was imported:\nusers\.csv:3: found regions 'AM99'"):
        import_users(worker, adviser(user), adviser(name(), "AM99"))
    assert await facts.principal(user) is None
    row = name("1-")
    with pytest.raises(OperatorError, match="nothing was imported"):
        import_persons(worker, a_row(row), a_row(row, code="106"))
    assert await facts.persons([row]) == {}


def test_locking_somebody_unknown_is_refused(worker):
    """A typing error in the name locks nobody, and says so."""
    with pytest.raises(OperatorError, match="found no account 'NOONE'"):
        store.lock(worker, "NOONE", "x", "y")


async def test_persons_come_back_as_facts(facts, worker):
    """Everything that decides is there; unknown rows are absent, not empty."""
    row, unknown = name("1-"), name("1-")
    import_persons(worker, a_row(row, **{"class": "secret"}))
    found = await facts.persons([row, unknown])
    assert set(found) == {row}
    person = found[row]
    assert (person.municipality, person.responsible_region, person.caseload_user, person.team) == (
        "0106",
        "AM01",
        "AWE0421",
        "T",
    )
    assert (person.assigned, person.protection) == ({"ADE1", "SW1"}, PersonClass.SECRET)
    expected = person_id(KEY, bsn="999990007", row_id=None)
    assert person.identity == PersonId(expected.digest, sealed=seal(b"bsn:999990007"))


async def test_a_person_without_a_row_is_found_by_identity(facts, worker):
    """An export or SOAP answer names a BSN only: the facts are those of all rows of that person, the strictest count."""
    bsn, rows = "999990020", [name("1-"), name("1-")]
    import_persons(worker, a_row(rows[0], bsn), a_row(rows[1], bsn, user="AWE0733", **{"class": "staff"}))
    key = lookup(None, person_id(KEY, bsn=bsn, row_id=None))
    unknown = lookup(None, person_id(KEY, bsn=None, row_id=name("1-")))
    found = await facts.persons([rows[0], key, unknown])
    assert set(found) == {rows[0], key}
    assert (found[key].protection, found[key].caseload_user, found[key].municipality) == (
        PersonClass.STAFF,
        None,
        "0106",
    )
    assert found[rows[0]].protection is PersonClass.ORDINARY


async def test_no_bsn_name_or_birth_date_is_in_any_table(worker, database):
    """Nothing that names a person is stored in clear: the whole database is searched for it."""
    import_persons(worker, a_row(name("1-"), bsn="999990019"))
    with psycopg.connect(database.owner_dsn()) as owner:
        tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            for (line,) in owner.execute(f"SELECT t::text FROM {table} t").fetchall():
                assert not any(text in line for text in ("999990019", "Bakker", "2000-02-09")), table


async def test_a_second_import_replaces_what_differs(facts, worker):
    """Added, changed and unchanged are counted, and the staging rows are gone."""
    rows = [name("1-") for _ in range(3)]
    assert import_persons(worker, a_row(rows[0]), a_row(rows[1])) == store.Imported(2, 0, 0)
    assert import_persons(worker, a_row(rows[0]), a_row(rows[1], user="AWE0733"), a_row(rows[2])) == store.Imported(
        1, 1, 1
    )
    assert (await facts.persons(rows))[rows[1]].caseload_user == "AWE0733"
    with psycopg.connect(worker) as connection:
        assert connection.execute("SELECT count(*) FROM person_import").fetchone() == (0,)


async def test_a_person_is_asked_once_and_again_past_its_age(timed, worker):
    """The age counts from the reading: asking often does not keep an old fact alive."""
    facts, watch = timed
    row = name("1-")
    import_persons(worker, a_row(row))
    assert (await facts.persons([row]))[row].caseload_user == "AWE0421"
    import_persons(worker, a_row(row, user="AWE0733"))
    for _ in range(3):
        watch.now += AGES.person / 3 - 0.1
        assert (await facts.persons([row]))[row].caseload_user == "AWE0421"
    watch.now += 0.4
    assert (await facts.persons([row]))[row].caseload_user == "AWE0733"


async def test_the_caches_are_bounded(timed, worker):
    """The one that was read longest ago makes room, and is simply asked again."""
    facts, _ = timed
    rows = [name("1-") for _ in range(3)]
    import_persons(worker, *(a_row(row) for row in rows))
    for row in rows:
        await facts.persons([row])
    import_persons(worker, *(a_row(row, user="AWE0733") for row in rows))
    found = {row: (await facts.persons([row]))[row].caseload_user for row in reversed(rows)}
    assert found == {rows[2]: "AWE0421", rows[1]: "AWE0421", rows[0]: "AWE0733"}


async def test_learned_facts_fill_gaps_and_change_nothing(facts, worker, database):
    """A person of whom there was nothing is added with a sealed identity; an imported one stays as it is."""
    known, fresh = name("1-"), name("1-")
    import_persons(worker, a_row(known))
    seen = PersonFacts(fresh, person_id(KEY, bsn="999990019", row_id=None), "0363", None)
    async with await psycopg.AsyncConnection.connect(database.dsn(Account.GATEWAY)) as connection:
        await facts.learn(connection, [seen, seen, replace(seen, row_id=known), replace(seen, row_id="")])
        await facts.learn(connection, [])
    found = await facts.persons([known, fresh])
    assert found[known].municipality == "0106"
    assert found[fresh].municipality == "0363"
    assert found[fresh].identity == PersonId(seen.identity.digest, sealed=seal(b"bsn:999990019"))


async def test_the_gateway_may_not_change_facts_or_directory(database):
    """What a stolen gateway could widen is closed to its role by grants."""
    with psycopg.connect(database.dsn(Account.GATEWAY), autocommit=True) as gateway:
        for statement in (
            "UPDATE person SET caseload_user = 'X'",
            "DELETE FROM person",
            "UPDATE account SET locked_at = NULL",
            "INSERT INTO account (name) VALUES ('X')",
            "DELETE FROM account_authorisation",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                gateway.execute(statement)


def clerk(user: str, code: str, since: str = "2020-01-01", until: str = "") -> str:
    """A row of a client manager of a municipality."""
    return f"{user},KM,municipality,{code},AM01,{code},{since},{until},Wet SUWI art. 62 lid 3,FBE1001,,"


def of(kind: OrganisationKind, *codes: str) -> frozenset[Organisation]:
    """These organisations of one kind."""
    return frozenset(Organisation(kind, code) for code in codes)


TOWN = OrganisationKind.MUNICIPALITY


async def test_an_author_counts_by_the_organisation_of_today(facts, worker):
    """Whoever left counts by what was held last, whoever will come by what is held now; nobody is nobody's."""
    uwv, left, comes, moved, both, nobody = (name() for _ in range(6))
    import_users(
        worker,
        *(adviser(uwv), adviser(uwv, role="EXP"), clerk(left, "0106", "2020-01-01", "2021-05-01")),
        *(clerk(left, "0200", "2021-05-02", "2022-01-01"), clerk(comes, "0106"), clerk(comes, "0200", "2099-01-01")),
        *(clerk(moved, "0106", until="2024-01-01"), clerk(moved, "0200", "2024-01-02")),
        *(clerk(both, "0106"), adviser(both)),
    )
    found = await facts.organisations([uwv, left, comes, moved, both, nobody])
    assert found == {
        uwv: of(OrganisationKind.UWV, "UWV-1"),
        left: of(TOWN, "0200"),
        comes: of(TOWN, "0106"),
        moved: of(TOWN, "0200"),
        both: of(TOWN, "0106") | of(OrganisationKind.UWV, "UWV-1"),
        nobody: frozenset(),
    }


async def test_the_organisation_of_an_author_is_kept_until_a_change_is_told(facts, worker):
    """Also that nobody is known by that name."""
    user = name()
    assert await facts.organisations([user]) == {user: frozenset()}
    import_users(worker, clerk(user, "0106"))
    assert await facts.organisations([user]) == {user: frozenset()}
    facts.told(("account", user))
    assert await facts.organisations([user]) == {user: of(TOWN, "0106")}
    import_users(worker, clerk(user, "0200"))
    facts.told(("*",))
    assert await facts.organisations([user]) == {user: of(TOWN, "0200")}


async def test_facts_that_cannot_be_read_are_a_fault():
    """No database, no facts, and nobody takes that for 'unknown person'."""
    away = FactStore("postgresql://nobody:x@127.0.0.1:1/none", seal, seconds=1)
    with pytest.raises(StoreError):
        await away.persons(["1-7A"])
    with pytest.raises(StoreError):
        await away.principal("X")
    with pytest.raises(StoreError):
        await away.organisations(["X"])
    await away.close()
