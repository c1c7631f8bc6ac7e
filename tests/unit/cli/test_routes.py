"""`poort routes`, as a migration engineer types it, on a real routing file, a real instance and a real database."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from cli.routefile import CATALOGUE
from proxy.catalogue import load as read_catalogue
from proxy.facts.store import region_table
from proxy.routing.watch import RoutingWatch, kill_file

ROOT = Path(__file__).parents[3]
READING = (("stage: capture", "stage: read"), ("ramp: 0 # percent", "ramp: 40 # percent"))


@pytest.fixture
def file(tmp_path) -> Path:
    """A copy of the routing file of the house."""
    path = tmp_path / "routing.yaml"
    shutil.copy(ROOT / "routing.yaml", path)
    return path


@pytest.fixture
def write(file):
    """Change texts of the file."""

    def change(*changes: tuple[str, str]) -> str:
        text = file.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file.write_text(text)
        return text

    return change


@pytest.fixture
def poort(settings, database, file, tmp_path):
    """Run `poort routes`; gives exit code, output and errors. `up=False`: nobody answers there."""
    passwords, owner = settings.data_dir / "roles.json", database.owner

    def run(*words: str, up: bool = True) -> tuple[int, str, str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("POORT_")}
        environment |= {"POORT_DATA_DIR": str(tmp_path), "POORT_ROUTING_FILE": str(file)}
        address = owner if up else "postgresql://poort:x@127.0.0.1:1/none"
        environment |= {"POORT_DATABASE_URL": address, "POORT_ROLE_PASSWORDS_FILE": str(passwords)}
        command = [sys.executable, "-m", "cli", "routes", *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


@contextmanager
def instance(file: Path, report: Path):
    """Run a gateway's watch in a thread."""
    functions = read_catalogue(CATALOGUE.read_text()).routed
    stop, up = threading.Event(), threading.Event()

    async def follow() -> None:
        watch = RoutingWatch(file, functions, region_table().names, report)
        watch.start(None)
        up.set()
        await asyncio.to_thread(stop.wait)
        await watch.close()

    thread = threading.Thread(target=asyncio.run, args=(follow(),))
    thread.start()
    assert up.wait(10)
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


@pytest.fixture
def gateway(file, tmp_path):
    """One running instance."""
    with instance(file, tmp_path / "instances" / "gateway-1.json"):
        yield


def followed(poort) -> bool:
    """Wait until every running instance runs the file: on a busy machine that is longer than a command waits."""
    until = time.monotonic() + 20
    while not json.loads(poort("status", "--json")[1])["converged"]:
        if time.monotonic() > until:
            return False
    return True


def test_the_file_of_the_house_is_good(poort):
    """Every function that a core answers is in a group; those of the gateway itself have no route."""
    code, out, err = poort("check", "--json", up=False)
    assert (code, json.loads(out)["uncovered"]) == (0, []), err


def test_a_broken_file_is_refused_with_file_and_line(poort, write):
    """Exit code 1, one message on stderr, nothing on stdout."""
    write(("stage: capture", "stage: captrue"))
    code, out, err = poort("check", up=False)
    assert (code, out) == (1, "")
    assert "routing.yaml:" in err
    assert "'captrue'" in err


def test_a_group_goes_one_stage_up_and_the_file_keeps_every_other_byte(poort, write, file, gateway):
    """Legacy to capture: stage and revision change; it is recorded, and the running instance follows."""
    before = write(("stage: capture", "stage: legacy"), ("revision: 1", "revision: 7"))
    code, out, err = poort("advance", "vacancies", "--reason", "eerste stap", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told["stage"], told["revision"]) == ("capture", 8)
    assert told["converged"] or followed(poort)
    assert file.read_text() == before.replace("stage: legacy", "stage: capture", 1).replace(
        "revision: 7", "revision: 8", 1
    )
    line = json.loads(poort("history", "vacancies", "--json")[1])
    assert (line["action"], line["reason"], line["revision"]) == ("advance", "eerste stap", 8)


def test_nothing_moves_on_while_an_instance_runs_something_else(poort, write, file, gateway, tmp_path):
    """No instance, or one behind with an alarm: refused, with its name; the file stays."""
    text = write(("ramp: 0 # percent", "ramp: 5 # percent"))
    code, _, err = poort("advance", "vacancies")
    assert code == 1
    assert "ramp" in err
    file.write_text(text.replace("ramp: 5 # percent", "ramp: 0 # percent").replace("stage: capture", "stage: legacy"))
    code, _, err = poort("advance", "vacancies")
    assert (code, "gateway-1" in err) == (1, True), err
    assert "stage: legacy" in file.read_text()


def test_without_a_running_instance_nothing_moves_on(poort, write):
    """No data never counts as a pass."""
    write(("stage: capture", "stage: legacy"))
    code, _, err = poort("advance", "vacancies")
    assert (code, "no running instance" in err) == (1, True)


@pytest.mark.parametrize("group", ["contact_notes", "employers", "session"])
def test_other_groups_cannot_move(poort, gateway, group):
    """Nothing fills or reproduces them yet; the check of the file says so."""
    code, _, err = poort("advance", group)
    assert code == 1
    assert "allowed is" in err


def test_reading_needs_a_comparison(poort, gateway):
    """Without a finished backfill there is nothing to compare, so the group stays."""
    code, _, err = poort("advance", "vacancies")
    assert (code, "no finished backfill" in err) == (1, True)


@pytest.fixture
def backfilled(database):
    """A backfill of vacancies that came to its end."""
    with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
        connection.execute("INSERT INTO backfill (grp, horizon, finished_at) VALUES ('vacancies', 1, now())")
        yield
        connection.execute("DELETE FROM backfill")


@pytest.mark.usefixtures("backfilled", "gateway")
def test_a_backfill_older_than_a_step_back_to_legacy_is_no_ground_to_read(poort):
    """Legacy's writes went by uncaptured meanwhile: the new core is filled again before anything is compared."""
    for words in (("rollback", "vacancies", "--to", "legacy"), ("advance", "vacancies")):
        code, _, err = poort(*words)
        assert code == 0, err
    code, _, err = poort("advance", "vacancies")
    assert (code, "backfill vacancies --afresh" in err) == (1, True), err


def test_without_a_database_only_what_takes_load_off_newcore_works(poort, write, file, gateway):
    """Ramp down, rollback and kill work; ramp up does not, and leaves the file alone."""
    text = write(*READING)
    code, _, err = poort("ramp", "vacancies", "60", up=False)
    assert code == 1
    assert file.read_text() == text
    assert "only rollback, ramp down and kill work" in err or "not every instance" in err
    assert poort("ramp", "vacancies", "10", up=False)[0] == 0
    assert "ramp: 10 # percent" in file.read_text()
    assert poort("kill", "vacancies", "--reason", "fout", up=False)[0] == 0
    assert kill_file(file).read_text().startswith("vacancies #")
    assert poort("rollback", "vacancies", up=False)[0] == 0
    assert "stage: capture" in file.read_text()
    assert "ramp: 0 # percent" in file.read_text()


def test_a_kill_is_followed_within_half_a_second_and_can_be_lifted(poort, gateway, file):
    """The report of every instance says so."""
    code, out, _ = poort("kill", "vacancies", "--json", up=False)
    told = json.loads(out)
    assert (code, told["converged"], told["killed"]) == (0, True, ["vacancies"])
    assert told["seconds"] < 0.5
    assert told["instances"][0]["killed"] == ["vacancies"]
    assert poort("kill", "vacancies", "--lift", up=False)[0] == 0
    assert not kill_file(file).exists()


def test_a_kill_of_what_is_no_group_is_refused(poort, file):
    """With the groups that exist."""
    code, _, err = poort("kill", "vacancy", up=False)
    assert (code, "vacancies" in err, kill_file(file).exists()) == (1, True, False)


def test_a_ramp_is_set_in_read_only(poort, gateway):
    """Below read nobody is served by newcore."""
    code, _, err = poort("ramp", "vacancies", "10")
    assert (code, "stage capture" in err) == (1, True)
    assert poort("ramp", "vacancies", "101")[0] == 2


def test_a_rollback_goes_down_only(poort, write):
    """Up is what advance is for."""
    code, _, err = poort("rollback", "vacancies", "--to", "read")
    assert (code, "allowed are legacy" in err) == (1, True)
    assert poort("rollback", "vacancies", "--to", "legacy", "--json")[0] == 0


def test_the_status_names_who_does_not_follow(poort, write, gateway):
    """Drift is an instance that runs another revision than the file."""
    told = json.loads(poort("status", "--json", up=False)[1])
    assert (told["converged"], told["drift"]) == (True, [])
    write(("ramp: 0 # percent", "ramp: 5 # percent"))  # refused by the instance: no ramp below read
    code, _, err = poort("status", up=False)
    assert (code, "ramp" in err) == (1, True)


def test_an_unknown_account_is_not_explained(poort):
    """With what to do."""
    code, _, err = poort("explain", "NOBODY", "vacancy.search")
    assert (code, "users import" in err) == (1, True)
    assert poort("explain", "NOBODY", "vacancy.zoek")[0] == 1


def test_unclassified_shapes_of_an_empty_log_are_none(poort):
    """No rows, exit code 0."""
    assert poort("unknown", "--json")[:2] == (0, "")


def test_two_engineers_at_once_come_one_after_the_other(poort, write, file):
    """Both changes count; none is lost, none is half."""
    write(*READING)
    threads = [threading.Thread(target=poort, args=("ramp", "vacancies", str(share))) for share in (30, 20, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    code, out, err = poort("check", "--json", up=False)
    assert code == 0, err
    assert json.loads(out)["revision"] >= 2
