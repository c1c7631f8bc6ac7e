"""The way of a candidate in a real browser without scripts: list, card, request, answer, page; and an emergency."""

from collections.abc import Iterator

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from tests.doubles.chrome import Chrome
from tests.scenarios.conftest import System

SCREEN, OURS = "/sonar_nld/start.swe", "/sonar_nld/poort/"
CLIENTS = 400


def entered(system: System, browser: Chrome, user: str) -> Chrome:
    """Log in by the form of the legacy."""
    browser.open(system.said["gateway"] + SCREEN)
    browser.fill(SWEUserName=user, SWEPassword=PASSWORDS[user])
    browser.send()
    assert browser.reads("Werkvoorraad"), browser.text
    return browser


def candidate(store: Store) -> tuple[Record, str]:
    """Give an ordinary client of AWE0421 (AM01), the last that fits, and an open vacancy of AM06 that asks for one."""
    vacancies = {
        v["occupation_code"]: v["vacancy_id"]
        for v in store.tables["vacancy"].values()
        if (v["region"], v["status"]) == ("AM06", "Open")
    }
    people = [
        p for p in store.tables["client"].values() if p["caseload_owner"] == "AWE0421" and p["klass"] == "ordinary"
    ]
    person = [p for p in people if p["region"] == "AM01" and p["occupation_code"] in vacancies][-1]
    return person, vacancies[person["occupation_code"]]


def values(person: Record) -> tuple[str, ...]:
    """Give what nobody may read of a candidate behind a card."""
    return person["bsn"], person["surname"].strip(), person["row_id"], f"klant{person['number']}@"


def test_from_a_card_to_a_limited_page(system: System, browsers: Iterator[Chrome]) -> None:
    """Cookies, forms and links of a browser are enough; no script runs, and Back shows nothing that was not shown."""
    person, vacancy = candidate(Store(CLIENTS, 1))
    asks, answers = entered(system, next(browsers), "WSP0106"), entered(system, next(browsers), "AWE0421")
    day = f"{person['available_from'][6:]}-{person['available_from'][4:6]}-{person['available_from'][:4]}"
    query = f"SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Match+Kandidaat+View&SWEApplet=SNR+Match+Kandidaat+List+Applet&s_14_1_1_0={vacancy}&s_14_1_4_0={person['education_level']}&s_14_1_6_0={person['hours_per_week']}&s_14_1_7_0={day}"
    asks.open(f"{system.said['gateway']}{SCREEN}?{query}")
    assert asks.reads("Kandidaat K-"), asks.text
    assert not [each for each in values(person) if each in asks.source]

    asks.follow("Benaderen")
    asks.fill(toelichting="past goed bij de vacature, 32 uur € 2.100")
    asks.send()
    assert asks.reads("verantwoordelijke adviseur"), asks.text
    assert not [each for each in values(person) if each in asks.source]

    answers.open(system.said["gateway"] + OURS + "verzoeken")
    assert answers.reads("€ 2.100"), answers.text
    answers.follow("Beantwoorden")
    answers.send()
    assert answers.reads("is toegestaan"), answers.text

    asks.follow("Naar het overzicht")
    asks.follow("Kandidaat openen")
    assert asks.reads(person["surname"].strip()), asks.text
    assert "SNR+CV+View" in asks.address
    asks.back()
    assert asks.reads("Uw benaderingen"), asks.text
    assert not [each for each in values(person) if each in asks.source]


def test_an_emergency_from_not_found_to_the_client(system: System, browsers: Iterator[Chrome]) -> None:
    """The page that says "niet gevonden" leads to the form, the form to the client, with a notice on top."""
    people = Store(CLIENTS, 1).tables["client"].values()
    far = [
        p for p in people if p["region"] not in {"AM06", ""} and p["klass"] == "ordinary" and not p["caseload_owner"]
    ]
    person = next(p for p in reversed(far) if p["birth_date"][6:] != "00")
    browser = entered(system, next(browsers), "AWE0733")
    browser.open(
        f"{system.said['gateway']}{SCREEN}?SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWERowId={person['row_id']}"
    )
    assert browser.reads("Record niet gevonden"), browser.text
    assert person["surname"].strip() not in browser.source
    browser.follow("Vraag noodtoegang")
    born = person["birth_date"]
    browser.fill(bsn=person["bsn"], geboortedatum=f"{born[6:]}-{born[4:6]}-{born[:4]}")
    browser.fill(toelichting="klant is vermist, de politie belt")
    browser.send()
    browser.follow("Klant openen")
    assert browser.reads("Noodtoegang tot"), browser.text
    assert browser.reads(person["surname"].strip()), browser.text
