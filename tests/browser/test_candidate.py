"""Case B, as two persons do it: a card, a request, an answer, and a limited page; click by click."""

import pytest

from adapters.legacy_sonar.standin.seed import Record
from tests.browser.conftest import Enter, Person, Town
from tests.doubles import actions

SEEKER, ADVISER, REGION = "WSP0106", "AWE0421", "AM06"


def sought(town: Town, but: int) -> tuple[Record, str]:
    """Give a client of the adviser for whom the seeker's region has an open vacancy, and that vacancy."""
    open_ = {
        each["occupation_code"]: each["vacancy_id"]
        for each in town.store.tables["vacancy"].values()
        if (each["region"], each["status"]) == (REGION, "Open")
    }
    near = {"region": "AM01", "klass": "ordinary", "caseload_owner": ADVISER}
    found = [
        each for each in town.store.tables["client"].values()
        if each["occupation_code"] in open_ and all(each[key] == value for key, value in near.items())
    ]  # fmt: skip
    return found[but], open_[found[but]["occupation_code"]]


def search(seeker: Person, vacancy: str, person: Record) -> None:
    """Search candidates for a vacancy by what a card shows too."""
    asked = (("SWECmd", "InvokeMethod"), ("SWEMethod", "ExecuteQuery"), ("SWEView", "SNR Match Kandidaat View"))
    seeker.go(
        *asked, ("SWEApplet", "SNR Match Kandidaat List Applet"), ("s_14_1_1_0", vacancy),
        ("s_14_1_4_0", person["education_level"]), ("s_14_1_6_0", person["hours_per_week"]),
        ("s_14_1_7_0", actions.shown_date(person["available_from"])),
    )  # fmt: skip


@pytest.fixture
def but(request: pytest.FixtureRequest) -> int:
    """Another candidate with scripts than without: an approach is made once."""
    return 2 if "no-scripts" in request.node.name else 3


def test_a_candidate_of_another_region_is_approached_and_then_seen_in_part(town: Town, enter: Enter, but: int) -> None:
    """Card, "benaderen", the adviser's yes, and then CV and contact: no ladder step, no referrals, nothing else."""
    person, vacancy = sought(town, but)
    with enter(SEEKER) as seeker, enter(ADVISER) as adviser:
        search(seeker, vacancy, person)
        assert seeker.window.reads("Kandidaat K-")
        assert not town.told(person, seeker.window)
        seeker.window.follow("enaderen")
        seeker.window.choose("reden", "voordragen")
        seeker.window.fill("toelichting", "past goed bij de vacature")
        seeker.window.click("input[type=submit]")
        assert seeker.window.reads("verantwoordelijke adviseur")
        assert not town.told(person, seeker.window)

        adviser.go(path="/sonar_nld/poort/verzoeken")
        adviser.window.click('table.lijst a[href*="verzoeken?nummer"]')
        adviser.window.choose("besluit", "toestaan")
        adviser.window.click("input[type=submit]")
        assert adviser.window.reads("is toegestaan")

        seeker.go(path="/sonar_nld/poort/overzicht")
        seeker.window.click('a[href*="openen?nummer"]')
        assert seeker.window.reads(person["surname"].strip())
        assert "SNR+CV+View" in seeker.window.address
        seeker.window.back()
        assert seeker.window.reads("Uw benaderingen")
        assert not town.told(person, seeker.window)
        seeker.look(person, "SNR Kandidaat View")
        shown = seeker.window
        assert shown.reads(person["email"])
        assert shown.shown("#s_17_1_18_0") == ""
        seeker.look(person, "SNR Contacthistorie View")
        assert shown.reads("Referentienummer")
        assert not town.told(person, seeker.window)


def test_without_a_vacancy_of_the_own_region_there_is_no_card(town: Town, enter: Enter) -> None:
    """The same search for a vacancy of elsewhere, and the page itself: not there."""
    person, _ = sought(town, 1)
    found = town.store.tables["vacancy"].values()
    wanted = ("Open", person["occupation_code"])
    elsewhere = next(v for v in found if (v["status"], v["occupation_code"]) == wanted and v["region"] != REGION)
    with enter(SEEKER) as seeker:
        search(seeker, elsewhere["vacancy_id"], person)
        assert "benaderen" not in seeker.window.source
        assert not town.told(person, seeker.window)
        seeker.look(person, "SNR Kandidaat View")
        assert seeker.window.reads("Record niet gevonden")
