"""Claims about sealed evidence and approvals as they are kept, in the real database under the worker's role."""

from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from proxy.database import Role
from proxy.errors import OperatorError
from proxy.model.route import Stage
from rollout.approval import Target, credential, matches
from rollout.evidence import Kind, Verdict
from rollout.sealed import store
from tests.unit.rollout.test_evidence import EVIDENCE

READ = Target("vacancies", Stage.READ)


@pytest.fixture
def dsn(fresh_database):
    """The worker's address of an empty database."""
    return fresh_database.dsn(Role.WORKER)


def test_evidence_comes_back_as_it_was_sealed_and_the_newest_counts(dsn):
    """By group, by kind, or by how its hash begins; the same evidence twice is one."""
    first = store.keep(dsn, EVIDENCE)
    assert store.keep(dsn, EVIDENCE) == first
    later = store.keep(dsn, replace(EVIDENCE, made_at=datetime(2026, 11, 27, tzinfo=UTC), verdict=Verdict.PASS))
    found = store.newest(dsn, "vacancies", Kind.READ)
    assert (found.hash, found.verdict, found.content["subject"]["revision"]) == (later, "pass", 7)
    assert store.newest(dsn, None, None, first[:8].upper()).hash == first
    assert store.newest(dsn, "vacancies", Kind.RAMP) is None
    assert store.last(dsn)["vacancies"]["hash"] == later


def test_nobody_changes_what_was_sealed(dsn, fresh_database):
    """Not the worker, who has no privilege; not the owner, whom the table refuses; a text that is not its seal is no evidence."""
    name = store.keep(dsn, EVIDENCE)
    for address in (dsn, fresh_database.owner_dsn()):
        with psycopg.connect(address) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE evidence SET verdict = 'pass' WHERE hash = %s", (name,))
    found = store.newest(dsn, "vacancies", None)
    with pytest.raises(OperatorError, match="not the one that was sealed"):
        _ = replace(found, body=found.body.replace("fail", "pass")).content


def test_a_person_approves_once_and_counts_no_more_once_removed(dsn):
    """The row stays, with its mark; who comes back is somebody new."""
    name = store.keep(dsn, EVIDENCE)
    store.add(dsn, "Anna", "anna", (credential("een lang wachtwoord", b"s" * 16), "carla"))
    (anna,) = store.approvers(dsn)
    assert matches("een lang wachtwoord", anna.credential)
    store.failed(dsn, anna)
    assert store.approvers(dsn)[0].failures == 1
    for _ in range(2):
        store.approve(dsn, name, READ, (anna, "anna"))
    (given,) = store.approvals(dsn, name)
    assert (given.target, given.approver, given.removed) == ("read", "Anna", False)
    assert store.approvers(dsn)[0].failures == 0
    with pytest.raises(OperatorError, match="is there already"):
        store.add(dsn, "ANNA", "anna", (b"x", "carla"))
    assert store.remove(dsn, "anna", "carla")
    assert not store.remove(dsn, "anna", "carla")
    assert store.approvals(dsn, name)[0].removed
    store.add(dsn, "Anna", "anna", (b"x", "carla"))
    assert store.approvals(dsn, name)[0].removed
    assert store.approvers(dsn)[0].added_at > anna.added_at


def test_no_other_role_reads_a_credential(fresh_database):
    """The console and readers see who may approve, and nothing to guess with."""
    for role in (Role.CONSOLE, Role.READER):
        with psycopg.connect(fresh_database.dsn(role), autocommit=True) as connection:
            connection.execute("SELECT name, account FROM approver")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT credential FROM approver")
