"""Claims about `poort log`, run as a process on a server of its own."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg
import pytest

from cli.app import main
from cli.secret import secret_key
from monitoring.checkpoint.store import KEY_FILE, Signer, signing_key
from proxy.accesslog.persons import Keyring
from proxy.accesslog.record import reference
from proxy.database import Cluster, Role, own_cluster, upgrade
from proxy.identity.binding import person_id
from proxy.model.decision import Effect, Reason
from proxy.model.entry import Access, Completion, Delivery
from proxy.settings import load
from tests.conftest import open_directory
from tests.failures.log.builders import access, disclosure, ledger, withheld

ROOT = Path(__file__).resolve().parents[3]
BSN = "999990019"


@dataclass
class Place:
    """A data directory with a running server and a few records."""

    directory: Path
    cluster: Cluster
    keyring: Keyring
    delivered: Access
    refused: Access

    def poort(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run `poort log` in this process: a process of its own costs seconds, and `--follow` has one."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(os, "environ", self.environment)
            patch.setattr(sys, "stdin", io.StringIO(typed))
            patch.setattr("cli.logs.configure", lambda _level: None)
            try:
                main(["log", *words])
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 0
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def lines(self, *words: str, typed: str = "") -> list[dict[str, object]]:
        """Run `poort log show --json` and read its lines."""
        done = self.poort("show", "--json", *words, typed=typed)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    @property
    def environment(self) -> dict[str, str]:
        """Give the environment of a command on this directory."""
        kept = {key: text for key, text in os.environ.items() if not key.startswith("POORT_")}
        return {**kept, "POORT_DATA_DIR": str(self.directory)}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A log with one delivered reading and one refusal without a session."""
    with open_directory() as directory:
        settings = load({"POORT_DATA_DIR": str(directory)})
        with own_cluster(settings) as cluster:
            upgrade(cluster)
            made = Place(directory, cluster, Keyring(secret_key(settings)), access(), refusal())
            asyncio.run(fill(made))
            yield made


def refusal() -> Access:
    """Build a refusal of a request without a session."""
    return access(
        decision=Effect.DENY, reason=Reason.NO_SESSION, session=None, user=None, function="client.search", rows=0
    )


async def fill(place: Place) -> None:
    """Write the records of the fixture."""
    person = person_id(place.keyring.current, bsn=BSN, row_id=None)
    async with ledger(place.cluster, keyring=place.keyring) as log:
        found = place.delivered
        other = person_id(place.keyring.current, bsn=None, row_id="1-OUT")
        kept_back = replace(withheld(found), person=other)
        await log.append((found, replace(disclosure(found), person=person), kept_back))
        log.complete(Completion(found.id, Delivery.DELIVERED, 4711, 9))
        await log.append((place.refused,))


def test_json_is_one_object_a_line_newest_first(place: Place):
    """Programs read one record a line, with its persons and how the answer ended."""
    newest, oldest = place.lines()
    assert newest["reference"] == reference(place.refused.id)
    assert (newest["outcome"], newest["disclosures"]) == ("unknown", [])
    assert oldest["id"] == str(place.delivered.id)
    assert (oldest["outcome"], oldest["size"]) == ("delivered", 4711)
    assert [(each["relation"], each["shown"]) for each in oldest["disclosures"]] == [("caseload", ["CT", "ID", "NA"])]
    assert [(each["relation"], each["reason"]) for each in oldest["withheld"]] == [("outside", "out-of-reach")]
    assert BSN not in json.dumps([newest, oldest])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--user", "jansen"], ["delivered"]),
        (["--user", "niemand"], []),
        (["--function", "client.search"], ["refused"]),
        (["--decision", "deny"], ["refused"]),
        (["--reason", "no-session"], ["refused"]),
        (["--session-less"], ["refused"]),
        (["--since", "2020-01-01"], ["refused", "delivered"]),
        (["--until", "2020-01-01"], []),
        (["--limit", "1"], ["refused"]),
        (["--row", "1-OUT"], ["delivered"]),
        (["--row", "1-ELSE"], []),
    ],
)
def test_filters_find_what_they_say(place: Place, words: list[str], found: list[str]):
    """Each filter gives its records and no others."""
    assert [each["id"] for each in place.lines(*words)] == [str(getattr(place, name).id) for name in found]


def test_person_is_found_by_a_bsn_that_is_typed(place: Place):
    """A BSN over stdin finds the person shown, in whatever spelling; another one finds nobody."""
    assert [each["id"] for each in place.lines("--person", typed=f" {BSN}\n")] == [str(place.delivered.id)]
    assert place.lines("--person", typed="999990020\n") == []


def test_what_is_no_bsn_is_refused_and_not_repeated(place: Place):
    """A typing error is refused with exit code 1, and does not stand in the message."""
    done = place.poort("show", "--person", typed="999990018\n")
    assert done.returncode == 1
    assert "11-test" in done.stderr
    assert "999990018" not in done.stderr + done.stdout


def test_missing_key_is_an_error_and_no_empty_result(place: Place):
    """Where the log was written under a key that is gone, a search for a person says so."""
    with psycopg.connect(place.cluster.owner_dsn()) as connection:
        connection.execute("INSERT INTO person_key (key_id) VALUES ('deadbeef')")
    try:
        done = place.poort("show", "--person", typed=BSN)
        assert done.returncode == 1
        assert "deadbeef" in done.stderr
    finally:
        with psycopg.connect(place.cluster.owner_dsn()) as connection:
            connection.execute("ALTER TABLE person_key DISABLE TRIGGER USER")
            connection.execute("DELETE FROM person_key WHERE key_id = 'deadbeef'")
            connection.execute("ALTER TABLE person_key ENABLE TRIGGER USER")


def test_reference_number_finds_its_record(place: Place):
    """The number on a refusal finds the record, as a person would type it; nonsense is refused with an example."""
    number = reference(place.refused.id)
    for typed in (number, number.lower(), number.removeprefix("SP-").replace("-", "")):
        assert [each["id"] for each in place.lines("--reference", typed)] == [str(place.refused.id)]
    done = place.poort("show", "--reference", "4711")
    assert (done.returncode, "SP-0ABC" in done.stderr) == (1, True)


def test_people_read_dutch(place: Place):
    """Without --json a line is Dutch, with its number, decision and outcome."""
    refused, delivered = place.poort("show").stdout.splitlines()
    assert "geweigerd: no-session" in refused
    assert "toegestaan" in delivered
    assert "1 getoond, 1 achtergehouden" in delivered
    assert "afgeleverd" in delivered


def test_unknown_reason_is_wrong_use(place: Place):
    """The closed words are listed; exit code 2."""
    done = place.poort("show", "--reason", "nonsense")
    assert done.returncode == 2
    assert "out-of-reach" in done.stderr


def test_follow_shows_what_comes(place: Place):
    """With --follow every new record appears by itself, once and in order."""
    command = [sys.executable, "-m", "cli", "log", "show", "--json", "--follow", "--user", "volger"]
    with subprocess.Popen(command, env=place.environment, stdout=subprocess.PIPE, bufsize=0, cwd=ROOT) as following:
        assert following.stdout is not None
        os.set_blocking(following.stdout.fileno(), False)
        made = asyncio.run(followed(place, following.stdout))
        following.terminate()
        following.wait(timeout=10)
    assert made[0] == made[1][-len(made[0]) :]
    assert len(made[0]) >= 3


async def followed(place: Place, out: IO[bytes]) -> tuple[list[str], list[str]]:
    """Write until three records were shown; gives the ids shown and the ids written."""
    written: list[str] = []
    text = b""
    async with ledger(place.cluster, keyring=place.keyring) as log:
        for _ in range(200):
            found = access(user="volger")
            await log.append((found,))
            written.append(str(found.id))
            await asyncio.sleep(0.1)
            text += out.read() or b""
            if text.count(b"\n") >= 3:
                break
    await asyncio.sleep(2)
    text += out.read() or b""
    return [json.loads(line)["id"] for line in text.splitlines()], written


def test_verify_tells_whole_signed_and_broken(place: Place):
    """Exit code 0 with what cannot be proved while whole, 1 with the first broken row once it is not."""
    done = place.poort("verify")
    assert done.returncode == 0, done.stdout
    assert "nog geen ondertekend controlepunt" in done.stdout
    shipped = place.directory / "shipped.jsonl"
    with psycopg.connect(place.cluster.dsn(Role.WORKER), autocommit=True) as connection:
        signer = Signer(connection, signing_key(place.directory / KEY_FILE, make=True), shipped)
        signer.sign(datetime.now(UTC))
    found = json.loads(place.poort("verify", "--json", "--checkpoints", str(shipped)).stdout)
    assert (found["whole"], found["checkpoints"], found["unsigned_links"]) == (True, 1, 0)
    with psycopg.connect(place.cluster.owner_dsn()) as connection:
        connection.execute("ALTER TABLE access DISABLE TRIGGER USER")
        connection.execute("UPDATE access SET account = 'pietersen' WHERE id = %s", [place.delivered.id])
    done = place.poort("verify", "--checkpoints", str(shipped))
    assert done.returncode == 1
    assert "NIET HEEL" in done.stdout
    assert f"access {reference(place.delivered.id)}" in done.stdout
    with psycopg.connect(place.cluster.owner_dsn()) as connection:
        connection.execute("UPDATE access SET account = 'jansen' WHERE id = %s", [place.delivered.id])
        connection.execute("ALTER TABLE access ENABLE TRIGGER USER")
    assert place.poort("verify").returncode == 0


def test_verify_refuses_a_file_that_is_none(place: Place):
    """A shipped file that cannot be read is named with its line, not passed over."""
    wrong = place.directory / "wrong.jsonl"
    wrong.write_text("{}\n")
    done = place.poort("verify", "--checkpoints", str(wrong))
    assert done.returncode == 1
    assert f"{wrong}:1" in done.stderr
