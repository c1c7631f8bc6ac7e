"""The language of search fields."""

import pytest

from adapters.legacy_sonar.standin.query import UnreadableError, compiled, fields_of, plain
from adapters.legacy_sonar.standin.views import APPLETS

LIST = APPLETS[1, 1]
FIELDS = fields_of(LIST.controls)
PEOPLE = {
    "jansen": {
        "surname": "Jansen ",
        "bsn": "999990019",
        "birth_date": "19700314",
        "secrecy_flag": "J",
        "municipality_code": "0106",
    },
    "dor": {
        "surname": "d'Or",
        "bsn": "099990002",
        "birth_date": "19991231",
        "secrecy_flag": "N",
        "municipality_code": "0200",
    },
    "is": {"surname": "Is", "bsn": "999990020", "birth_date": "", "secrecy_flag": "N", "municipality_code": ""},
}


def found(field: str, text: str) -> set[str]:
    """Whom a criterion in this field finds."""
    test = compiled(text, FIELDS[field], FIELDS)
    return {name for name, person in PEOPLE.items() if test(person)}


@pytest.mark.parametrize(
    ("field", "text", "wanted"),
    [
        ("achternaam", "jansen", {"jansen"}),
        ("achternaam", "Jan*", {"jansen"}),
        ("achternaam", "J?nsen", {"jansen"}),
        ("achternaam", "d'Or", {"dor"}),
        ("achternaam", "Is", {"is"}),
        ("achternaam", "And", set()),
        ("achternaam", "O(r)", set()),
        ("achternaam", "NOT Jan*", {"dor", "is"}),
        ("achternaam", "LIKE Jan* OR LIKE I*", {"jansen", "is"}),
        ("achternaam", 'Jan* OR [BSN] LIKE "99990*"', {"jansen", "dor"}),
        ("achternaam", 'EXISTS([Gemeentecode]="0106")', {"jansen"}),
        ("achternaam", '[Geheim]="J"', {"jansen"}),
        ("achternaam", "NOT (Jansen OR Is)", {"dor"}),
        ("geboortedatum", ">=01-01-1990", {"dor"}),
        ("geboortedatum", ">01-01-1970 AND <01-01-1990", {"jansen"}),
        ("geboortedatum", "IS NULL", {"is"}),
        ("geboortedatum", "IS NOT NULL", {"jansen", "dor"}),
        ("bsn", "099990002", {"dor"}),
        ("bsn", "99990002", {"dor"}),
        ("gemeentecode", "<>0106", {"dor", "is"}),
        ("gemeentecode", "<=0106", {"jansen"}),
    ],
)
def test_a_criterion_finds(field, text, wanted):
    """Each form of the language finds just these persons; ordinary names with reserved words are names."""
    assert found(field, text) == wanted


@pytest.mark.parametrize(
    "text", ["=X) OR (1=1", "(Jansen", "Jansen OR", "[Onbekend]=1", '"open', "IS Jansen", "EXISTS Jansen", ">="]
)
def test_what_cannot_be_read_raises(text):
    """An unreadable criterion is told, never guessed."""
    with pytest.raises(UnreadableError):
        compiled(text, FIELDS["achternaam"], FIELDS)


def test_plain_is_free_of_the_language():
    """Only a text without signs or reserved words counts as plain."""
    assert [plain(text) for text in ("Jansen", "van der Berg", "d'Or", "A OR B", "Jan*", "")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
