"""What every ledger must do, shown on the real one and a real PostgreSQL."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from proxy.accesslog.parts import Limits
from proxy.database import Cluster, Role
from proxy.errors import StaleSessionError, StoreError
from proxy.model.decision import Reason
from proxy.model.entry import Completion, Delivery, Learned, Outcome, OutcomeState, SessionChange
from proxy.model.person import PersonFacts
from tests.failures.log.builders import (
    KEYRING,
    Shifted,
    access,
    disclosure,
    exchange,
    intent,
    ledger,
    parts,
    rows,
    session,
    soon,
    stored,
    withheld,
)


async def test_receipt_means_stored(database: Cluster):
    """When `append` returns, the access record and its persons are there for everybody."""
    found = access()
    async with ledger(database) as log:
        receipt = await log.append((found, disclosure(found), withheld(found)))
        assert (receipt.access, receipt.sequence, receipt.writer) == (found.id, 1, log.writer)
        assert await stored(database, [found.id]) == 1
        assert await stored(database, [found.id], "disclosure", "access") == 1
        assert await stored(database, [found.id], "withheld", "access") == 1


async def test_every_column_is_stored_as_given(database: Cluster):
    """No field of the access record gets lost or changes on its way."""
    found = access(purpose="matching", vacancy="V-9", detail="after-hold")
    async with ledger(database) as log:
        await log.append((found,))
    (row,) = await rows(
        database,
        "SELECT occurred_at, kind, decision, reason, session, account, organisation_kind, organisation, role, authorisation, "
        "client, function, target, rules, policy, cell, purpose, vacancy, core, revision, routing, upstream_status, rows, "
        "detail, regions FROM access WHERE id = %s",
        found.id,
    )
    assert row == (
        found.occurred_at, "consult", "allow", "allowed", b"s" * 32, "jansen", "UWV", "0042", "AW", "A-17", "192.0.2.7",
        "client.open", "allow", ["RG0", "RG1"], found.policy, found.cell, "matching", "V-9", "legacy", 7, found.routing, 200,
        1, "after-hold", found.regions,
    )  # fmt: skip


async def test_one_person_has_one_reference_and_no_bsn_anywhere(database: Cluster):
    """A person is the same random reference in every row; neither BSN nor digest is in a log row."""
    first, second = access(), access()
    async with ledger(database) as one, ledger(database) as two:
        await one.append((first, disclosure(first, "999990020")))
        await two.append((second, disclosure(second, "999990020")))
    found = await rows(
        database, "SELECT person::text, d::text FROM disclosure d WHERE access = ANY(%s)", [first.id, second.id]
    )
    assert len({person for person, _ in found}) == 1
    assert not any("999990020" in row or KEYRING.digests("bsn:999990020")[0].hex() in row for _, row in found)


async def test_many_at_once_share_commits(database: Cluster):
    """A hundred appends at once take few commits, and each gets its own receipt."""
    async with ledger(database) as log:
        receipts = await asyncio.gather(*(log.append(exchange(3)) for _ in range(100)))
        assert log.figures.commits <= 5
    assert sorted(receipt.sequence for receipt in receipts) == list(range(1, 101))
    assert await stored(database, [receipt.access for receipt in receipts]) == 100


async def test_session_changes_are_compare_and_set(database: Cluster):
    """The loser of two changes of one version gets StaleSessionError; its access stays, as a fault that shows nobody."""
    key = os.urandom(32)
    won, lost = access(), access()
    change = SessionChange(0, session(key))
    async with ledger(database) as log:
        first = log.append((won, disclosure(won), change))
        second = log.append((lost, disclosure(lost), withheld(lost), change))
        results = await asyncio.gather(first, second, return_exceptions=True)
    assert not isinstance(results[0], BaseException)
    assert isinstance(results[1], StaleSessionError)
    (row,) = await rows(database, "SELECT decision, reason, rows FROM access WHERE id = %s", lost.id)
    assert row == ("deny", Reason.SESSION_BUSY, 0)
    assert await stored(database, [lost.id], "disclosure", "access") == 0
    assert await stored(database, [lost.id], "withheld", "access") == 0
    assert await stored(database, [won.id], "disclosure", "access") == 1


async def test_stale_neighbour_in_one_batch_costs_nobody_else(database: Cluster):
    """A stale session in a batch of many fails only its own exchange."""
    async with ledger(database) as log:
        sets = [(*exchange(), SessionChange(0, session(os.urandom(32)))) for _ in range(20)]
        sets[7] = (*exchange(), SessionChange(5, session(os.urandom(32), 5)))
        results = await asyncio.gather(*(log.append(each) for each in sets), return_exceptions=True)
    failed = [place for place, each in enumerate(results) if isinstance(each, BaseException)]
    assert failed == [7]
    assert await stored(database, [each[0].id for each in sets]) == 20


async def test_partly_stale_exchange_changes_no_session(database: Cluster):
    """An exchange with two session changes of which one is stale stores neither of them."""
    fresh = os.urandom(32)
    found = access()
    changes = (SessionChange(3, session(os.urandom(32), 3), ended=False), SessionChange(0, session(fresh)))
    async with ledger(database) as log:
        with pytest.raises(StaleSessionError):
            await log.append((found, *changes))
    assert await rows(database, "SELECT version FROM session WHERE key = %s", fresh, role=Role.GATEWAY) == []
    assert await rows(database, "SELECT reason FROM access WHERE id = %s", found.id) == [("session-busy",)]


async def test_poisoned_entries_do_not_fail_their_neighbours(database: Cluster):
    """A row that the database refuses fails its own exchange; the others of the batch are stored and acknowledged."""
    good = [exchange() for _ in range(10)]
    bad = (access(upstream_status=2**40),)
    async with ledger(database) as log:
        results = await asyncio.gather(
            *(log.append(each) for each in [*good[:5], bad, *good[5:]]), return_exceptions=True
        )
    assert [type(each) for each in results].count(StoreError) == 1
    assert isinstance(results[5], StoreError)
    assert await stored(database, [each[0].id for each in good]) == 10
    assert await stored(database, [bad[0].id]) == 0


async def test_odd_bytes_of_a_client_cost_no_record(database: Cluster):
    """NUL, half a surrogate pair, tabs, backslashes and endless text are mended, not refused."""
    found = access(user="a\x00b\ud800c", detail="\\\t\n'\"$$" + "x" * 9000, vacancy="x\\N")
    async with ledger(database) as log:
        await log.append((found,))
    (row,) = await rows(database, "SELECT account, detail, vacancy FROM access WHERE id = %s", found.id)
    assert row[0] == "a�b?c"
    assert row[1].startswith("\\\t\n'\"$$xxx")
    assert len(row[1]) == 500
    assert row[2] == "x\\N"


async def test_entries_of_two_exchanges_are_refused(database: Cluster):
    """A disclosure that belongs to another access record is nobody's: nothing is stored."""
    one, other = access(), access()
    async with ledger(database) as log:
        with pytest.raises(StoreError, match="another exchange"):
            await log.append((one, disclosure(other)))
        with pytest.raises(StoreError, match="2 access records"):
            await log.append((one, other))
    assert await stored(database, [one.id, other.id]) == 0


async def test_intent_gives_a_journal_number_and_is_sealed(database: Cluster):
    """An intent is durable with its number before anything is sent; its command is unreadable on disk."""
    found = access()
    async with ledger(database) as log:
        receipt = await log.append((intent(found),))
        assert receipt.journal is not None
        await log.append((found, Outcome(found.id, OutcomeState.ACKED, b"\x01")))
    states = await rows(database, "SELECT state FROM journal_state WHERE intent = %s", found.id)
    assert states == [("acked",)]
    ((sealed,),) = await rows(
        database, "SELECT sealed FROM journal_command WHERE intent = %s", found.id, role=Role.WORKER
    )
    assert b"geheim" not in bytes(sealed)


async def test_outcome_survives_a_stale_session(database: Cluster):
    """How a mutation ended stays true whatever the session has become."""
    found = access()
    async with ledger(database) as log:
        await log.append((intent(found),))
        with pytest.raises(StaleSessionError):
            await log.append(
                (found, Outcome(found.id, OutcomeState.ACKED), SessionChange(9, session(os.urandom(32), 9)))
            )
    assert await rows(database, "SELECT state FROM journal_state WHERE intent = %s", found.id) == [("acked",)]


async def test_learned_facts_go_to_the_facts_in_the_same_transaction(database: Cluster):
    """Facts seen in an answer reach the facts' writer with the record."""
    made = parts(database)
    from proxy.accesslog.store import Ledger  # noqa: PLC0415 - beside the parts it is made of

    log = await Ledger.start(made)
    found = access()
    fact = PersonFacts("1-NEW", disclosure(found).person, "0363", None)
    await log.append((found, Learned(fact)))
    await log.close()
    assert made.sessions.learned == [fact]


async def test_completion_follows(database: Cluster):
    """A completion is stored a moment later without anybody waiting for it."""
    found = access()
    async with ledger(database) as log:
        await log.append((found,))
        log.complete(Completion(found.id, Delivery.DELIVERED, 8123, 41_000))

        async def there() -> bool:
            return await stored(database, [found.id], "completion", "access") == 1

        assert await soon(there)


async def test_completions_beyond_the_bound_are_counted(database: Cluster):
    """What does not fit in the queue is dropped, and the count says so."""
    async with ledger(database, limits=Limits(completions=3)) as log:
        for _ in range(5):
            log.complete(Completion(uuid4(), Delivery.FAILED, 0, 1))
        assert log.figures.completions_dropped == 2


async def test_close_writes_what_waits(database: Cluster):
    """A graceful end stores every append and completion that came before it."""
    sets = [exchange() for _ in range(50)]
    log_of = ledger(database)
    log = await log_of.__aenter__()
    waiting = [asyncio.create_task(log.append(each)) for each in sets]
    await asyncio.sleep(0)
    log.complete(Completion(sets[0][0].id, Delivery.DELIVERED, 1, 1))
    await log.close()
    await asyncio.gather(*waiting)
    assert await stored(database, [each[0].id for each in sets]) == 50
    assert await stored(database, [sets[0][0].id], "completion", "access") == 1
    with pytest.raises(StoreError, match="closed"):
        await log.append(exchange())


async def test_caller_that_gives_up_is_recorded_all_the_same(database: Cluster):
    """The legacy saw the request, so the record stays although the client is gone."""
    found = exchange()
    async with ledger(database) as log:
        task = asyncio.create_task(log.append(found))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await stored(database, [found[0].id]) == 1


async def test_missing_month_is_made_and_nothing_is_lost(fresh_database: Cluster):
    """At a month border without a table the table is made and the record lands in its UTC month."""
    clock = Shifted(datetime(2031, 12, 31, 22, 59, 58, tzinfo=UTC))
    async with ledger(fresh_database, clock=clock) as log:
        first = exchange(now=clock.moment)
        await log.append(first)
        for table in ("access", "disclosure", "withheld", "completion"):
            async with await psycopg.AsyncConnection.connect(fresh_database.owner_dsn()) as connection:
                await connection.execute(f"DROP TABLE {table}_2032_01, {table}_2032_02")
        clock.moment = datetime(2032, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
        late = exchange(now=datetime(2031, 12, 31, 23, 59, 58, tzinfo=UTC))
        await log.append(late)
        clock.moment = datetime(2032, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
        leap = exchange(now=clock.moment)
        await log.append(leap)
        assert log.figures.failed == 0
    found = await rows(fresh_database, "SELECT id, tableoid::regclass::text FROM access")
    assert dict(found) == {
        first[0].id: "access_2031_12", late[0].id: "access_2032_01", leap[0].id: "access_2032_02",
    }  # fmt: skip


async def test_time_of_recording_never_runs_back(database: Cluster):
    """When the clock is set back, the moment of recording waits for it: a month stays one stretch of the chain."""
    clock = Shifted(datetime.now(UTC))
    async with ledger(database, clock=clock) as log:
        one, two = exchange(), exchange()
        await log.append(one)
        clock.moment = clock.moment.replace(year=clock.moment.year - 1)
        await log.append(two)
    found = await rows(
        database, "SELECT recorded_at FROM access WHERE id = ANY(%s) ORDER BY seq", [one[0].id, two[0].id]
    )
    assert found[0] == found[1]


async def test_rotated_key_keeps_the_reference(database: Cluster):
    """After two rotations of the secret one person is still one reference."""
    bsn, keys = "999990032", [os.urandom(32) for _ in range(3)]
    ids = []
    for generation in range(3):
        ring = replace(KEYRING, current=keys[generation], older=tuple(reversed(keys[:generation])))
        async with ledger(database, keyring=ring) as log:
            found = access()
            person = replace(disclosure(found).person, digest=ring.digests(f"bsn:{bsn}")[0], plain=f"bsn:{bsn}")
            await log.append((found, replace(disclosure(found), person=person)))
            ids.append(found.id)
    persons = await rows(database, "SELECT DISTINCT person FROM disclosure WHERE access = ANY(%s)", ids)
    assert len(persons) == 1
    known = await rows(database, "SELECT count(DISTINCT key_id) FROM person_map WHERE person = %s", persons[0][0])
    assert known == [(3,)]


async def test_archive_keeps_a_text_once(database: Cluster):
    """The policy of a record can be read as long as the record lives."""
    digest = uuid4().hex
    async with ledger(database) as log:
        await log.archive("policy", digest, "rules: []")
        await log.archive("policy", digest, "rules: []")
    assert await rows(database, "SELECT kind, body FROM archive WHERE hash = %s", digest) == [("policy", "rules: []")]


async def test_unreachable_log_refuses_to_start(database: Cluster):
    """A ledger that cannot reach its database says so instead of starting."""
    from proxy.accesslog.store import Ledger  # noqa: PLC0415

    with pytest.raises(StoreError, match="cannot be opened"):
        await Ledger.start(parts(database, dsn="postgresql://poort_gateway:x@127.0.0.1:1/poort_gateway"))
