"""Claims about a person of the legacy as records."""

import pytest

from adapters.legacy_sonar import dossier
from adapters.legacy_sonar.dossier import FORMS, Form
from adapters.legacy_sonar.profile import Profile

OVERVIEW = {
    "bsn": "99990003",
    "desired_occupation": "kok",
    "caseload_owner": "AWE0421",
    "next_appointment": "11-03-2021",
}
PAGES = [Form(view, 7, OVERVIEW if view == dossier.OVERVIEW else {}, {"name": "Müller, A."}) for view in FORMS]


def test_a_client_is_its_forms_with_what_only_a_list_a_head_or_a_vacancy_shows():
    """Every value as shown: the leading zero that legacy lost stays lost."""
    found = dossier.client(PAGES, {"registered": "j"}, {"kok": "1902"})
    assert found == OVERVIEW | {"registered": "j", "name": "Müller, A.", "occupation_code": "1902", "mod_num": "7"}
    assert dossier.client(PAGES, {}, {})["occupation_code"] == ""


def test_a_write_between_two_pages_is_seen():
    """Else a record would be of two moments."""
    assert not dossier.torn(PAGES)
    assert dossier.torn([*PAGES[1:], Form(FORMS[0], 8, {})])


@pytest.mark.parametrize("day", ["", "   "])
def test_no_day_is_no_appointment(day):
    """It goes, and a later one has another name."""
    assert dossier.appointment("1-7A", Form(FORMS[0], 8, OVERVIEW | {"next_appointment": day})) == {}


def test_an_appointment_is_named_by_the_modification_number_too():
    """One that was removed for good is never in the way of the next, which may be on the same day."""
    first, later = (dossier.appointment("1-7A", Form(FORMS[0], number, OVERVIEW)) for number in (7, 9))
    assert (list(first), list(later)) == (["1-7A.7"], ["1-7A.9"])
    assert first["1-7A.7"]["at"] == "11-03-2021"


def test_what_hangs_on_a_person_names_it_and_its_place():
    """Newcore has no other way to know whose it is and in which order it stands."""
    rows = [("1-N2", {"text": "tweede"}), ("1-N1", {"text": "eerste"})]
    notes = dossier.notes("1-7A", rows)
    assert [(each["client_id"], each["position"]) for each in notes.values()] == [("1-7A", "0"), ("1-7A", "1")]
    assert list(dossier.referrals("1-7A", rows)) == ["1-N2", "1-N1"]
    assert dossier.task("1-7A", {"task": "bellen"}, PAGES[0])["owner"] == "AWE0421"


def test_what_the_service_tells_is_named_by_the_person_and_the_place():
    """A service has no row id there; one registration a person, and no service is none."""
    told = Profile({}, {"law_code": "WW"}, ({"code": "D2"}, {"code": "D1"}))
    assert dossier.registration("1-7A", told) == {"1-7A": {"law_code": "WW", "client_id": "1-7A", "position": "0"}}
    assert dossier.services("1-7A", told) == {
        "1-7A.0": {"code": "D2", "client_id": "1-7A", "position": "0"},
        "1-7A.1": {"code": "D1", "client_id": "1-7A", "position": "1"},
    }
    assert dossier.services("1-7A", Profile({}, {}, ())) == {}
