"""The seeded persons: deterministic, spread, test BSNs only, with legacy debris."""

import pytest

from adapters.legacy_sonar.standin import seed_work
from adapters.legacy_sonar.standin.seed import base36, municipalities, passes, persons
from adapters.legacy_sonar.standin.text import decode, encode

PEOPLE = persons(2000, 1)


def test_the_same_seed_gives_the_same_persons_and_another_does_not():
    """Number and seed decide everything."""
    assert persons(200, 1) == PEOPLE[:200] == persons(200, 1)
    assert persons(200, 2) != PEOPLE[:200]


def test_all_regions_and_only_real_municipalities():
    """2,000 persons live in all 35 regions, each in a municipality of its region."""
    table = municipalities()
    places = {(p["region"], p["municipality_code"], p["municipality"]) for p in PEOPLE if p["region"]}
    assert {region for region, _, _ in places} == set(table)
    assert len(table) == 35
    assert all((code, name) in table[region] for region, code, name in places)


@pytest.mark.parametrize("number", [2000, 20000])
def test_every_bsn_is_a_test_number(number):
    """All pass the 11-test and lie in 99xxxxxxx or 09999xxxx."""
    bsns = [p["bsn"] for p in (PEOPLE if number == 2000 else persons(number, 1))]
    assert all(len(bsn) == 9 and passes(bsn) for bsn in bsns)
    assert all(bsn.startswith(("99", "09999")) for bsn in bsns)
    assert bsns[:3] == ["999990007", "999990019", "999990020"]


def test_the_eleven_test_refuses_a_changed_digit():
    """One digit off is no BSN."""
    assert passes("999990019")
    assert not any(passes(f"99999001{digit}") for digit in "012345678")


def test_legacy_debris_is_there():
    """Double registrations, 8-digit numbers, mixed flags, trailing blanks, NBSP, unknown days, nowhere, dead codes."""
    bsns = [p["bsn"] for p in PEOPLE]
    assert len(set(bsns)) < len(bsns)
    assert any(bsn[0] == "0" for bsn in bsns)
    assert {p["registered"] for p in PEOPLE} >= {"J", "N", "Y", " ", "j"}
    assert any(p["surname"].endswith(" ") for p in PEOPLE)
    assert any("\xa0" in p["suffix"] for p in PEOPLE)
    assert any(p["birth_date"].endswith("00") for p in PEOPLE)
    assert any(not p["region"] for p in PEOPLE)
    assert any("(vervallen)" in p["desired_occupation"] for p in PEOPLE)
    assert any(p["responsible_region"] != p["region"] for p in PEOPLE)


def test_every_class_and_relation_occurs():
    """Ordinary, secret and staff persons; caseloads of UWV and municipality; assigned persons."""
    assert {p["klass"] for p in PEOPLE} == {"ordinary", "secret", "staff"}
    assert all((p["secrecy_flag"] == "J") is (p["klass"] == "secret") for p in PEOPLE)
    assert {p["caseload_owner"] for p in PEOPLE} >= {
        "AWE0421",
        "AWE0733",
        "AWE0815",
        "IDV0211",
        "KMG0106",
        "KMG0200",
        "KMG0363",
        "",
    }
    assert {p["assigned_to"] for p in PEOPLE} >= {"ADE0301", "ADE0318", "SWB0106", "SWB0200", ""}


def test_every_value_is_cp1252():
    """No seeded value loses a byte on the way out and in."""
    firms = seed_work.employers(1)
    rows = [
        *PEOPLE,
        *firms,
        *seed_work.vacancies(1, firms),
        *(r for found in seed_work.children(PEOPLE, 1).values() for r in found),
    ]
    assert all(
        decode(encode(value)) == value and b"?" not in encode(value) for record in rows for value in record.values()
    )


def test_vacancies_and_employers_in_every_region():
    """Each region has employers and open and closed vacancies of known employers."""
    firms = seed_work.employers(1)
    found = seed_work.vacancies(1, firms)
    assert {v["region"] for v in found} == {e["region"] for e in firms} == set(municipalities())
    assert {v["status"] for v in found} == {"Open", "Gesloten", "Vervuld"}
    assert {v["kvk"] for v in found} <= {e["kvk"] for e in firms}


def test_row_ids_are_unique_over_all_kinds():
    """No row id names two records."""
    rows = [p["row_id"] for p in PEOPLE] + [
        r["row_id"] for found in seed_work.children(PEOPLE, 1).values() for r in found
    ]
    assert len(set(rows)) == len(rows)
    assert base36(46656) == "1000"
