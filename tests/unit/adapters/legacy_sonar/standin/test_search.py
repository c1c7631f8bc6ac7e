"""Which rows a list holds."""

from adapters.legacy_sonar.standin import search
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.views import APPLETS

STORE, LIST = Store(400, 2), APPLETS[1, 1]
PEOPLE = STORE.tables["client"]


def plainly(number: int, text: str) -> set[str]:
    """The rows that a criterion finds without any index: `text` in quotes is never looked up."""
    return set(search.found(STORE, LIST, {number: f'"{text}"'}))


def test_the_index_finds_what_a_scan_finds():
    """A plain BSN or surname gives the same rows through the index as without it."""
    for person in list(PEOPLE.values())[:80]:
        for number, field in ((7, "bsn"), (2, "surname")):
            text = person[field].strip()
            found = search.found(STORE, LIST, {number: text})
            assert person["row_id"] in found
            assert set(found) == plainly(number, text)


def test_a_prefix_is_found_in_default_order():
    """`M*` finds just the surnames with M, by surname and then row id."""
    found = search.found(STORE, LIST, {2: "M*"})
    assert set(found) == {row for row, person in PEOPLE.items() if person["surname"].startswith("M")}
    assert found == sorted(found, key=lambda row: (PEOPLE[row]["surname"].rstrip().casefold(), row))


def test_criteria_are_joined_with_and():
    """Two fields narrow each other."""
    found = search.found(STORE, LIST, {2: "*a*", 10: "AM01"})
    assert set(found) == plainly(10, "AM01") & set(search.found(STORE, LIST, {2: "*a*"}))


def test_a_worklist_ends_elsewhere_and_is_stable():
    """The own persons come first; the five others are the same each time and nobody stands there twice."""
    found = search.worklist(STORE, "AWE0733")
    assert found == search.worklist(STORE, "AWE0733")
    assert len(found) == len(set(found)) > 5
    assert found[:-5] == search.own(STORE, "AWE0733")


def test_candidates_without_a_vacancy_are_none():
    """No vacancy, no list - not an empty one."""
    applet = APPLETS[14, 1]
    assert search.candidates(STORE, applet, {}) is None
    assert search.candidates(STORE, applet, {1: "2000001"}) == search.candidates(STORE, applet, {1: "2000001", 10: "*"})


def test_sorting_is_by_value():
    """Dates sort as dates, numbers as numbers."""
    control = next(c for c in LIST.controls if c.field == "birth_date")
    dates = [PEOPLE[row]["birth_date"] for row in search.ordered_by(STORE, list(PEOPLE), control, descending=False)]
    assert dates == sorted(dates)
