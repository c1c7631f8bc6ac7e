"""Case J: the region of a client is that of his municipality on the day, by the dated table; unknown is nobody's.

Source: the region files of CBS and VNG: Zeewolde lies in Flevoland and belongs to AM06; Vijfheerenlanden moved to AM35.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.legacy_sonar.standin.operator import PERSON_COLUMNS, person_line
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.visitor import Reply
from tests.doubles import actions
from tests.scenarios.oracles.conftest import Enter, Town

ZEEWOLDE, VIJFHEERENLANDEN, ALMERE, NOWHERE = "0050", "1961", "0034", "9999"
STEDENDRIEHOEK, FLEVOLAND, GORINCHEM = "AWE0733", "IDV0622", "AWE0815"
"""Who asks: an adviser of AM06, one who gets AM11 and AM13 for the test, and one who gets AM35."""


def homeless(town: Town) -> dict[str, Record]:
    """Give a client without a municipality in the legacy for every municipality that the test moves one to."""
    without = [p for p in town.people if not p["municipality_code"] and p["klass"] == "ordinary"]
    return dict(zip((ZEEWOLDE, VIJFHEERENLANDEN, ALMERE, NOWHERE), without, strict=True))


def bring_persons(town: Town, folder: Path, lived: list[tuple[str, Record]]) -> tuple[dict[str, int], str]:
    """Import the facts of persons as an operator does, and give what the command says, and its log."""
    file = folder / "moved.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, PERSON_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**person_line(person), "municipality_code": code} for code, person in lived)
    said = town.system.run("persons", "import", str(file), "--json")
    assert said.returncode == 0, said.stderr
    return dict(json.loads(said.stdout)), said.stderr


def bring_users(town: Town, folder: Path, regions: dict[str, str]) -> None:
    """Import users with other regions; without any, as they were."""
    with (town.system.data_dir / "users.csv").open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = [row for row in reader if row["user"] in {FLEVOLAND, GORINCHEM}]
    file = folder / "elsewhere.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "regions": regions.get(row["user"], row["regions"])} for row in rows)
    town.system.poort("users", "import", str(file))


@pytest.fixture(scope="module")
def lived(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Record]]:
    """Clients in the towns of this case, and advisers in the regions around; as it was, afterwards."""
    folder, found = tmp_path_factory.mktemp("regions"), homeless(town)
    bring_users(town, folder, {FLEVOLAND: "AM11 AM13", GORINCHEM: "AM35"})
    said, log = bring_persons(town, folder, list(found.items()))
    assert (said["changed"], said["without_region"]) == (4, 1)
    items = [json.loads(line) for line in log.splitlines() if "data quality" in line]
    assert [(each["level"], each["municipalities"]) for each in items] == [("warning", {NOWHERE: 1})]
    yield found
    bring_users(town, folder, {})
    bring_persons(town, folder, [("", person) for person in found.values()])


async def seen_by(enter: Enter, user: str, person: Record) -> Reply:
    """Open a client."""
    async with enter(user) as browser:
        return await actions.READS["overview"](browser, person)


@pytest.mark.parametrize(
    "asked",
    [
        (ZEEWOLDE, STEDENDRIEHOEK, True), (ZEEWOLDE, FLEVOLAND, False), (ALMERE, FLEVOLAND, True),
        (ALMERE, STEDENDRIEHOEK, False), (VIJFHEERENLANDEN, GORINCHEM, True), (VIJFHEERENLANDEN, FLEVOLAND, False),
        (NOWHERE, STEDENDRIEHOEK, False), (NOWHERE, FLEVOLAND, False), (NOWHERE, GORINCHEM, False),
    ],
)  # fmt: skip
async def test_a_client_is_seen_in_the_region_that_the_dated_table_says(
    town: Town, enter: Enter, lived: dict[str, Record], asked: tuple[str, str, bool]
) -> None:
    """Zeewolde: AM06, not AM11; Vijfheerenlanden: AM35, no longer AM13; a code that no table knows: nobody, and a work item."""
    (municipality, user, expected), mark = asked, town.log.newest()
    reply = await seen_by(enter, user, lived[municipality])
    assert town.told(lived[municipality], reply) is expected, reply.text[-300:]
    record = next(each for each in town.log.since(mark) if each["function"] == "client.overview.view")
    assert (record["decision"], record["reason"]) == (("allow", "allowed") if expected else ("deny", "out-of-reach"))
