"""Claims about how the guard gives a group back, on a real routing file."""

from pathlib import Path

import pytest

from cli.guard import Watched, evidence, give_back, values
from cli.routefile import RouteFile
from proxy.errors import OperatorError
from proxy.model.route import Stage
from proxy.routing import store
from proxy.routing.group import Group
from proxy.routing.watch import kill_file
from proxy.settings import load
from rollout.guard import Trip
from tests.doubles.following import following

ROOT = Path(__file__).parents[3]
TRIP = Trip("errors", "", {"faults": 3, "of": 13, "score": 6.9})


@pytest.fixture
def file(settings, database, tmp_path) -> RouteFile:
    """The routing file of the house with vacancies at forty percent, of a worker whose database is up."""
    text = (ROOT / "routing.yaml").read_text(encoding="utf-8")
    head, stage, tail = text.partition("    stage: capture # `poort backfill")
    if stage:
        text = head + stage.replace("capture", "read") + tail.replace("ramp: 0", "ramp: 40", 1)
    path = tmp_path / "routing.yaml"
    path.write_text(text, encoding="utf-8")
    return RouteFile(
        load({
            "POORT_DATA_DIR": str(tmp_path), "POORT_ROUTING_FILE": str(path), "POORT_DATABASE_URL": database.owner,
            "POORT_ROLE_PASSWORDS_FILE": str(settings.data_dir / "roles.json"),
        })
    )  # fmt: skip


def test_a_group_that_failed_is_one_stage_lower_and_the_history_says_by_whom_and_why(file):
    """The same change that an engineer's rollback makes."""
    before = file.table()
    revision = give_back(file, "vacancies", TRIP)
    group = file.table().groups["vacancies"]
    assert (group.stage, group.ramp, revision) == (Stage.SHADOW, 0, before.revision + 1)
    newest = file.ask(lambda dsn: store.history(dsn, "vacancies", 1)[0])
    assert (newest["actor"], newest["action"], newest["evidence"]["faults"]) == ("guard", "rollback", 3)
    assert "3" in newest["reason"]


@pytest.mark.parametrize("text", ["version: 1\nrevision: 7\n", ""], ids=["broken", "cut off"])
def test_where_the_file_cannot_be_changed_the_kill_switch_is_thrown(file, text):
    """Instances run the last good file, on which the ramp goes on; the kill file is heard all the same."""
    file.path.write_text(text)
    assert give_back(file, "vacancies", TRIP) == 0
    assert "vacancies" in kill_file(file.path).read_text()
    kill_file(file.path).write_text("notes # by hand\n")
    assert give_back(file, "vacancies", TRIP) == 0
    assert [line.split()[0] for line in kill_file(file.path).read_text().splitlines()] == ["notes", "vacancies"]


@pytest.mark.parametrize(
    ("group", "written"),
    [
        (Group("g", "e", ("f",), Stage.READ, ramp=10), {"stage": Stage.SHADOW, "ramp": 0}),
        (Group("g", "e", ("f",), Stage.SHADOW, ramp=10, partitions={"AM06": Stage.READ}), {"ramp": 0}),
        (Group("g", "e", ("f",), Stage.READ, ramp=10, partitions={"AM06": Stage.READ}), {"ramp": 0}),
    ],
)
def test_partitions_keep_their_stages_and_serve_nobody(group, written):
    """What was set by hand for one region is not undone by a machine."""
    assert values(group) == written


def test_the_guard_follows_file_and_kill_file_and_keeps_the_last_good_one(file):
    """A broken file is what instances go on without, too."""
    watched = Watched(file)
    table, killed = watched.moment()
    assert killed == frozenset()
    assert watched.moment()[0] is table
    kill_file(file.path).write_text("vacancies\n")
    assert watched.moment()[1] == {"vacancies"}
    kill_file(file.path).unlink()
    good = file.path.read_text()
    file.path.write_text("version: 1\n")
    assert watched.moment() == (table, frozenset())
    refused = good.replace("ramp: 40", "ramp: 0")
    file.path.write_text(refused)  # of the same revision: no instance runs it, so the ramp goes on, and is guarded
    assert watched.moment()[0].groups["vacancies"].ramp == 40
    file.path.write_text(good.replace("ramp: 40", "ramp: 50").replace("revision: 1\n", "revision: 2\n"))
    assert watched.moment()[0].groups["vacancies"].ramp == 50


def test_revisions_that_went_by_between_two_looks_are_no_jump_once_an_instance_runs_the_last_one(file, tmp_path):
    """Three steps in a second: the ramp at their end is guarded, as soon as it is said to be in force."""
    watched = Watched(file)
    before, _ = watched.moment()
    text = file.path.read_text().replace("stage: legacy", "stage: read", 1)
    file.path.write_text(text.replace("revision: 1\n", "revision: 4\n"))
    assert watched.moment()[0] is before
    with following(file.path, tmp_path / "instances" / "gateway-1.json"):
        assert watched.moment()[0].revision == 4
        assert watched.moment()[0] is watched.moment()[0]


def test_where_instances_refuse_what_the_guard_wrote_the_kill_switch_is_thrown(file, tmp_path):
    """Somebody's jump of stages stands in the same file: the ramp would go on, so it is killed."""
    with following(file.path, tmp_path / "instances" / "gateway-1.json"):
        text = file.path.read_text().replace("stage: legacy", "stage: read", 1)
        file.path.write_text(text.replace("revision: 1\n", "revision: 2\n"))
        assert give_back(file, "vacancies", TRIP) == 0
    assert kill_file(file.path).read_text().startswith("vacancies #")


def test_without_any_good_file_nothing_is_guarded_and_that_is_said(file):
    """The duty fails, which the worker logs."""
    file.path.write_text("version: 1\n")
    with pytest.raises(OperatorError, match=r"routing\.yaml"):
        Watched(file).moment()


def test_the_history_keeps_the_numbers():
    """Which partition, which test, how many."""
    assert evidence(Trip("latency", "AM06", {"of": 3})) == {"kind": "latency", "partition": "AM06", "of": 3}
