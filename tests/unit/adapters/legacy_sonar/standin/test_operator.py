"""What an operator hands over: users, persons, samples."""

import csv
import json
import re
import subprocess
import sys
from datetime import date

import pytest

from adapters.legacy_sonar.standin import operator
from adapters.legacy_sonar.standin.people import PASSWORDS, USERS
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import Visitor

ROLES = [
    "AW",
    "IDV",
    "AD",
    "WSP",
    "AWG",
    "MAT",
    "LB",
    "KM",
    "SWB",
    "KCC",
    "PLAN",
    "TL",
    "MIA",
    "EXP",
    "FB",
    "CO",
    "FG",
    "WNL",
    "GEMSYS",
    "BATCH",
    "KVK",
    "MIG",
]
NAMES = [
    "login",
    "logoff",
    "worklist",
    "search_bsn",
    "search_name",
    "next_page",
    "open_client",
    "open_identity",
    "open_notes",
    "open_workcapacity",
    "open_benefit",
    "update_contact",
    "create_note",
    "search_vacancies",
    "search_candidates",
    "export_list",
    "soap_profile",
]


def test_every_role_has_a_user_and_advisers_have_regions_of_their_own():
    """At least one user of every role; advisers in two regions; two client managers in different municipalities."""
    assert {user.role for user in USERS} == set(ROLES)
    assert len({user.regions for user in USERS if user.role == "AW"}) > 2
    assert len({user.municipality for user in USERS if user.role == "KM"}) > 2
    assert any(date.fromisoformat(user.valid_until) < date(2021, 1, 1) for user in USERS)


def test_the_directory_is_two_csv_files(tmp_path):
    """The command writes users and persons with the agreed columns, one line per authorisation and per person."""
    users, people = tmp_path / "users.csv", tmp_path / "persons.csv"
    command = [
        sys.executable,
        "-m",
        "adapters.legacy_sonar.standin",
        "export-directory",
        "--clients",
        "60",
        "--seed",
        "5",
    ]
    subprocess.run([*command, "--users", str(users), "--persons", str(people)], check=True, timeout=60)
    with users.open(encoding="utf-8", newline="") as lines:
        given = list(csv.DictReader(lines))
    with people.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert list(given[0]) == [
        "user",
        "password",
        "role",
        "organisation_kind",
        "organisation_code",
        "regions",
        "municipality",
        "valid_from",
        "valid_until",
        "legal_ground",
        "issued_by",
    ]
    assert list(found[0]) == [
        "row_id",
        "bsn",
        "name",
        "birth_date",
        "municipality_code",
        "responsible_region",
        "caseload_user",
        "team",
        "class",
        "assigned_to",
        "status",
    ]
    assert len(given) == len(USERS)
    store = Store(60, 5)
    assert {line["row_id"] for line in found} == set(store.tables["client"])
    assert all(
        re.fullmatch(r"\d{9}", line["bsn"]) and line["class"] in ("ordinary", "secret", "staff") for line in found
    )


@pytest.mark.parametrize(("clients", "seed"), [(60, 1), (60, 2), (300, 3), (2000, 1)])
def test_samples_hold_one_person_of_every_kind(clients, seed):
    """The five persons differ, and their relation to the first adviser is what the key says."""
    found, store = operator.samples(clients, seed), Store(clients, seed)
    people = {name: store.record(sample["row_id"]) for name, sample in found["clients"].items()}
    assert list(people) == ["in_region", "out_of_region", "secret_address", "staff", "caseload"]
    assert len({person["row_id"] for person in people.values()}) == 5
    assert people["out_of_region"]["region"] != "AM01" != people["out_of_region"]["responsible_region"]
    assert {people[name]["region"] for name in ("in_region", "secret_address", "staff", "caseload")} == {"AM01"}
    assert {name: person["caseload_owner"] == "AWE0421" for name, person in people.items()} == {
        name: name == "caseload" for name in people
    }
    assert (people["secret_address"]["klass"], people["staff"]["klass"]) == ("secret", "staff")


def test_too_few_persons_are_told():
    """A number that cannot hold every kind is refused with what to do."""
    with pytest.raises(operator.TooFewError, match="take at least 60"):
        operator.samples(3, 1)


def test_the_command_prints_one_json_line():
    """`samples` is one line of JSON with the requests of the contract."""
    command = [sys.executable, "-m", "adapters.legacy_sonar.standin", "samples", "--clients", "60"]
    out = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()
    assert out.count("\n") == 1
    assert set(NAMES) <= set(json.loads(out)["requests"])


async def test_every_sample_request_works_and_shows_what_it_promises(standin, seeded):
    """Each request of the contract, filled in, is answered by the legacy without an error, and the values are on its pages."""
    found = operator.samples(300, 3)
    person = found["clients"]["in_region"]
    values = {
        "user": "AWE0421",
        "password": PASSWORDS["AWE0421"],
        "sn": "",
        "vacancy_id": found["vacancy"]["vacancy_id"],
        **person,
    }
    pages = ""
    async with Visitor(standin.url) as client:
        for name in (*NAMES[:1], *NAMES[2:], NAMES[1]):
            request = found["requests"][name]
            path, body = (
                re.sub(r"\{(\w+)\}", lambda match: values[match[1]], request[part]) for part in ("path", "body")
            )
            reply = await client.exchange(request["method"], path, body.encode("latin-1"), request["headers"].items())
            assert reply.status == (302 if name == "login" else 200), name
            assert 'class="fout"' not in reply.text or name == "logoff", name
            pages += reply.text
    for key in ("row_id", "bsn", "name", "birth_date", "municipality", "region", "phone", "email", "note"):
        assert person[key] in pages, key
    assert standin.mutations == {"contact.update": 1, "note.create": 1}


def test_vacancies_and_appointments_are_written_where_they_are_asked(tmp_path):
    """Every vacancy with its region and days; appointments of one adviser outside its regions, counted from today."""
    vacancies, appointments = tmp_path / "v.csv", tmp_path / "a.csv"
    operator.write_vacancies(vacancies, 2000, 1)
    operator.write_appointments(appointments, 2000, 1, date(2026, 11, 25))
    with vacancies.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows[0].keys() == {"id", "region", "occupation", "organisation", "opened", "closed"}
    assert {row["region"] for row in rows} >= {"AM01", "AM06", "AM18"}
    assert any(date.fromisoformat(row["closed"]) > date(2035, 1, 1) for row in rows)
    with appointments.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 2
    assert {row["user"] for row in rows} == {"AWE0999"}
    assert rows[1]["day"] == "2026-11-25"
