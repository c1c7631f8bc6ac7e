"""Ties, vacancies, covers and what an exchange adds to the facts, on a real PostgreSQL, with the caches that hear of it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from cli.wiring import Neighbours
from proxy.accesslog.store import Ledger
from proxy.database import Cluster, Role
from proxy.errors import OperatorError, StoreError
from proxy.facts import planning
from proxy.facts.cover import Wish, problems
from proxy.facts.importing import store as importing
from proxy.facts.store import Ages, FactStore, region_table
from proxy.facts.watch import NAME
from proxy.grants.grant import MOST_OF_USER, MOST_OF_VACANCY
from proxy.identity.binding import lookup, person_id
from proxy.identity.store import SessionStore
from proxy.model.entry import LearnedVacancy, Tied
from proxy.model.person import PersonClass, PersonFacts
from proxy.model.tie import Appointment, Emergency, Grant, GrantState, Vacancy
from tests.contract.test_facts import KEY, TABLE, a_row, adviser, import_persons, import_users, name, seal
from tests.doubles.seals import SEALS
from tests.failures.log.builders import access, parts, soon, stored

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def worker(database: Cluster) -> str:
    """The address of the role that imports."""
    return database.dsn(Role.WORKER)


@asynccontextmanager
async def opened(database: Cluster, **given) -> AsyncIterator[FactStore]:
    """One gateway's facts, under the gateway's own grants."""
    made = FactStore(database.dsn(Role.GATEWAY), seal, **given)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def facts(database: Cluster) -> AsyncIterator[FactStore]:
    """The same, with caches that keep nothing."""
    async with opened(database, ages=Ages(person=0.0, heard=0.0)) as made:
        yield made


async def learn(database: Cluster, facts: FactStore, *learned) -> None:
    """Store what an exchange brings, as the ledger does."""
    async with await psycopg.AsyncConnection.connect(database.dsn(Role.GATEWAY)) as connection:
        await facts.learn(connection, learned)


def vacancies(worker: str, *rows: str) -> importing.Imported:
    """Import these rows of vacancies."""
    lines = [f"{line}\n" for line in (",".join(planning.VACANCY), *rows)]
    return importing.import_vacancies(worker, planning.vacancies(lines, TABLE))


def a_vacancy(id_: str, closed: str = "", region: str = "AM01") -> str:
    """A row of a vacancy that is open since last year."""
    return f"{id_},{region},kok,UWV-AM01,{TODAY - 365 * DAY},{closed}"


def a_grant(row: str, vacancy: str, **over) -> Grant:
    """A request of half a day ago."""
    return replace(
        Grant(uuid4(), "U1", row, vacancy, GrantState.REQUESTED, NOW - DAY / 2, None, "voordragen: x"), **over
    )


def an_emergency(row: str, **over) -> Emergency:
    """Emergency access that began now."""
    made = Emergency(uuid4(), "U1", row, NOW, NOW + timedelta(hours=1), "gevaar", "x" * 20, TODAY + 5 * DAY)
    return replace(made, **over)


async def test_persons_come_with_everything_that_ties(facts, worker, database):
    """Appointments near in time, grants that are asked or open, emergencies that run, the move, consent and birth date."""
    row, vacancy = name("1-"), name("V")
    import_persons(worker, f"{a_row(row)},0363,{TODAY - DAY},yes", columns=("moved_from", "moved_on", "consents"))
    vacancies(worker, a_vacancy(vacancy))
    asked, open_ = a_grant(row, vacancy), a_grant(row, vacancy, state=GrantState.OPEN, until=NOW + 5 * DAY)
    plea = an_emergency(row)
    await learn(database, facts, asked, open_, plea)
    with psycopg.connect(worker) as connection:
        for days in (-20, -14, 0, 14, 20):
            connection.execute("INSERT INTO appointment VALUES (%s, 'U1', %s)", (row, TODAY + days * DAY))
    for key in (row, lookup(None, person_id(KEY, bsn="999990007", row_id=None))):
        person = (await facts.persons([key]))[key]
        if key != row and len(person.grants) != 2:  # other tests registered the same number under other rows
            continue
        assert person.appointments == tuple(Appointment("U1", TODAY + days * DAY) for days in (-14, 0, 14))
        assert set(person.grants) == {asked, open_}
        assert person.emergencies == (plea,)
        assert (person.moved, person.consents, person.learned) == (("0363", TODAY - DAY), True, False)


async def test_what_is_over_ties_nobody(facts, worker, database):
    """Ended, refused and past grants, a past emergency, a grant on a closed or unknown vacancy, or to who is not active."""
    row, gone, shut, open_, unknown = name("1-"), name("1-"), name("V"), name("V"), name("V")
    import_persons(worker, a_row(row), a_row(gone).replace(",active", ",inactive"))
    vacancies(worker, a_vacancy(shut, str(TODAY)), a_vacancy(open_))
    running = {"state": GrantState.OPEN, "until": NOW + DAY}
    await learn(
        database,
        facts,
        a_grant(row, open_, state=GrantState.ENDED),
        a_grant(row, open_, state=GrantState.REFUSED),
        a_grant(row, open_, state=GrantState.OPEN, until=NOW - timedelta(seconds=1)),
        a_grant(row, shut, **running),
        a_grant(row, unknown, **running),
        a_grant(gone, open_, **running),
        an_emergency(row, begins=NOW - DAY, until=NOW - DAY + timedelta(minutes=60)),
    )
    found = await facts.persons([row, gone])
    assert [(person.grants, person.emergencies) for person in found.values()] == [((), ()), ((), ())]


def round_trips(traced: Sequence[str]) -> int:
    """Count what the server was asked, from the trace of the protocol."""
    return sum("ReadyForQuery" in line for line in traced)


async def test_a_list_of_fifty_is_one_round_trip(facts, worker, database):
    """However many persons, ties and ways of naming them: one question to the server, shown by its own protocol."""
    rows = [name("1-") for _ in range(50)]
    import_persons(worker, *(a_row(row, "") for row in rows))
    await learn(database, facts, *(an_emergency(row) for row in rows))
    keys = [*rows[:40], *(lookup(None, person_id(KEY, bsn=None, row_id=row)) for row in rows[40:])]
    await facts.persons([rows[0], keys[-1]])  # opens the connection and prepares the statement
    connection = facts._dossiers._connection
    with tempfile.TemporaryFile("w+") as trace:
        connection.pgconn.trace(trace.fileno())
        found = await facts.persons(keys)
        connection.pgconn.untrace()
        trace.seek(0)
        assert round_trips(trace.readlines()) == 1
    assert len(found) == 50
    assert all(len(person.emergencies) == 1 for person in found.values())


async def test_vacancies_are_imported_learned_and_known(facts, worker, database):
    """An import stands as it is written; a newer reading changes what it shows, and wipes out nothing."""
    known, fresh = name("V"), name("V")
    assert vacancies(worker, a_vacancy(known)) == importing.Imported(1, 0, 0)
    assert vacancies(worker, a_vacancy(known)) == importing.Imported(0, 0, 1)
    assert vacancies(worker, a_vacancy(known, region="AM02")) == importing.Imported(0, 1, 0)
    closes = Vacancy(known, None, None, None, None, TODAY)
    await learn(database, facts, closes, Vacancy(fresh, "AM03", None, None, TODAY, None))
    found = await facts.vacancies([known, fresh, name("V")])
    assert found[known] == Vacancy(known, "AM02", "kok", "UWV-AM01", TODAY - 365 * DAY, TODAY)
    assert found[fresh] == Vacancy(fresh, "AM03", None, None, TODAY, None)
    assert len(found) == 2


async def test_appointments_are_those_of_the_file(facts, worker):
    """A later file takes away what it does not name."""
    row = name("1-")
    import_persons(worker, a_row(row))

    def brought(*days: int) -> importing.Imported:
        lines = ["row_id,user,day\n", *(f"{row},U1,{TODAY + each * DAY}\n" for each in days)]
        return importing.import_appointments(worker, planning.appointments(lines))

    brought(0, 1)
    assert brought(1, 2) == importing.Imported(1, 1, 1)
    assert [each.day for each in (await facts.persons([row]))[row].appointments] == [TODAY + DAY, TODAY + 2 * DAY]


async def test_learned_facts_are_renewed_and_imported_ones_are_not(facts, worker, database):
    """A newer residence and a stricter class of a learned person are kept; nothing milder, nothing of an imported one."""
    fresh, known = name("1-"), name("1-")
    import_persons(worker, a_row(known, "999990020"))
    seen = PersonFacts(fresh, person_id(KEY, bsn="999990019", row_id=None), "0106", "AM01", learned=True)
    await learn(database, facts, seen)
    await learn(database, facts, replace(seen, municipality="0363", responsible_region=None))
    await learn(database, facts, replace(seen, municipality=None, protection=PersonClass.SECRET))
    await learn(database, facts, replace(seen, municipality=None))
    await learn(database, facts, replace(seen, identity=person_id(KEY, bsn=None, row_id="x"), municipality="0014"))
    await learn(database, facts, replace(seen, row_id=known, municipality="0363", protection=PersonClass.STAFF))
    found = await facts.persons([fresh, known])
    person = found[fresh]
    assert (person.municipality, person.responsible_region, person.protection) == ("0363", "AM01", PersonClass.SECRET)
    assert (found[known].municipality, found[known].protection) == ("0106", PersonClass.ORDINARY)
    assert (person.learned, found[known].learned) == (True, False)


async def test_a_grant_goes_forward_only(facts, worker, database):
    """A request becomes open or refused, what is open ends; the database opens nothing that ended, whoever asks."""
    row, vacancy = name("1-"), name("V")
    import_persons(worker, a_row(row))
    vacancies(worker, a_vacancy(vacancy))
    asked = a_grant(row, vacancy)
    open_ = replace(asked, state=GrantState.OPEN, until=NOW + 5 * DAY, decided_by="U2", decided_at=NOW)
    for step in (asked, open_, open_):
        await learn(database, facts, step)
        assert (await facts.persons([row]))[row].grants == (step,)
    await learn(database, facts, replace(open_, state=GrantState.ENDED))
    assert (await facts.persons([row]))[row].grants == ()
    for step in (open_, asked):
        with pytest.raises(psycopg.errors.CheckViolation):
            await learn(database, facts, step)


async def test_the_caps_hold_where_a_grant_is_stored(facts, database):
    """Ten run on a vacancy and twenty of a user; what ended or lapsed is none, and a step of one that runs adds none."""
    user, vacancy = name(), name("V")
    lapsed = [a_grant(name("1-"), vacancy, user=user, asked_at=NOW - 30 * DAY) for _ in range(5)]
    ended = [a_grant(name("1-"), vacancy, user=user, state=GrantState.REFUSED) for _ in range(5)]
    first = [a_grant(name("1-"), vacancy, user=user) for _ in range(MOST_OF_VACANCY)]
    await learn(database, facts, *lapsed, *ended)
    await learn(database, facts, *first)
    await learn(
        database, facts, replace(first[0], state=GrantState.OPEN, until=NOW + DAY, decided_by="U2", decided_at=NOW)
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="10 run on its vacancy, 0 of its user"):
        await learn(database, facts, a_grant(name("1-"), vacancy, user=name()))
    more = [a_grant(name("1-"), name("V"), user=user) for _ in range(MOST_OF_USER - MOST_OF_VACANCY)]
    await learn(database, facts, *more)
    with pytest.raises(psycopg.errors.CheckViolation, match="0 run on its vacancy, 20 of its user"):
        await learn(database, facts, a_grant(name("1-"), name("V"), user=user))
    await learn(database, facts, replace(first[1], state=GrantState.REFUSED, decided_by="U2", decided_at=NOW))
    await learn(database, facts, a_grant(name("1-"), name("V"), user=user))


async def test_two_in_the_same_moment_do_not_pass_the_cap_together(facts, database):
    """One place is left: who comes second waits for the first, and then finds none."""
    user, vacancy = name(), name("V")
    held = [a_grant(name("1-"), vacancy, user=user) for _ in range(MOST_OF_VACANCY - 1)]
    await learn(database, facts, *held)
    dsn = database.dsn(Role.GATEWAY)
    async with await psycopg.AsyncConnection.connect(dsn) as one, await psycopg.AsyncConnection.connect(dsn) as two:
        await facts.learn(one, [a_grant(name("1-"), vacancy, user=user)])
        second = asyncio.create_task(facts.learn(two, [a_grant(name("1-"), vacancy, user=user)]))
        assert await soon(lambda: waits(database, two.info.backend_pid))
        await one.commit()
        with pytest.raises(psycopg.errors.CheckViolation):
            await second
    assert await stored_on(database, vacancy) == MOST_OF_VACANCY


async def waits(database: Cluster, pid: int) -> bool:
    """Tell whether a backend waits for a lock."""
    async with await psycopg.AsyncConnection.connect(database.owner_dsn()) as connection:
        asked = await connection.execute("SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", (pid,))
        (count,) = await asked.fetchone() or (0,)
        return bool(count)


async def stored_on(database: Cluster, vacancy: str) -> int:
    """Count the grants on a vacancy."""
    async with await psycopg.AsyncConnection.connect(database.owner_dsn()) as connection:
        asked = await connection.execute("SELECT count(*) FROM person_grant WHERE vacancy = %s", (vacancy,))
        (count,) = await asked.fetchone() or (0,)
        return int(count)


async def test_a_tie_is_stored_with_its_record_or_not_at_all(facts, database):
    """What the exchange made is there once its receipt is; where the database refuses it there is no record either."""
    sessions = SessionStore(database.dsn(Role.GATEWAY), SEALS)
    asked, found, failed = a_grant("1-X", "V"), access(), access()
    wrong = a_grant("1-X", "V", state=GrantState.OPEN)
    ledger = await Ledger.start(replace(parts(database), sessions=Neighbours(sessions, facts)))
    try:
        opening = Vacancy(name("V"), "AM01", None, None, TODAY, None)
        await ledger.append((found, Tied(asked), LearnedVacancy(opening)))
        with pytest.raises(StoreError):
            await ledger.append((failed, Tied(wrong)))
    finally:
        await ledger.close()
        await sessions.close()
    assert await facts.vacancies([opening.id]) == {opening.id: opening}
    assert await stored(database, [asked.id, wrong.id], "person_grant") == 1
    assert await stored(database, [found.id, failed.id]) == 1


@pytest.mark.parametrize(
    "tie",
    [
        an_emergency("1-X", until=NOW + timedelta(minutes=61)),
        an_emergency("1-X", reason="te kort"),
        a_grant("1-X", "V", state=GrantState.OPEN),
        a_grant("1-X", "V", state=GrantState.OPEN, until=NOW + 31 * DAY),
    ],
)
async def test_the_database_refuses_a_tie_that_no_rule_makes(facts, database, tie):
    """Longer than an hour, without a reason, open for ever or for a month: not even from a gateway that went wrong."""
    with pytest.raises(psycopg.errors.CheckViolation):
        await learn(database, facts, tie)


async def test_the_gateway_changes_no_more_than_it_must(database: Cluster):
    """Who was granted what, for how long an emergency runs and who covers whom is closed to its role."""
    with psycopg.connect(database.dsn(Role.GATEWAY), autocommit=True) as gateway:
        for statement in (
            "UPDATE person_grant SET account = 'X'",
            "UPDATE person_grant SET row_id = 'X'",
            "DELETE FROM person_grant",
            "UPDATE emergency SET until = now()",
            "UPDATE emergency SET reviewed_by = 'X'",
            "DELETE FROM emergency",
            "INSERT INTO cover (account) VALUES ('X')",
            "INSERT INTO appointment (row_id) VALUES ('X')",
            "UPDATE vacancy SET closed = NULL",
            "UPDATE person SET municipality = '0106'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                gateway.execute(statement)


def covering(worker: str, user: str, colleague: str, manager: str, **over) -> None:
    """Cover a colleague, as the command does it."""
    values = {"begins": TODAY, "ends": TODAY + 41 * DAY, "region": "AM01"} | over
    wish = Wish(user, colleague, granted_by=manager, **values)
    known = importing.accounts(worker, (user, colleague, manager))
    importing.cover(worker, wish, tuple(problems(wish, known, region_table(), TODAY)))


def revision(worker: str, user: str) -> int:
    """The revision that the next claim of the account's session brings."""
    with psycopg.connect(worker) as connection:
        return connection.execute("SELECT revision FROM account WHERE name = %s", (user,)).fetchone()[0]


async def test_a_cover_holds_from_the_next_request_on(facts, worker):
    """It comes with the account, raises its revision, and can be made to end earlier."""
    user, colleague, manager = name(), name(), name()
    import_users(worker, adviser(user), adviser(colleague), adviser(manager, role="TL"))
    assert (await facts.principal(user)).covers == ()
    before = revision(worker, user)
    covering(worker, user, colleague, manager)
    assert revision(worker, user) == before + 1
    facts.noted(user, before + 1)
    (cover,) = (await facts.principal(user)).covers
    assert (cover.covered, cover.begins, cover.ends, cover.granted_by) == (colleague, TODAY, TODAY + 41 * DAY, manager)
    covering(worker, user, colleague, manager, ends=TODAY)
    facts.noted(user, before + 2)
    assert [each.ends for each in (await facts.principal(user)).covers] == [TODAY]
    with pytest.raises(OperatorError, match=r"nothing was changed:\nfound 43 days; allowed: at most 42"):
        covering(worker, user, colleague, manager, ends=TODAY + 42 * DAY)


@asynccontextmanager
async def listening(database: Cluster, **ages) -> AsyncIterator[FactStore]:
    """Facts whose listener is heard; without one a person is believed for a twentieth of a second."""
    async with opened(database, ages=Ages(**({"person": 0.05} | ages))) as made:
        made.start()
        assert await soon(lambda: asyncio.sleep(0, made._watch.heard is not None))
        yield made


async def test_a_heard_change_is_seen_and_nothing_else_is_asked_again(database, worker):
    """While changes are told a person is kept past the short age; each kind of change brings just that person afresh."""
    row, other, vacancy = name("1-"), name("1-"), name("V")
    import_persons(worker, a_row(row), a_row(other))
    vacancies(worker, a_vacancy(vacancy))
    async with listening(database) as facts:
        first, before = await facts.persons([row, other]), await facts.vacancies([vacancy])
        await asyncio.sleep(0.3)
        assert (await facts.persons([row]))[row] is first[row]

        async def sees(expected) -> bool:
            person = (await facts.persons([row]))[row]
            return expected(person)

        await learn(database, facts, a_grant(row, vacancy))
        assert await soon(lambda: sees(lambda person: len(person.grants) == 1))
        await learn(database, facts, an_emergency(row))
        assert await soon(lambda: sees(lambda person: len(person.emergencies) == 1))
        with psycopg.connect(worker) as connection:
            connection.execute("INSERT INTO appointment VALUES (%s, 'U1', %s)", (row, TODAY))
        assert await soon(lambda: sees(lambda person: len(person.appointments) == 1))
        import_persons(worker, a_row(row, user="AWE0733"))
        assert await soon(lambda: sees(lambda person: person.caseload_user == "AWE0733"))
        vacancies(worker, a_vacancy(vacancy, str(TODAY)))
        assert await soon(lambda: sees(lambda person: person.grants == ()))
        assert (await facts.vacancies([vacancy]))[vacancy].closed == TODAY != before[vacancy].closed
        assert (await facts.persons([other]))[other] is first[other]


async def test_a_person_behind_a_number_is_forgotten_with_its_rows(database, worker):
    """What an export was told about a BSN is old as soon as one of its rows changes, or another row gets it."""
    row, twin = name("1-"), name("1-")
    number = person_id(KEY, bsn=None, row_id=row)
    fresh = PersonFacts(row, number, "0106", None)
    key = lookup(None, number)
    async with listening(database) as facts:
        await learn(database, facts, fresh)
        assert (await facts.persons([key]))[key].municipality == "0106"
        await learn(database, facts, replace(fresh, row_id=twin, municipality="0363"))

        async def unsure() -> bool:
            return (await facts.persons([key]))[key].municipality is None

        assert await soon(unsure)


async def test_without_a_listener_that_is_heard_the_short_age_holds(database, worker):
    """Not started, silent for too long, or cut off: nothing is believed for longer than it was without one."""
    row = name("1-")
    import_persons(worker, a_row(row))
    async with opened(database, ages=Ages(person=0.05)) as alone, listening(database, silence=0.0) as silent:
        for facts in (alone, silent):
            first = (await facts.persons([row]))[row]
            await asyncio.sleep(0.1)
            assert (await facts.persons([row]))[row] is not first
    async with listening(database) as facts:
        first = (await facts.persons([row]))[row]
        with psycopg.connect(database.dsn(Role.GATEWAY), autocommit=True) as same:
            same.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [NAME])
        import_persons(worker, a_row(row, user="AWE0999"))

        async def fresh() -> bool:
            return (await facts.persons([row]))[row].caseload_user == "AWE0999"

        assert await soon(fresh, 0.4)
