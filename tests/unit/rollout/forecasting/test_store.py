"""Claims about what a dry run reads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from proxy.accesslog.reading.store import snapshot
from proxy.database import Cluster, Role
from proxy.model.call import Kind
from proxy.model.decision import Effect, Reason
from proxy.model.principal import Role as Held
from rollout.forecast import Recorded
from rollout.forecasting import store
from tests.conftest import copied
from tests.doubles.routed import RoutedLog

SINCE = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(scope="module")
def cluster(database, blank) -> Iterator[Cluster]:
    """An empty copy of the database."""
    with copied(database, blank) as made:
        yield made


@pytest.fixture(scope="module")
def log(cluster) -> RoutedLog:
    """A log of a few requests."""
    made = RoutedLog(cluster.owner_dsn())
    made.request("AWE1", "vacancy.search", Kind.SEARCH)
    made.request("AWE1", "vacancy.search", Kind.SEARCH, core="newcore", routing="h7")
    made.request("AWE1", "vacancy.search", Kind.SEARCH, detail="fallback", routing="h7")
    made.request("AWE1", "vacancy.search", Kind.SHADOW, core="newcore", routing="h7")
    made.request("AWE1", "client.search", Kind.SEARCH, core=None, decision=Effect.DENY, reason=Reason.OUT_OF_REACH)
    made.request(None, None, Kind.CONSULT, core=None, decision=Effect.DENY, reason=Reason.UNCLEAR)
    made.store()
    return made


def test_what_reached_the_choice_is_read_with_where_it_went(cluster, log, monkeypatch):
    """Also where newcore was chosen and legacy answered; what was refused before, or only compared, was not routed."""
    monkeypatch.setattr(store, "PAGE", 2)
    with snapshot(cluster.dsn(Role.WORKER)) as connection:
        found = list(store.requests(connection, SINCE))
    assert sorted(each.asked.newcore for each in found) == [False, True, True]
    one = next(each for each in found if not each.asked.newcore)
    assert one.asked == Recorded("AWE1", "vacancy.search", "search")
    assert (one.role, one.organisation, one.authorisation) == ("AW", "UWV UWV-AM01", "AW-1")


def test_what_is_older_is_not_read(cluster, log):
    """By the moment of recording, which the partitions follow."""
    with snapshot(cluster.dsn(Role.WORKER)) as connection:
        assert not list(store.requests(connection, datetime.now(UTC)))
        assert store.users(connection, SINCE) == ["AWE1"]
        assert store.users(connection, datetime.now(UTC)) == []


def test_accounts_come_with_everything_that_decides_a_cohort(cluster, log):
    """Roles, organisations, regions."""
    log.accounts(["AWE1"], regions=("AM01", "AM02"))
    log.accounts(["AWE1"], role="EXP")
    with snapshot(cluster.dsn(Role.WORKER)) as connection:
        found = store.accounts(connection, ["AWE1", "NOBODY"])
    assert list(found) == ["AWE1"]
    assert {each.role for each in found["AWE1"].authorisations} == {Held.AW, Held.EXP}
    assert found["AWE1"].authorisations[0].regions == {"AM01", "AM02"}


def test_open_sessions_come_with_their_own_writes_and_their_list(cluster, log):
    """One that lay idle for too long is not open."""
    log.session("AWE1", {"v": "V", "w": {"vacancies": 13}, "l": ["vacancy.search", "newcore", []]})
    log.session("AWE2", {}, idle=4000)
    with snapshot(cluster.dsn(Role.WORKER)) as connection:
        (found,) = store.sessions(connection, 1800)
    assert (found.user, found.wrote, found.key) == ("AWE1", {"vacancies": 13}, b"")
    assert found.listing is not None
    assert found.listing.core == "newcore"


def test_routing_files_come_by_their_hash(cluster, log):
    """As far as they were archived."""
    log.archive("h7", "version: 1\n")
    with snapshot(cluster.dsn(Role.WORKER)) as connection:
        assert store.routing_texts(connection, ["h7", "h8"]) == {"h7": "version: 1\n"}
