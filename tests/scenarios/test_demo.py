"""The public contract of the demo: what a script outside the repository may rely on."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from urllib.request import urlopen

import psycopg
import pytest

from proxy.model.principal import Role
from tests.doubles.script import Script
from tests.scenarios.conftest import System, free_base, start

NAMES = (
    "login", "logoff", "worklist", "search_bsn", "search_name", "next_page", "open_client", "open_identity", "open_notes",
    "open_workcapacity", "open_benefit", "update_contact", "create_note", "search_vacancies", "search_candidates",
    "open_candidate", "send_message", "export_list", "soap_profile",
)  # fmt: skip
PERSON = ("row_id", "bsn", "name", "birth_date", "municipality", "region", "phone", "email", "note")
REFUSED = "Referentienummer"
MOVED = {"vacancies": "read", "contact_notes": "shadow"}
"""As a demo begins; everything else is with legacy."""


def test_the_line_has_every_key_of_the_contract(system: System) -> None:
    """The JSON names the processes, the database, users, persons, a vacancy and requests."""
    assert set(system.said) >= {
        "gateway", "console", "newcore", "legacy", "database", "users", "console_users", "clients", "vacancy", "requests",
    }  # fmt: skip
    assert set(system.said["clients"]) == {"in_region", "out_of_region", "secret_address", "staff", "caseload"}
    assert all(set(person) >= set(PERSON) for person in system.said["clients"].values())
    assert set(system.said["vacancy"]) >= {"vacancy_id", "region"}
    assert set(NAMES) <= set(system.said["requests"])
    for request in system.said["requests"].values():
        assert set(request) == {"method", "path", "headers", "body"}


def test_every_process_stands_at_its_port(system: System) -> None:
    """Gateway +0, newcore +20, stand-in +120."""
    base = "http://127.0.0.1:"
    assert system.said["gateway"] == f"{base}{system.base}"
    assert system.said["newcore"] == f"{base}{system.base + 20}"
    assert system.said["legacy"] == f"{base}{system.base + 120}"
    for url in (f"{system.said['newcore']}/v1/openapi.json", f"{system.said['legacy']}/sonar_nld/start.swe"):
        with urlopen(url, timeout=5) as answer:
            assert answer.status == 200


def test_every_role_of_the_catalogue_has_a_user(system: System) -> None:
    """At least one user of every role; advisers in two regions."""
    users = system.said["users"]
    assert {user["role"] for user in users} == {role.value for role in Role}
    assert all({"user", "password", "role", "organisation", "regions"} <= set(user) for user in users)
    assert len({tuple(user["regions"]) for user in users if user["role"] == "AW"}) >= 2


def test_the_database_is_for_reading_only(system: System) -> None:
    """The DSN of the contract reads the log and can change nothing."""
    with psycopg.connect(system.said["database"], autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM access").fetchone() is not None
        connection.execute("SET default_transaction_read_only = off")
        for statement in ("DELETE FROM access", "UPDATE account SET team = 'x'", "CREATE TABLE x (y int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.parametrize("relation", ["in_region", "caseload", "secret_address", "staff", "out_of_region"])
async def test_a_persons_values_stand_on_the_legacy_page(system: System, relation: str) -> None:
    """Every value of P is what the legacy itself shows to the first adviser."""
    person = system.said["clients"][relation]
    script = Script({**system.said, "gateway": system.said["legacy"]}, system.user("AW"))
    assert (await script.send("login")).status == 302
    overview = (await script.send("open_client", person)).text
    shown = (
        overview + (await script.send("open_identity", person)).text + (await script.send("open_notes", person)).text
    )
    await script.browser.close()
    missing = [key for key in PERSON if person[key] not in shown and person[key].lstrip("0") not in shown]
    assert not missing


@pytest.mark.parametrize(
    ("name", "relation", "holds"),
    [
        ("worklist", "caseload", "Werkvoorraad"),
        ("search_bsn", "in_region", "{bsn}"),
        ("search_name", "in_region", "{name}"),
        ("next_page", "in_region", "SNR Klant List Applet"),
        ("open_client", "in_region", "{phone}"),
        ("open_identity", "caseload", "{birth_date}"),
        ("open_notes", "caseload", "{note}"),
        ("open_workcapacity", "caseload", "{bsn}"),
        ("open_benefit", "caseload", "{bsn}"),
        ("search_vacancies", "in_region", "SNR Vacature List Applet"),
        ("create_note", "caseload", "Record toegevoegd"),
        ("update_contact", "caseload", "Record gewijzigd"),
        ("logoff", "caseload", "U bent afgemeld"),
    ],
)
async def test_a_request_of_the_contract_runs(system: System, name: str, relation: str, holds: str) -> None:
    """By the first adviser, with nothing but what the JSON says; the answer is the page that was asked for."""
    person = system.said["clients"][relation]
    script = Script(system.said, system.user("AW"))
    assert (await script.send("login", person)).status == 302
    if name == "next_page":
        await script.send("search_name", person)
    reply = await script.send(name, person)
    await script.browser.close()
    assert reply.status == 200, reply.text
    assert holds.format(**person) in reply.text, reply.text


@pytest.mark.parametrize(
    ("name", "role", "person", "status"),
    [
        ("search_candidates", "WSP", "in_region", 200),
        ("search_candidates", "AW", "in_region", 403),
        ("open_candidate", "WSP", "in_region", 200),
        ("open_candidate", "AW", "in_region", 403),
        ("send_message", "AW", "caseload", 200),
        ("send_message", "AW", "in_region", 404),
        ("export_list", "EXP", "in_region", 200),
        ("export_list", "AW", "in_region", 403),
        ("soap_profile", "GEMSYS", "in_region", 200),
    ],
)
async def test_a_request_for_another_role_runs(system: System, name: str, role: str, person: str, status: int) -> None:
    """What the first adviser has no right to is there for the role that has it."""
    script = Script(system.said, system.user(role))
    chosen = system.said["clients"][person]
    if name != "soap_profile":
        assert (await script.send("login")).status == 302
    if name == "export_list":
        await script.send("search_bsn", chosen)
    reply = await script.send(name, chosen)
    await script.browser.close()
    assert reply.status == status, reply.text
    assert (REFUSED in reply.text) == (status != 200)


@pytest.fixture
def directory() -> Iterator[Path]:
    """A data directory of one's own that the database's user can reach."""
    path = Path(mkdtemp(prefix="poort-", dir="/var/tmp"))
    path.chmod(0o755)
    return path


@pytest.mark.slow
async def test_a_second_start_goes_on_and_a_stop_leaves_nothing(directory: Path) -> None:
    """Started twice on one directory: the data stay; SIGTERM: exit 0, one line on stdout, no process is left."""
    base = free_base()
    first = start(directory, base, "--clients", "60", as_shown=True)
    script = Script(first.said, first.user("AW"))
    person = first.said["clients"]["caseload"]
    assert (await script.send("login")).status == 302
    assert "Vacature zoeken" in (await script.send("search_vacancies")).text
    told = first.log("--function", "vacancy.search", limit=1)[0]
    assert (told["kind"], told["core"]) == ("search", "newcore")
    stages = {each["group"]: each["stage"] for each in json.loads(first.poort("routes", "status", "--json"))["groups"]}
    assert {name: stage for name, stage in stages.items() if stage != "legacy"} == MOVED
    assert "Record toegevoegd" in (await script.send("create_note", person)).text
    await script.browser.close()
    records = count(first.said["database"])
    assert ended(first) == (0, "")
    assert processes(directory) == []
    second = start(directory, base, "--clients", "60")
    assert second.said == {**first.said, "database": second.said["database"]}
    again = Script(second.said, second.user("AW"))
    assert (await again.send("login")).status == 302
    notes = (await again.send("open_notes", person)).text
    await again.browser.close()
    assert "gesprek gevoerd ±4 uur Müller" in notes
    assert count(second.said["database"]) >= records + 2
    assert ended(second, signal.SIGINT) == (0, "")
    assert processes(directory) == []


def count(dsn: str) -> int:
    """Count access records."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT count(*) FROM access").fetchone()
        assert found is not None
        return int(found[0])


def ended(system: System, number: int = signal.SIGTERM) -> tuple[int, str]:
    """Stop a demo; gives its exit code and what it printed after its line."""
    system.process.send_signal(number)
    rest, _ = system.process.communicate(timeout=90)
    return system.process.returncode, rest


def processes(directory: Path) -> list[str]:
    """Name the processes that have the directory in their command line or environment."""
    until = time.monotonic() + 3
    while (found := _living(directory)) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def _living(directory: Path) -> list[str]:
    needle = str(directory).encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if needle in told:
            found.append(f"{entry.name} {told[:200]!r}")
    return found


def test_the_line_is_one_line_of_json(system: System) -> None:
    """What stands on stdout is a whole JSON object and nothing was cut."""
    assert json.loads(json.dumps(system.said)) == system.said
