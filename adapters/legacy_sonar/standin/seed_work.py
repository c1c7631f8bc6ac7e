"""What hangs on the persons, and the vacancies and employers of all regions; the same for the same number and seed.

Rules: row ids tell the kind (`1-V` vacancy, `1-E` employer, `1-N` note, `1-R` referral, `1-S` service, `1-O` education,
`1-W` experience, `1-F` work limit, `1-M` measure, `1-G` message); open vacancies close far in the future, so that no run depends on today.
"""

from __future__ import annotations

from random import Random

from adapters.legacy_sonar.standin import names
from adapters.legacy_sonar.standin.seed import Record, base36, municipalities

LETTERS = {
    "vacancy": "V", "employer": "E", "note": "N", "referral": "R", "service": "S", "education": "O", "experience": "W",
    "fml": "F", "measure": "M", "attachment": "B", "message": "G",
}  # fmt: skip
_PER_REGION = 8


def row_id(component: str, number: int) -> str:
    """The row id of record `number` of a kind."""
    return f"1-{LETTERS[component]}{base36(1296 + number)}"


def employers(seed: int) -> list[Record]:
    """Three employers in every region."""
    draw = Random(f"employers-{seed}")  # noqa: S311 - repeatable
    found: list[Record] = []
    for region, places in sorted(municipalities().items()):
        for _ in range(3):
            index = len(found)
            found.append({
                "row_id": row_id("employer", index), "kvk": f"9{index:07d}", "name": f"{draw.choice(names.EMPLOYERS)} {draw.choice(names.EMPLOYER_NAMES)}",
                "address": f"{draw.choice(names.STREETS)} {draw.randint(1, 99)}", "postcode": f"{draw.randint(1000, 9999)} AB",
                "city": draw.choice(places)[1].split(" (")[0], "region": region, "contact": f"{draw.choice(names.FIRST)} {draw.choice(names.SURNAMES).split('|')[0]}",
                "phone": f"088-99{index:05d}", "email": f"hr{index}@werkgever.example", "sector": draw.choice(("zorg", "bouw", "handel", "vervoer", "horeca", "91 (vervallen)")),
                "modnum": str(draw.randint(0, 5)),
            })  # fmt: skip
    return found


def _vacancy(draw: Random, index: int, employer: Record) -> Record:
    occupation = draw.choice(names.OCCUPATIONS)
    is_open = draw.random() < 0.8
    return {
        "row_id": row_id("vacancy", index), "vacancy_id": str(2000001 + index), "title": occupation[1].capitalize() + draw.choice(("", " m/v", " – avonddienst", "  ")),
        "occupation": occupation[1], "occupation_code": occupation[0], "employer_name": employer["name"], "kvk": employer["kvk"],
        "text": draw.choice(("Wij zoeken een aanpakker. Salaris € 2.100,– bruto.", "“Samen sterk”: werken in een hecht team & veel vrijheid.", "Start per direct; geen 9-tot-5.")),
        "postcode": employer["postcode"], "city": employer["city"], "region": employer["region"], "hours": str(draw.choice((16, 24, 32, 36, 40))),
        "level": draw.choice(names.LEVELS), "requirements": draw.choice(("rijbewijs B", "VCA", "", "VOG; ervaring gewenst")), "opened": f"2020{draw.randint(1, 11):02d}{draw.randint(1, 28):02d}",
        "closes": "20351231" if is_open else f"2020{draw.randint(10, 11)}{draw.randint(1, 20):02d}", "status": "Open" if is_open else draw.choice(("Gesloten", "Vervuld")),
        "strike": draw.choice(("N", "N", "N", "N", "J")), "modnum": str(draw.randint(0, 5)),
    }  # fmt: skip


def vacancies(seed: int, found: list[Record]) -> list[Record]:
    """Eight vacancies in every region; four in five are open."""
    draw = Random(f"vacancies-{seed}")  # noqa: S311 - repeatable
    regions = sorted({employer["region"] for employer in found})
    by_region = {region: [employer for employer in found if employer["region"] == region] for region in regions}
    return [
        _vacancy(draw, index, draw.choice(by_region[regions[index % len(regions)]]))
        for index in range(_PER_REGION * len(regions))
    ]


def _note(draw: Random) -> Record:
    text = draw.choice(names.NOTES)
    return {
        "at": f"20{draw.randint(18, 20)}{draw.randint(1, 11):02d}{draw.randint(1, 28):02d}", "channel": draw.choice(names.CHANNELS), "author": draw.choice(("AWE0421", "AWE0733", "IDV0211", "KMG0106", "SYSTEEM")),
        "subject": text.split(" ")[0].strip(";:,."), "visibility": draw.choice(("team", "intern", "")), "text": text,
    }  # fmt: skip


def _past(draw: Random, year: int) -> list[tuple[str, Record]]:
    study = f"opleiding {draw.choice(names.OCCUPATIONS)[1]}"
    education = {"name": study, "level": draw.choice(names.LEVELS), "start": str(year), "end": str(year + 4)}
    rows = [("education", education | {"diploma": draw.choice("YNJ")})]
    for _ in range(draw.randint(0, 3)):
        job = {"function_name": draw.choice(names.OCCUPATIONS)[1], "employer_name": draw.choice(names.EMPLOYER_NAMES)}
        years = {"start": str(year + 5), "end": draw.choice(("", str(year + 9))), "hours": "36"}
        rows.append(("experience", job | years))
    return rows


def _limit(draw: Random, rubric: str, item: str) -> tuple[str, Record]:
    level = draw.choice(("normaal", "beperkt", "sterk beperkt"))
    remark = draw.choice(("", "max. 10 kg", "met pauzes"))
    return "fml", {"rubric": rubric, "item": item, "level": level, "remark": remark}


def _service(draw: Random, code: str, text: str) -> tuple[str, Record]:
    start, end = f"2020{draw.randint(1, 9):02d}01", draw.choice(("", "20201231", "00000000"))
    state = {"status": draw.choice(("lopend", "beëindigd")), "result": draw.choice(("", "geslaagd", "uitval"))}
    return "service", {"code": code, "text": text, "start": start, "end": end} | state | {"phase": draw.choice("1234")}


def _rows(draw: Random) -> list[tuple[str, Record]]:
    year = draw.randint(1975, 2015)
    service, limits = draw.choice(names.SERVICES), draw.sample(names.RUBRICS, draw.randint(1, 4))
    rows = [("note", _note(draw)) for _ in range(draw.randint(1, 4))]
    rows += _past(draw, year)
    rows += [_limit(draw, *limit) for limit in limits]
    if draw.random() < 0.2:
        measure = {"start": "20200301", "end": "20200331", "percent": "25", "reason": "te weinig gesolliciteerd"}
        rows.append(("measure", measure))
    rows.append(_service(draw, *service))
    return rows


def children(people: list[Record], seed: int) -> dict[str, list[Record]]:
    """Notes, education, experience, work limits, measures and services of every person, by kind."""
    draw = Random(f"children-{seed}")  # noqa: S311 - repeatable
    found: dict[str, list[Record]] = {
        component: [] for component in LETTERS if component not in ("vacancy", "employer")
    }
    for person in people:
        for component, record in _rows(draw):
            rows = found[component]
            if component == "note":
                record["text"] = f"{record['text']} (kenmerk {len(rows) + 40001})"
            rows.append({"row_id": row_id(component, len(rows)), "parent": person["row_id"], "modnum": "0"} | record)
            if component == "service":
                person["service_now"] = record["text"]
    return found
