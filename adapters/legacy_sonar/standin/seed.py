"""The persons of the stand-in, the same for the same number and seed.

Rules: test BSNs only - first the official test range 99999xxxx, then numbers from 999000000 upwards and downwards from
there, and for BSNs with a leading zero 09999xxxx; all pass the 11-test. Three in ten persons live in AM01 (half of them in
Assen), one in ten in AM06 and in AM18, the others go round all 35 regions. Legacy debris is seeded on purpose: mixed flags,
dead codes, trailing blanks, NBSP, undefined bytes, double registrations, unknown days, persons without a municipality.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from random import Random

from adapters.legacy_sonar.standin import names
from adapters.legacy_sonar.standin.people import ASSIGNED, CASELOAD, MANAGERS, SHELTERED

Record = dict[str, str]
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HOME = {"AM01": "0106", "AM06": "0200", "AM18": "0363"}


def base36(number: int) -> str:
    """A row number as the legacy writes it."""
    out = ""
    while number:
        number, digit = divmod(number, 36)
        out = _DIGITS[digit] + out
    return out or "0"


def passes(bsn: str) -> bool:
    """The 11-test of a nine-digit BSN."""
    return (
        sum(int(d) * w for d, w in zip(bsn, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0 and bsn != "000000000"
    )


def _bsns() -> Iterator[str]:
    numbers = itertools.chain(
        range(999990007, 1_000_000_000), range(999_000_000, 999_990_000), range(998_999_999, 990_000_000, -1)
    )
    return (f"{number}" for number in numbers if passes(f"{number}"))


def _old_bsns() -> Iterator[str]:
    return (f"{number:09d}" for number in range(99_990_000, 100_000_000) if passes(f"{number:09d}"))


def municipalities() -> dict[str, list[tuple[str, str]]]:
    """Region code -> its municipalities (code, name)."""
    table: dict[str, list[tuple[str, str]]] = {}
    with (Path(__file__).parent / "municipalities.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            table.setdefault(row["region"], []).append((row["code"], row["name"]))
    return table


def _region(index: int, regions: list[str]) -> str:
    tenth = index % 10
    if tenth < 3:
        return "AM01"
    return {3: "AM06", 4: "AM18"}.get(tenth) or regions[(index // 10 * 5 + tenth - 5) % len(regions)]


def _flag(draw: Random, share: float) -> str:
    yes = draw.random() < share
    odd = draw.random()
    if odd < 0.06:
        return "Y" if yes else " "
    return ("j" if yes else "n") if odd > 0.97 else ("J" if yes else "N")


def _date(draw: Random, first: int, last: int) -> str:
    day = 0 if draw.random() < 0.01 else draw.randint(1, 28)
    return f"{draw.randint(first, last)}{draw.randint(1, 12):02d}{day:02d}"


def _place(draw: Random, region: str, table: dict[str, list[tuple[str, str]]]) -> tuple[str, str]:
    home = [place for place in table[region] if place[0] == _HOME.get(region)]
    return home[0] if home and draw.random() < 0.5 else draw.choice(table[region])


def _surname(draw: Random, taken: set[str]) -> tuple[str, str]:
    """Half of the persons have a double name that nobody else has, so that a test can look for it."""
    surname, _, prefix = draw.choice(names.SURNAMES).partition("|")
    if draw.random() < 0.5:
        double = f"{surname}-{draw.choice(names.SURNAMES).partition('|')[0]}"
        surname = surname if double in taken else double
        taken.add(double)
    return surname, prefix


def _identity(draw: Random, index: int, bsn: str, taken: set[str]) -> Record:
    surname, prefix = _surname(draw, taken)
    first = draw.choice(names.FIRST)
    if draw.random() < 0.3:
        first += " " + draw.choice(names.FIRST)
    return {
        "row_id": f"1-7{base36(46656 + index * 7)}", "number": str(1000001 + index), "bsn": bsn, "surname": surname + (" " if index % 29 == 7 else ""),
        "prefix": prefix, "first_names": first, "birth_date": _date(draw, 1953, 2002), "sex": draw.choice("MMMVVVO"),
        "nationality": draw.choice(names.NATIONALITIES), "residence_title": draw.choice(names.TITLES), "deceased_date": "",
        "secrecy_flag": "N", "klass": "ordinary", "status": "active", "modnum": str(draw.randint(0, 14)),
    }  # fmt: skip


def _contact(draw: Random, index: int, place: tuple[str, str], region: str) -> Record:
    code, name = place
    return {
        "street": draw.choice(names.STREETS), "house_no": str(draw.randint(1, 240)), "suffix": draw.choice(("", "", "", "A", "bis", "2\xa0hoog")),
        "postcode": f"{draw.randint(1000, 9999)} {draw.choice('ABCEGH')}{draw.choice('KLMNPR')}", "city": name.split(" (")[0],
        "municipality": name, "municipality_code": code, "region": region, "responsible_region": region,
        "phone": f"0{draw.randint(10, 79)}-9900{index % 1000:03d}", "mobile": f"06-0000{index:04d}"[:12],
        "email": f"klant{1000001 + index}@voorbeeld.example", "post_address": "", "post_postcode": "", "post_city": "",
        "channel": draw.choice(names.CHANNELS),
    }  # fmt: skip


def _work(draw: Random) -> Record:
    occupation = draw.choice(names.OCCUPATIONS)
    return {
        "desired_occupation": occupation[1], "occupation_code": occupation[0], "education_level": draw.choice(names.LEVELS),
        "available_from": _date(draw, 2020, 2021), "hours_per_week": str(draw.choice((12, 16, 20, 24, 32, 36, 40))),
        "max_travel": str(draw.choice((15, 30, 45, 60, 90))), "transport": draw.choice(names.TRANSPORT),
        "licences": draw.choice(("", "B", "B", "B, C", "AM")), "languages": draw.choice(names.LANGUAGES), "skills": draw.choice(names.SKILLS),
        "irregular": draw.choice(("Y", "N", "J", "")), "ladder_step": str(draw.randint(1, 6)), "placeable": draw.choice(("Y", "N")),
        "chance_of_work": draw.choice(("groot", "matig", "klein", "onbekend")), "next_appointment": _date(draw, 2020, 2021),
        "registered": _flag(draw, 0.9), "reg_start": _date(draw, 2014, 2020), "task_kind": draw.choice(names.TASKS),
        "task_date": _date(draw, 2020, 2021), "task_status": draw.choice(("Open", "Open", "In behandeling", "Afgehandeld")),
        "task_text": draw.choice(names.TASKS).lower() + " vóór einde maand",
    }  # fmt: skip


def _care(draw: Random) -> Record:
    return {
        "assessed_on": _date(draw, 2017, 2020), "assessor": draw.choice(("ADE0301", "ADE0318", "")), "hours_day": str(draw.randint(2, 8)),
        "hours_week": str(draw.choice((10, 20, 30, 40))), "wage_value": f"{draw.randint(30, 100)}%", "capacity_code": draw.choice(("A", "B", "C", "G7 (vervallen)")),
        "sheltered": _flag(draw, 0.1), "health_note": draw.choice(names.NOTES), "law_code": draw.choice(names.LAWS), "start": _date(draw, 2016, 2020),
        "end": draw.choice(("", "00000000", "20211231")), "amount": f"{draw.randint(1, 2)}.{draw.randint(0, 999):03d},{draw.randint(0, 99):02d} €",
        "first_day": _date(draw, 2016, 2020), "reason": draw.choice(names.REASONS), "max_end": _date(draw, 2021, 2023), "decision_code": draw.choice(("T01", "A12", "X99 (vervallen)")),
    }  # fmt: skip


def _belongs(draw: Random, person: Record, turn: int, regions: list[str]) -> None:
    region, code = person["region"], person["municipality_code"]
    owners = CASELOAD.get(region, ())
    person["team"] = f"TEAM-{region}-{1 + turn % 2}"
    person["caseload_owner"] = (
        owners[turn // 4 % len(owners)] if owners and turn % 4 == 0 else MANAGERS.get(code, "") if turn % 4 == 2 else ""
    )
    person["assigned_to"] = (
        ASSIGNED.get(region, "") if turn % 5 == 1 else SHELTERED.get(code, "") if turn % 5 == 3 else ""
    )
    if turn % 8 == 3:
        person["klass"], person["secrecy_flag"] = "secret", "J"
    elif turn % 8 == 5:
        person["klass"] = "staff"
    elif draw.random() < 0.05:
        person["responsible_region"] = draw.choice(regions)
    if draw.random() < 0.04:
        person["status"], person["registered"] = draw.choice(("inactive", "expired")), "N"


def persons(number: int, seed: int) -> list[Record]:
    """The seeded persons; every 25th has a BSN with a leading zero, every 97th is registered twice, every 83rd lives nowhere."""
    draw, table = Random(f"persons-{seed}"), municipalities()  # noqa: S311 - repeatable
    regions, bsns, old = sorted(table), _bsns(), _old_bsns()
    turns: dict[str, int] = {}
    found: list[Record] = []
    taken: set[str] = set()
    for index in range(number):
        region = _region(index, regions)
        bsn = found[index - 13]["bsn"] if index % 97 == 41 else (next(old) if index % 25 == 17 else next(bsns))
        person = (
            _identity(draw, index, bsn, taken)
            | _contact(draw, index, _place(draw, region, table), region)
            | _work(draw)
            | _care(draw)
        )
        _belongs(draw, person, turns.setdefault(region, 0), regions)
        turns[region] += 1
        if index % 83 == 59:
            person |= {
                "municipality": "",
                "municipality_code": "",
                "region": "",
                "responsible_region": "",
                "caseload_owner": "",
                "assigned_to": "",
            }
        found.append(person)
    return found
