"""The sheet: every standing of every cell on a row of its own, as the table decides it."""

import csv
import io

import pytest

from proxy.model.person import PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.rule import STANDINGS
from proxy.policy.sheet import COLUMNS, table_text


@pytest.fixture(scope="module")
def lines(matrix, catalogue) -> list[dict[str, str]]:
    """The rows as a spreadsheet reads them."""
    text = table_text(matrix, {each.id: each.name for each in catalogue.functions})
    return list(csv.DictReader(io.StringIO(text)))


def test_every_standing_has_a_row(matrix, lines):
    """And every function without persons one."""
    expected = sum(len(cell.outcomes) or 1 for cell in matrix.target.cells.values())
    assert len(lines) == expected
    assert tuple(lines[0]) == COLUMNS


def test_a_row_says_whose_notes_are_kept_back(lines):
    """Where a contact history is visible, and nowhere else."""
    kept = {each["notes_withheld"] for each in lines if "CN" in each["visible"].split()}
    assert kept == {"other unknown"}
    assert {each["notes_withheld"] for each in lines if "CN" not in each["visible"].split()} == {""}


def test_a_row_says_what_the_table_decides(matrix, lines):
    """One cell, all of its standings."""
    found = [each for each in lines if (each["role"], each["function"]) == ("AW", "client.identity.view")]
    cell = matrix.cell("client.identity.view", Role.AW, OrganisationKind.UWV)
    assert [each["visible"].split() for each in found] == [
        [str(category) for category in sorted(outcome.visible, key=("ID", "CT", "NA").index)]
        for outcome in cell.outcomes
    ]
    urgent = next(
        each for each in found if (each["relation"], each["class"], each["emergency"]) == ("outside", "ordinary", "ja")
    )
    assert (urgent["rules"], urgent["duties"], urgent["function_name"]) == (
        "RG12",
        "banner review",
        "Persoonsgegevens raadplegen",
    )
    assert len(found) == len(STANDINGS) == len(Relation) * len(PersonClass) * 2
