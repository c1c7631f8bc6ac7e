"""Claims about reading the log from a real PostgreSQL; what tampering does to it: tests/failures/log/test_tamper.py."""

from dataclasses import replace

import psycopg
import pytest

from proxy.accesslog.chain import verify
from proxy.accesslog.reading import store
from proxy.accesslog.reading.question import Question
from proxy.accesslog.record import GROUND, reference
from proxy.database import Cluster, Role
from proxy.errors import OperatorError, StoreError
from proxy.model.entry import Completion, Delivery
from proxy.model.person import Authorship
from tests.failures.log.builders import GROUND as KEPT_GROUND
from tests.failures.log.builders import KEYRING, access, disclosure, exchange, ledger, withheld


async def test_links_come_by_writer_and_number(fresh_database: Cluster):
    """Records and completions of several writers come as one ordered stream, each with its own persons."""
    async with ledger(fresh_database) as one, ledger(fresh_database) as two:
        for _ in range(3):
            for log in (one, two):
                found = exchange(2)
                await log.append(found)
                log.complete(Completion(found[0].id, Delivery.DELIVERED, 1, 1))
    with store.snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        found = [(link.writer, link.sequence) for link in store.links(connection)]
        heads = store.heads(connection)
    assert found == sorted(found)
    assert len(found) == len(set(found)) == 12
    assert {head.sequence for head in heads} == {6}
    assert len(heads) == 2


async def test_reading_sees_one_moment_and_writes_nothing(database: Cluster):
    """What is committed during a reading is not in it, and the connection refuses to write."""
    async with ledger(database) as log:
        found, later = access(), access()
        await log.append((found,))
        with store.snapshot(database.dsn(Role.CONSOLE)) as connection:
            asked = Question(reference=reference(found.id))
            assert len(list(store.lines(connection, asked))) == 1
            await log.append((later,))
            assert list(store.lines(connection, Question(reference=reference(later.id)))) == []
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                connection.execute("CREATE TEMP TABLE t (i int)")


async def test_person_is_found_shown_and_withheld(fresh_database: Cluster):
    """A person leads to the records that showed and to those that kept back; an unknown one to none."""
    one, two, other = access(), access(), access()
    async with ledger(fresh_database) as log:
        await log.append((one, disclosure(one)))
        person = disclosure(two).person
        await log.append((two, withheld(two, person=person)))
        await log.append((other, disclosure(other, "999990020")))
    with store.snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        persons = store.references(connection, KEYRING, "bsn:999990019")
        lines = list(store.lines(connection, Question(persons=persons)))
        assert store.references(connection, KEYRING, "bsn:123456782") == ()
    assert [line["id"] for line in lines] == [two.id, one.id]


async def test_a_line_tells_on_which_ground(fresh_database: Cluster):
    """Class, emergency, rules, what was in the answer and what all rules together would do stand beside each person."""
    found = access()
    async with ledger(fresh_database) as log:
        await log.append((found, disclosure(found), withheld(found, ground=None)))
    with store.snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        (line,) = store.lines(connection, Question())
    (shown,), (back,) = line["disclosures"], line["withheld"]
    assert [shown[name] for name in GROUND] == [
        *("secret", False, ["RG1", "RG10"], ["CT", "ID", "NA", "WC"], "allow", ["CT"], ["RG10"], None, None),
    ]
    assert [back[name] for name in GROUND] == [None] * len(GROUND)


async def test_a_line_tells_how_many_notes_were_kept_back(fresh_database: Cluster):
    """By whose they were, beside what the page held; the chain holds the counts too."""
    found = access()
    held = {Authorship.SELF: 1, Authorship.OWN: 3, Authorship.OTHER: 2, Authorship.UNKNOWN: 1}
    kept = {Authorship.OTHER: 2, Authorship.UNKNOWN: 1}
    ground = replace(KEPT_GROUND, notes=held, notes_withheld=kept)
    async with ledger(fresh_database) as log:
        await log.append((found, disclosure(found, ground=ground), withheld(found, ground=ground)))
    with store.snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        (line,) = store.lines(connection, Question())
        links = list(store.links(connection))
    for row in (*line["disclosures"], *line["withheld"]):
        assert row["notes"] == ["self:1", "own:3", "other:2", "unknown:1"]
        assert row["notes_withheld"] == ["other:2", "unknown:1"]
    assert b'"{other:2,unknown:1}"' in links[0].body
    assert not verify(links).breaks


async def test_unknown_key_in_the_log_is_refused(fresh_database: Cluster):
    """A key that the log names and the keyring has not makes a search for a person an error."""
    with psycopg.connect(fresh_database.owner_dsn()) as connection:
        connection.execute("INSERT INTO person_key (key_id) VALUES ('deadbeef')")
    with store.snapshot(fresh_database.dsn(Role.CONSOLE)) as connection, pytest.raises(OperatorError, match="deadbeef"):
        store.references(connection, KEYRING, "bsn:999990019")


def test_unreachable_log_is_said():
    """A database that is away is a fault of the store, in one line."""
    with pytest.raises(StoreError, match="cannot be read"), store.snapshot("postgresql://x:x@127.0.0.1:1/x"):
        pass
