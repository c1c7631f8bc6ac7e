"""Claims about a candidate routing file that is tried on a log as gateways write it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.forecast import refusal, tried
from cli.outlook import document, told
from cli.routefile import RouteFile
from proxy.database import Cluster, Role
from proxy.errors import OperatorError
from proxy.model.call import Kind
from proxy.routing.cohort import within
from proxy.settings import load
from tests.conftest import copied, open_directory
from tests.doubles.routed import RoutedLog

FILE = """\
version: 1
revision: {revision}
groups:
  vacancies:
    entity: vacancy
    owner_key: vacancy.region
    functions: [vacancy.search, vacancy.manage]
    stage: {stage}
    ramp: {ramp}
  rest:
    entity: client
    owner_key: client.responsible_region
    functions: [{rest}]
    stage: legacy
    ramp: 0
...
"""
USERS = [f"AWE{number:04}" for number in range(40)]
INSIDE = [user for user in USERS if within("vacancies", 1, user, 50)]


@dataclass
class Try:
    """A log, the file in force and a candidate."""

    cluster: Cluster
    home: Path
    log: RoutedLog

    def write(self, name: str, ramp: int, stage: str = "read", revision: int = 7) -> Path:
        """Write a routing file."""
        path = self.home / name
        rest = ", ".join(sorted(self.file().functions.keys() - {"vacancy.search", "vacancy.manage"}))
        path.write_text(FILE.format(ramp=ramp, stage=stage, revision=revision, rest=rest))
        return path

    def file(self) -> RouteFile:
        """The routing file of these settings."""
        settings = {"POORT_DATA_DIR": str(self.home), "POORT_ROUTING_FILE": str(self.home / "routing.yaml")}
        return RouteFile(load(settings))

    def run(self, candidate: Path) -> dict[str, Any]:
        """Try a candidate; gives what programs read."""
        found = tried(self.file(), self.cluster.dsn(Role.WORKER), candidate, 30)
        assert "\n".join(told(found))
        return json.loads(json.dumps(document(found), default=str))


@pytest.fixture(scope="module")
def case(database, blank) -> Iterator[Try]:
    """Forty users of whom half are in the first half of the cohort, and one who left; vacancies were filled."""
    with copied(database, blank) as cluster, open_directory() as home:
        made = Try(cluster, home, RoutedLog(cluster.owner_dsn()))
        made.log.accounts(USERS)
        made.log.filled("vacancies")
        path = made.write("routing.yaml", 50)
        made.log.archive(made.file().table().hash, path.read_text())
        for user in USERS:
            core = "newcore" if user in INSIDE else "legacy"
            made.log.request(user, "vacancy.search", Kind.SEARCH, core=core, routing=made.file().table().hash)
            made.log.request(user, "client.overview.view", Kind.CONSULT)
            made.log.request(user, "vacancy.manage", Kind.MUTATE)
        made.log.request("GONE", "vacancy.search", Kind.SEARCH)
        made.log.store()
        yield made


def test_a_ramp_to_nobody_takes_back_for_certain_what_newcore_answered(case):
    """Requests, and the users behind them; open is what somebody did who left."""
    found = case.run(case.write("back.yaml", 0, revision=8))
    assert found["requests"] == 121
    assert found["changes"] == [{"from": "newcore", "to": "legacy", "requests": len(INSIDE)}]
    assert found["cannot_be_told"] == 1
    assert found["users_who_change_core"]["to_legacy"] == len(INSIDE)
    assert found["by_function"]["vacancy.search"]["change"] == len(INSIDE)
    assert (found["by_region"]["AM01"]["requests"], found["by_region"]["-"]["requests"]) == (120, 1)
    assert {line["role"] for line in found["lines"]} == {"AW"}


def test_a_larger_ramp_moves_nobody_back_and_claims_no_more_than_the_log_says(case):
    """Who was inside stays; who comes in may move, and which of two things decides it is named."""
    found = case.run(case.write("up.yaml", 100, revision=8))
    assert (found["change"], found["may_change"]) == (0, len(USERS) - len(INSIDE) + 1)
    assert {"lacks": ["shape", "own-write"], "requests": len(USERS) - len(INSIDE)} in found["lacking"]
    assert found["users_who_change_core"] == {
        "users": len(USERS) - len(INSIDE), "to_newcore": len(USERS) - len(INSIDE), "to_legacy": 0,
        "by_region_of_the_person": 0,
    }  # fmt: skip


def test_users_with_open_sessions_who_would_move_are_told(case):
    """What they wrote themselves is known of them."""
    outside = [user for user in USERS if user not in INSIDE]
    case.log.session(outside[0], {})
    case.log.session(outside[1], {"w": {"vacancies": 10**9}})
    case.log.session(INSIDE[0], {"l": ["vacancy.search", "newcore", []]})
    case.log.session("NOT-IN-THE-LOG", {})
    found = case.run(case.write("up.yaml", 100, revision=8))
    assert (found["open_sessions"]["sessions"], found["open_sessions"]["to_newcore"]) == (4, 1)


def test_an_account_that_left_is_not_guessed_at(case):
    """Its cohort is what is lacking."""
    found = case.run(case.write("up.yaml", 100, revision=8))
    assert any("account" in each["lacks"] and each["requests"] == 1 for each in found["lacking"])


def test_a_candidate_that_a_gateway_would_refuse_is_tried_and_said_to_be_refused(case):
    """Whoever tries a file wants to know both."""
    found = case.run(case.write("again.yaml", 0, revision=7))
    assert "revision" in found["refused_because"]
    assert found["change"] == len(INSIDE)
    table = case.file().table()
    assert refusal(table, table) == ""


def test_a_group_that_was_not_filled_is_told(case):
    """A ramp of it would move nobody today."""
    case.log.unfilled("vacancies")
    found = case.run(case.write("up.yaml", 100, revision=8))
    case.log.filled("vacancies")
    assert (found["unfilled"], found["may_change"]) == (["vacancies"], 0)


def test_a_file_that_is_none_is_refused(case):
    """With its name and what to do."""
    with pytest.raises(OperatorError, match=r"none\.yaml"):
        tried(case.file(), case.cluster.dsn(Role.WORKER), case.home / "none.yaml", 30)
