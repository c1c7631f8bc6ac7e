"""Over which window a group is counted, and what a move weighs."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from cli.evidence import following, settled
from cli.routefile import RouteFile
from cli.weighing import weighed
from proxy.database import Role
from proxy.errors import OperatorError
from proxy.model.route import Stage
from proxy.routing.table import digest
from proxy.settings import load
from rollout.approval import Target
from rollout.evidence import Kind, Verdict
from rollout.stages import Moment

NOW = datetime.now(UTC)


@pytest.fixture
def dsn(fresh_database):
    """The worker's address of a database in which nothing was published."""
    return fresh_database.dsn(Role.WORKER)


@pytest.fixture
def routing(settings_of):
    """The routing file of the house."""
    return RouteFile(load(settings_of(up=False)))


@pytest.fixture
def publish(fresh_database):
    """Publish a text so many hours ago."""
    with psycopg.connect(fresh_database.owner_dsn(), autocommit=True) as connection:

        def at(text: str, hours: int, number: int) -> str:
            connection.execute(
                "INSERT INTO routing_revision (revision, hash, body, actor, action, reason, at) "
                "VALUES (%s, %s, %s, 'test', 'seen', '', %s)",
                (number, digest(text), text, NOW - timedelta(hours=hours)),
            )
            return digest(text)

        yield at


def test_a_group_is_counted_since_it_stands_as_it_does_whatever_happened_to_others(routing, dsn, publish):
    """Another group's edit goes by; a change of share ends the dwell, not the window; its own setting ends both."""
    text = routing.text().replace("stage: capture # ", "stage: read # ")
    shared = text.replace("ramp: 0 # percent", "ramp: 10 # percent")
    sampled = text.replace("evidence: pages", "evidence: pages\n    shadow: {sample: 50}")
    texts = (sampled, text, shared.replace("# The first", "# Then"), shared)
    hashes = [
        publish(each, hours, number)
        for number, (each, hours) in enumerate(zip(texts, (40, 30, 20, 10), strict=True), 1)
    ]
    table = routing.parsed(shared)
    found = settled(routing, dsn, table, table.groups["vacancies"])
    assert found.configs == set(hashes[1:])
    assert (found.since, found.settled) == (NOW - timedelta(hours=30), NOW - timedelta(hours=20))


def test_a_file_that_nobody_runs_yet_is_counted_from_now_on(routing, dsn, publish):
    """What other files counted before is not about it."""
    publish(routing.text().replace("# The first", "# Then"), 10, 1)
    table = routing.table()
    found = settled(routing, dsn, table, table.groups["vacancies"])
    assert found.configs == {table.hash}
    assert NOW <= found.since == found.settled


def test_a_move_weighs_evidence_that_it_seals_itself_where_nobody_approves(routing, dsn, publish):
    """To shadow: sealed, and insufficient in an empty database. To read: nothing is sealed, so there is none."""
    table = routing.table()
    publish(table.text, 1, 1)
    moment = Moment(table, (), (), NOW, "anna")
    shadow = weighed(routing, dsn, Target("vacancies", Stage.SHADOW), moment)
    assert (shadow.sealed.verdict, shadow.sealed.config) == (Verdict.INSUFFICIENT, table.hash)
    assert weighed(routing, dsn, Target("vacancies", Stage.READ), moment).sealed is None


def test_the_next_step_says_what_is_counted(routing):
    """A group in legacy needs none; one that is read from newcore is ramped."""
    groups = routing.table().groups
    assert following(groups["vacancies"]) is Kind.SHADOW
    with pytest.raises(OperatorError, match="advance it"):
        following(groups["employers"])
