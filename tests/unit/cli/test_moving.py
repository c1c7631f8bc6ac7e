"""Moving a group forward with everything it needs, and what refuses it: through the commands, on a real database."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from cli.moving import ZONE
from cli.routefile import actor
from proxy.routing.table import digest
from tests.doubles import command
from tests.doubles.following import following
from tests.unit.cli.conftest import ROOT

PROFILE = """\
  light:
    shadow: {applied: 0, dwell_hours: 0}
    read: {compared: 300, mismatches_per_100000: 1000, dwell_hours: 0}
    ramp: {answered: 20, dwell_minutes: 0}
"""
PASSWORD = "een wachtwoord van de test"


@dataclass(frozen=True)
class Ground:
    """What a test puts into the database of a group."""

    dsn: str
    file: Path

    def copied(self, *, unexplained: int = 0) -> None:
        """Say that newcore was filled and compared."""
        begun = datetime.now(UTC) - timedelta(hours=2)
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO backfill (grp, horizon, started_at, finished_at) VALUES ('vacancies', 1, %s, %s) "
                "ON CONFLICT (grp) DO UPDATE SET started_at = excluded.started_at, finished_at = excluded.finished_at",
                (begun, begun + timedelta(minutes=1)),
            )
            for entity in ("employer", "vacancy"):
                connection.execute(
                    "INSERT INTO reconcile (entity, begun_at, checked, equal, raced, pending, held, repaired, unexplained, "
                    "reasons, actor) VALUES (%s, now(), 50, 50, 0, 0, 0, 0, %s, '{}', 'test')",
                    (entity, unexplained),
                )

    def compared(self, result: str = "equal", reads: int = 400) -> None:
        """Count so many comparisons under the file as it is."""
        config = digest(self.file.read_text())
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for what, count in ((result, reads), ("offered", reads)):
                connection.execute(
                    "INSERT INTO shadow_count (grp, hour, config, function, shape, result, reads) "
                    "VALUES ('vacancies', date_trunc('hour', now()), %s, 'vacancy.search', %s, %s, %s)",
                    (config, result, what, count),
                )
            for core in ("legacy", "newcore"):
                connection.execute(
                    "INSERT INTO shadow_latency (grp, hour, config, function, core, bucket, reads) VALUES "
                    "('vacancies', date_trunc('hour', now()), %s, %s, %s, 10, 400)",
                    (config, result, core),
                )


@pytest.fixture
def ground(database, file):
    """The database, with nothing of it at the end."""
    yield Ground(database.owner_dsn(), file)
    with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
        connection.execute("DELETE FROM backfill WHERE grp = 'vacancies'")


@pytest.fixture
def put(write, file, tmp_path):
    """Put the vacancies into a stage and share, under a profile that a test can fill; then one instance follows the file."""
    with ExitStack() as running:

        def build(stage: str, ramp: int = 0, *more: tuple[str, str]) -> None:
            write(
                ("  pages: #", f"{PROFILE}  pages: #"), ("stage: capture # ", f"stage: {stage} # "),
                ("ramp: 0 # percent", f"ramp: {ramp} # percent"), ("evidence: pages", "evidence: light"), *more,
            )  # fmt: skip
            running.enter_context(following(file, tmp_path / "instances" / "gateway-1.json"))

        yield build


@pytest.fixture
def followed(file, tmp_path):
    """Wait until the instance runs the file as it is."""

    def wait() -> None:
        until = time.monotonic() + 20
        report = tmp_path / "instances" / "gateway-1.json"
        while json.loads(report.read_text())["hash"] != digest(file.read_text()):
            assert time.monotonic() < until, report.read_text()
            time.sleep(0.02)

    return wait


@pytest.fixture
def approver(routes, tmp_path):
    """Add an approver, and approve as them."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)

    class Approver:
        def __init__(self, account: str | None = None) -> None:
            self.name = f"a{uuid4().hex[:8]}"
            more = ("--account", account) if account else ()
            added = routes("approver", "add", self.name, *more, "--password-file", str(secret))
            assert added.returncode == 0, added.stderr

        def approve(self, evidence: str, *more: str, group: str = "vacancies"):
            words = ("approve", group, "--evidence", evidence, "--user", self.name, "--password-file", str(secret))
            return routes(*words, *more)

    return Approver


def sealed(routes, *words: str) -> dict:
    """Make evidence and give it."""
    done = routes("evidence", "vacancies", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_evidence_of_an_empty_database_is_insufficient(routes, put):
    """No data never counts as a pass, and the reasons say what is missing."""
    put("shadow")
    made = sealed(routes)
    assert (made["verdict"], made["subject"]["kind"]) == ("insufficient", "read")
    assert any("no backfill" in each for each in made["reasons"])
    shown = json.loads(routes("evidence", "vacancies", "--show", made["hash"][:10], "--json").stdout)
    assert (shown["hash"], shown["reasons"]) == (made["hash"], made["reasons"])


def test_a_group_goes_to_read_on_evidence_and_two_other_people(routes, put, ground, approver, file):
    """One is too few; the history keeps on what and by whom."""
    put("shadow")
    ground.copied()
    ground.compared()
    made = sealed(routes)
    assert made["verdict"] == "pass", made["reasons"]
    one, two = approver(), approver()
    assert one.approve(made["hash"]).returncode == 0
    refused = routes("advance", "vacancies")
    assert (refused.returncode, "1 of 2 approvals for read" in refused.stderr) == (1, True), refused.stderr
    assert two.approve(made["hash"]).returncode == 0
    done = routes("advance", "vacancies", "--reason", "klaar", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["stage"], told["ramp"]) == ("read", 0)
    assert told["evidence"] == {"hash": made["hash"], "approved_by": sorted((one.name, two.name))}
    line = json.loads(routes("history", "vacancies", "--limit", "1", "--json").stdout)
    assert (line["action"], line["evidence"]["hash"]) == ("advance", made["hash"])
    assert "stage: read # " in file.read_text()


def test_an_edit_after_the_approvals_makes_them_void(routes, put, ground, approver, followed):
    """Another byte of the file, and everybody looks again."""
    put("shadow")
    ground.copied()
    ground.compared()
    made = sealed(routes)
    for each in (approver(), approver()):
        assert each.approve(made["hash"]).returncode == 0
    edited = (
        ground.file.read_text().replace("revision: 1\n", "revision: 2\n").replace("# The first group", "# De groep")
    )
    ground.file.write_text(edited)
    followed()
    refused = routes("advance", "vacancies")
    assert (refused.returncode, "void, and every approval of it" in refused.stderr) == (1, True), refused.stderr
    late = approver().approve(made["hash"])
    assert (late.returncode, "it is void" in late.stderr) == (1, True)
    status = json.loads(routes("status", "--json").stdout)
    assert next(each for each in status["groups"] if each["group"] == "vacancies")["evidence"]["void"]


def test_another_matrix_after_the_approvals_makes_them_void(routes, put, ground, approver, settings_of):
    """It says what either core may show: what was compared before says nothing of it."""
    put("shadow")
    ground.copied()
    ground.compared()
    made = sealed(routes)
    assert made["subject"]["policy"] == digest((ROOT / "authorisation.yaml").read_text())
    for each in (approver(), approver()):
        assert each.approve(made["hash"]).returncode == 0
    other = ground.file.with_name("authorisation.yaml")
    other.write_text((ROOT / "authorisation.yaml").read_text() + "# nagelezen\n")
    given = settings_of() | {"POORT_AUTHORISATION_FILE": str(other)}
    refused = command.poort("routes", "advance", "vacancies", settings=given)
    assert (refused.returncode, "another authorisation matrix" in refused.stderr) == (1, True), refused.stderr
    late = command.poort("routes", "approve", "vacancies", "--evidence", made["hash"], "--user", "x", settings=given)
    assert (late.returncode, "another authorisation matrix" in late.stderr) == (1, True)
    status = json.loads(command.poort("routes", "status", "--json", settings=given).stdout)
    assert next(each for each in status["groups"] if each["group"] == "vacancies")["evidence"]["void"]


@pytest.mark.parametrize("result", ["ignored", "skipped"])
def test_answers_that_prove_nothing_move_nothing(routes, put, ground, result):
    """However many there are: exit code 1, and what is lacking is named."""
    put("shadow")
    ground.copied()
    ground.compared(result)
    refused = routes("advance", "vacancies")
    assert refused.returncode == 1
    made = sealed(routes)
    assert made["verdict"] == "insufficient"
    assert any("0 answers compared" in each for each in made["reasons"])


def test_nobody_approves_an_own_move(routes, put, ground, approver):
    """Known by the account on the machine, whatever name is given; a wrong password is nobody's."""
    put("shadow")
    ground.copied()
    ground.compared()
    made = sealed(routes)
    own = approver(account=actor()).approve(made["hash"])
    assert (own.returncode, "nobody approves an own move" in own.stderr) == (1, True)
    words = (
        "approve",
        "vacancies",
        "--evidence",
        made["hash"],
        "--user",
        approver().name,
        "--password-file",
        "/dev/null",
    )
    wrong = routes(*words)
    assert wrong.returncode == 1
    assert routes("advance", "vacancies").returncode == 1


def test_evidence_that_does_not_pass_cannot_be_approved(routes, put, ground, approver):
    """There is nothing to approve: one hit in a safety field."""
    put("shadow")
    ground.copied()
    ground.compared()
    ground.compared("safety", 1)
    made = sealed(routes)
    assert (made["verdict"], "safety" in made["reasons"][0]) == ("fail", True)
    refused = approver().approve(made["hash"])
    assert (refused.returncode, "says fail" in refused.stderr) == (1, True)


def test_what_is_counted_after_the_seal_counts_too(routes, put, ground, approver):
    """A mismatch between approval and advance stops it."""
    put("shadow")
    ground.copied()
    ground.compared()
    made = sealed(routes)
    for each in (approver(), approver()):
        assert each.approve(made["hash"]).returncode == 0
    ground.compared("safety", 1)
    refused = routes("advance", "vacancies")
    assert (refused.returncode, "counted again it says fail" in refused.stderr) == (1, True), refused.stderr


def test_where_nobody_has_to_approve_the_command_seals_what_it_moved_on(routes, put, ground):
    """Capture to shadow: refused without a reconcile that explains everything, then with its hash in the history."""
    put("capture")
    ground.copied(unexplained=1)
    refused = routes("advance", "vacancies")
    assert (refused.returncode, "1 unexplained" in refused.stderr or "2 unexplained" in refused.stderr) == (1, True)
    ground.copied()
    done = routes("advance", "vacancies", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["stage"], len(told["evidence"]["hash"])) == ("shadow", 64)


def test_in_a_freeze_nothing_goes_forward_and_everything_goes_back(routes, put):
    """Advance and ramp up are refused with the window's end; ramp down, rollback and kill are not."""
    frozen = f"freeze:\n  - {{name: kerst, from: {datetime.now(ZONE):%Y-%m-%d}, hours: 48, blocks: [advance, ramp]}}\n"
    put("read", 20, ("approvals:", f"{frozen}approvals:"))
    for words in (("ramp", "vacancies", "50"), ("advance", "employers")):
        refused = routes(*words)
        assert (refused.returncode, "freeze kerst until" in refused.stderr) == (1, True), refused.stderr
    for words in (("ramp", "vacancies", "10"), ("rollback", "vacancies", "--to", "shadow"), ("kill", "vacancies")):
        assert routes(*words).returncode == 0


def test_a_larger_share_goes_on_what_the_smaller_one_showed(routes, put, ground, followed):
    """Nobody served at twenty percent: insufficient; the first share needs none."""
    put("read", 20)
    ground.copied()
    refused = routes("ramp", "vacancies", "50")
    assert (refused.returncode, "newcore served nobody" in refused.stderr) == (1, True), refused.stderr
    assert routes("ramp", "vacancies", "0").returncode == 0
    followed()
    done = routes("ramp", "vacancies", "50", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ramp"] == 50
    before = ground.file.read_text()
    again = routes("ramp", "vacancies", "50", "--json")
    assert (again.returncode, ground.file.read_text()) == (0, before)  # nothing changed, so nobody's evidence is void


def test_a_partition_moves_by_itself_and_a_rollback_takes_all_that_stand_higher(routes, put, file, followed):
    """One value of the file for the one, every higher one for the other; a partition that is not there is none."""
    put("capture", 0, ("evidence: light", "evidence: light\n    partitions: {AM03: capture, AM06: legacy}"))
    assert routes("advance", "vacancies", "--region", "AM01").returncode == 1
    done = routes("advance", "vacancies", "--region", "AM06")
    assert done.returncode == 0, done.stderr
    assert "partitions: {AM03: capture, AM06: capture}" in file.read_text()
    followed()
    assert routes("rollback", "vacancies", "--to", "legacy").returncode == 0
    assert "partitions: {AM03: legacy, AM06: legacy}" in file.read_text()


def test_a_pinned_group_does_not_move(routes, put):
    """The pin says why, who decided it and until when."""
    put("capture")
    refused = routes("advance", "work_capacity")
    assert (refused.returncode, "DPIA not signed" in refused.stderr) == (1, True)


def test_a_kill_loads_nothing_that_counts_or_compares():
    """It must not wait for what it does not need."""
    code = "import sys, cli.moving; sys.exit(any(name.startswith(('rollout', 'cli.evidence')) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
