"""`poort routes`, as a migration engineer types it, on a real routing file, a real instance and a real database."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import psycopg
import pytest

from cli.routefile import Change, RouteFile
from proxy.errors import OperatorError
from proxy.model.route import Stage
from proxy.routing import store
from proxy.routing.state import Report
from proxy.routing.store import Act
from proxy.routing.watch import kill_file
from proxy.settings import load
from tests.doubles.following import following
from tests.unit.cli.conftest import ROOT

READING = (("stage: capture # ", "stage: read # "), ("ramp: 0 # percent", "ramp: 40 # percent"))


def followed(routes) -> bool:
    """Wait until every running instance runs the file: on a busy machine that is longer than a command waits."""
    until = time.monotonic() + 20
    while not json.loads(routes("status", "--json")[1])["converged"]:
        if time.monotonic() > until:
            return False
    return True


def test_the_file_of_the_house_is_good(routes):
    """Every function that a core answers is in a group; those of the gateway itself have no route."""
    code, out, err = routes("check", "--json", up=False)
    assert (code, json.loads(out)["uncovered"]) == (0, []), err


def test_a_broken_file_is_refused_with_file_and_line(routes, write):
    """Exit code 1, one message on stderr, nothing on stdout."""
    write(("stage: capture", "stage: captrue"))
    code, out, err = routes("check", up=False)
    assert (code, out) == (1, "")
    assert "routing.yaml:" in err
    assert "'captrue'" in err


def test_a_group_goes_one_stage_up_and_the_file_keeps_every_other_byte(routes, write, file, gateway):
    """Legacy to capture: stage and revision change; it is recorded, and the running instance follows."""
    before = write(("stage: capture", "stage: legacy"), ("revision: 1", "revision: 7"))
    assert followed(routes)
    code, out, err = routes("advance", "vacancies", "--reason", "eerste stap", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told["stage"], told["revision"]) == ("capture", 8)
    assert told["converged"] or followed(routes)
    assert file.read_text() == before.replace("stage: legacy", "stage: capture", 1).replace(
        "revision: 7", "revision: 8", 1
    )
    line = json.loads(routes("history", "vacancies", "--limit", "1", "--json")[1])
    assert (line["action"], line["reason"], line["revision"]) == ("advance", "eerste stap", 8)


def test_nothing_moves_on_while_an_instance_runs_something_else(routes, write, file, gateway, tmp_path):
    """No instance, or one behind with an alarm: refused, with its name; the file stays."""
    text = write(("ramp: 0 # percent", "ramp: 5 # percent"))
    code, _, err = routes("advance", "vacancies")
    assert code == 1
    assert "ramp" in err
    file.write_text(text.replace("ramp: 5 # percent", "ramp: 0 # percent").replace("stage: capture", "stage: legacy"))
    code, _, err = routes("advance", "vacancies")
    assert (code, "gateway-1" in err) == (1, True), err
    assert "stage: legacy" in file.read_text()


def test_without_a_running_instance_nothing_moves_on(routes, write):
    """No data never counts as a pass."""
    write(("stage: capture", "stage: legacy"))
    code, _, err = routes("advance", "vacancies")
    assert (code, "no running instance" in err) == (1, True)


@pytest.mark.parametrize("group", ["exports", "session"])
def test_a_group_that_nothing_reproduces_cannot_move(routes, gateway, group):
    """The check of the file says so."""
    code, _, err = routes("advance", group)
    assert code == 1
    assert "allowed is" in err


def test_without_a_database_only_what_takes_load_off_newcore_works(routes, write, file, tmp_path):
    """Ramp down, rollback and kill work; ramp up does not, and leaves the file alone."""
    text = write(*READING)
    with following(file, tmp_path / "instances" / "gateway-1.json"):
        code, _, err = routes("ramp", "vacancies", "60", up=False)
        assert code == 1
        assert file.read_text() == text
        assert "the database does not answer" in err
        assert routes("ramp", "vacancies", "10", up=False)[0] == 0
        assert "ramp: 10 # percent" in file.read_text()
        assert routes("kill", "vacancies", "--reason", "fout", up=False)[0] == 0
        assert kill_file(file).read_text().startswith("vacancies #")
        assert routes("rollback", "vacancies", up=False)[0] == 0
        assert "stage: capture" in file.read_text()
        assert "ramp: 0 # percent" in file.read_text()


def test_a_kill_is_followed_within_half_a_second_and_can_be_lifted(routes, gateway, file):
    """The report of every instance says so."""
    code, out, _ = routes("kill", "vacancies", "--json", up=False)
    told = json.loads(out)
    assert (code, told["converged"], told["killed"]) == (0, True, ["vacancies"])
    assert told["seconds"] < 0.5
    assert told["instances"][0]["killed"] == ["vacancies"]
    assert routes("kill", "vacancies", "--lift", up=False)[0] == 0
    assert not kill_file(file).exists()


def test_a_kill_of_what_is_no_group_is_refused(routes, file):
    """With the groups that exist."""
    code, _, err = routes("kill", "vacancy", up=False)
    assert (code, "vacancies" in err, kill_file(file).exists()) == (1, True, False)


def test_a_ramp_is_set_in_read_only(routes, gateway):
    """Below read nobody is served by newcore."""
    code, _, err = routes("ramp", "vacancies", "10")
    assert (code, "stage capture" in err) == (1, True)
    assert routes("ramp", "vacancies", "101")[0] == 2


def test_a_rollback_goes_down_only(routes, write):
    """Up is what advance is for."""
    code, _, err = routes("rollback", "vacancies", "--to", "read")
    assert (code, "allowed are legacy" in err) == (1, True)
    assert routes("rollback", "vacancies", "--to", "legacy", "--json")[0] == 0


def test_the_status_names_who_does_not_follow(routes, write, gateway):
    """Drift is an instance that runs another revision than the file."""
    told = json.loads(routes("status", "--json", up=False)[1])
    assert (told["converged"], told["drift"]) == (True, [])
    write(("ramp: 0 # percent", "ramp: 5 # percent"))  # refused by the instance: no ramp below read
    code, _, err = routes("status", up=False)
    assert (code, "ramp" in err) == (1, True)


def test_an_unknown_account_is_not_explained(routes):
    """With what to do."""
    code, _, err = routes("explain", "NOBODY", "vacancy.search")
    assert (code, "users import" in err) == (1, True)
    assert routes("explain", "NOBODY", "vacancy.zoek")[0] == 1


def test_unclassified_shapes_of_an_empty_log_are_none(routes):
    """No rows, exit code 0."""
    assert routes("unknown", "--json")[:2] == (0, "")


def test_two_engineers_at_once_come_one_after_the_other(settings_of, routes, write):
    """Both changes count; none is lost, none is half: two processes, as at two desks."""
    write(*READING)
    words = [sys.executable, "-m", "cli", "routes", "ramp", "vacancies"]
    others = {key: text for key, text in os.environ.items() if not key.startswith("POORT_")}
    desks = [
        subprocess.Popen([*words, share], cwd=ROOT, env=others | settings_of(), stdout=subprocess.PIPE)
        for share in ("30", "20")
    ]
    for desk in desks:
        desk.communicate(timeout=60)
    code, out, err = routes("check", "--json", up=False)
    assert code == 0, err
    assert json.loads(out)["revision"] == 1 + sum(desk.returncode == 0 for desk in desks) > 1


def test_a_change_of_a_file_that_was_written_meanwhile_is_refused(write, settings_of):
    """Two engineers judged the same file; the second one judges again instead of advancing twice."""
    file = RouteFile(load(settings_of(up=False)))
    judged = file.table().hash
    write(("revision: 1", "revision: 2"))
    change = Change("vacancies", "ramp", "", {"ramp": 0}, lessens=True, judged=judged)
    with pytest.raises(OperatorError, match="revision 2, which somebody wrote meanwhile"):
        file.change(change)


@pytest.mark.parametrize("up", [False, True], ids=["without a database", "with one"])
@pytest.mark.parametrize("cut", ["", "version: 1\nrevision: 1\n", "\udcff"], ids=["empty", "cut off", "no text"])
def test_a_kill_needs_no_sound_file_and_can_be_lifted(routes, file, gateway, cut, up):
    """Instances run the last good file: that is when a kill is wanted most."""
    file.write_bytes(cut.encode(errors="surrogateescape"))
    code, out, err = routes("kill", "vacancies", "--json", up=up)
    assert (code, json.loads(out)["converged"], json.loads(out)["killed"]) == (0, True, ["vacancies"]), err
    assert routes("kill", "employers", up=up)[0] == 0
    assert routes("kill", "vacancies", "--lift", up=up)[0] == 0
    assert kill_file(file).read_text().startswith("employers #")


def test_a_way_back_that_a_broken_file_bars_says_what_works_all_the_same(routes, file):
    """Rollback and ramp down edit the file; a kill does not."""
    file.write_text("version: 1\n")
    for words in (("rollback", "vacancies"), ("ramp", "vacancies", "0")):
        code, _, err = routes(*words, up=False)
        assert (code, "`poort routes kill vacancies` works at once" in err) == (1, True), err


def test_a_rollback_that_instances_refuse_is_not_called_done(routes, write, file, gateway):
    """Somebody's jump of stages in the same file: written, not in force, exit code 1, and what to do now."""
    write(*READING)
    write(("stage: legacy", "stage: read"), ("revision: 1", "revision: 2"))
    code, out, err = routes("rollback", "vacancies", "--json", up=False)
    assert (code, json.loads(out)["converged"]) == (1, False)
    assert "NOT in force" in err
    assert "poort routes kill vacancies" in err


def test_a_kill_file_that_nobody_can_read_kills_everything_for_commands_too(routes, file):
    """As instances have it; lifting one group writes the others down."""
    kill_file(file).write_bytes(b"\xff\xfe")
    assert len(json.loads(routes("status", "--json", up=False)[1])["killed"]) > 10
    assert routes("kill", "vacancies", "--lift", up=False)[0] == 0
    assert "vacancies" not in kill_file(file).read_text().split()


def test_while_the_file_is_broken_status_and_explain_go_by_what_runs(routes, write, file, settings_of, tmp_path):
    """The last good file is in force; the status says so, with what is wrong."""
    text = write(*READING)
    table = RouteFile(load(settings_of())).table()
    report = Report("gateway-7", table.revision, table.hash, (), "", datetime.now(UTC)).document()
    (tmp_path / "instances").mkdir(exist_ok=True)
    (tmp_path / "instances" / "gateway-7.json").write_text(json.dumps(report))
    store.record(RouteFile(load(settings_of())).dsn, table, Act("*", "test", "seen", "", {}))
    file.write_text(text[:900])
    code, out, err = routes("status", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert ("no end marker" in told["refused"], told["revision"]) == (True, table.revision)
    assert next(each for each in told["groups"] if each["group"] == "vacancies")["stage"] == "read"
    assert "no account" in routes("explain", "NOBODY", "vacancy.search")[2]


def test_a_region_that_is_none_is_not_explained(routes):
    """Instead of the stage of the whole group."""
    code, _, err = routes("explain", "NOBODY", "vacancy.search", "--region", "AM99")
    assert (code, "AM01 up to AM35" in err) == (1, True)


def test_a_disk_that_takes_nothing_is_a_refusal_and_nothing_is_recorded(write, file, settings_of):
    """The place beside the file is taken: no revision is in the history that never was in force."""
    write(("stage: capture", "stage: legacy"))
    found = RouteFile(load(settings_of()))
    before = found.ask(lambda dsn: store.history(dsn, None, 1))
    (file.parent / f".{file.name}.{os.getpid()}").mkdir()
    change = Change("vacancies", "advance", "", {"stage": Stage.CAPTURE})
    with pytest.raises(OperatorError, match="cannot be written"):
        found.change(change)
    assert "stage: legacy # " in file.read_text()
    assert found.ask(lambda dsn: store.history(dsn, None, 1)) == before


def test_a_file_of_another_editor_keeps_its_line_ends_and_its_mark(routes, file):
    """Carriage returns and a byte order mark: a review of the change shows the change."""
    before = b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(before)
    assert routes("rollback", "vacancies", "--to", "legacy", up=False)[0] == 0
    changed = before.replace(b"stage: capture # ", b"stage: legacy # ").replace(b"revision: 1\r", b"revision: 2\r")
    assert file.read_bytes() == changed


def test_the_history_tells_what_was_edited_by_hand(routes, write, file, settings_of):
    """An instance saw it come into force, and no command recorded it: which groups, from what to what."""
    before = RouteFile(load(settings_of())).table()
    moved = write(("stage: capture # ", "stage: shadow # "), ("revision: 1\n", "revision: 2\n"))
    after = RouteFile(load(settings_of())).parsed(moved)
    dsn = RouteFile(load(settings_of())).dsn
    with psycopg.connect(dsn, autocommit=True) as connection:
        for each in (before, after):
            connection.execute(
                "INSERT INTO routing_revision (revision, hash, body, actor, action, reason) VALUES (%s, %s, %s, 'g', 'seen', '')",
                (each.revision, each.hash, each.text),
            )
    line = json.loads(routes("history", "vacancies", "--limit", "1", "--json")[1])
    assert (line["revision"], line["actor"], line["action"]) == (2, "-", "edit")
    assert line["evidence"] == {"stage": "capture -> shadow"}
