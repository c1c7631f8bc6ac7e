"""The two cases that the letter gives: a candidate of another region, and a client of another town (RG5-RG7, RG12)."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import FORM, Reply, Visitor
from tests.doubles import actions
from tests.doubles.control import Control
from tests.doubles.needles import Needles, needles, readings
from tests.scenarios.conftest import System

CLIENTS, OURS = 400, "/sonar_nld/poort/"
REASON = {"reden": "voordragen", "toelichting": "past goed bij de vacature", "dagen": "5"}
NEED = {"reden": "gevaar", "toelichting": "klant is vermist, de politie belt"}


@dataclass(frozen=True, slots=True)
class Case:
    """The running system, everybody who lives there, and by what they are recognised."""

    system: System
    store: Store
    named: dict[str, Needles]

    def person(self, **wanted: str) -> Record:
        """Give the first person like that."""
        people = self.store.tables["client"].values()
        return next(each for each in people if all(each[key] == value for key, value in wanted.items()))

    @asynccontextmanager
    async def browser(self, user: str) -> AsyncIterator[Visitor]:
        """Log in at the gateway."""
        browser = Visitor(self.system.said["gateway"], user, PASSWORDS[user])
        assert (await browser.login()).status == 302
        yield browser
        await browser.close()

    def records(self, **wanted: Any) -> list[dict[str, Any]]:
        """Give the newest records of the log like that."""
        return [each for each in self.system.log() if all(each.get(key) == value for key, value in wanted.items())]


@pytest.fixture(scope="module")
def case(system: System) -> Case:
    """The town as seeded."""
    Control(system.control).calm()
    store = Store(CLIENTS, 1)
    return Case(system, store, needles(list(store.tables["client"].values())))


def vacancy_of(case: Case, person: Record, region: str) -> str:
    """Give an open vacancy of a region for which a person would be found."""
    found = case.store.tables["vacancy"].values()
    wanted = (region, "Open", person["occupation_code"])
    return next(
        each["vacancy_id"] for each in found if (each["region"], each["status"], each["occupation_code"]) == wanted
    )


def sought(case: Case, *, but: int = 0) -> Record:
    """Give an ordinary client of AWE0421 (AM01) for whom AM06 has an open vacancy; `but`: after so many others."""
    vacancies = case.store.tables["vacancy"].values()
    asked = {each["occupation_code"] for each in vacancies if (each["region"], each["status"]) == ("AM06", "Open")}
    near = {"region": "AM01", "klass": "ordinary", "caseload_owner": "AWE0421"}
    people = (p for p in case.store.tables["client"].values() if p["occupation_code"] in asked)
    return [p for p in people if all(p[key] == value for key, value in near.items())][but]


async def search(browser: Visitor, vacancy: str, person: Record) -> Reply:
    """Search candidates by what a card shows too: asking by BSN would say whose card it is."""
    criteria = {"s_14_1_4_0": person["education_level"], "s_14_1_6_0": person["hours_per_week"]}
    day = actions.shown_date(person["available_from"])
    return await browser.search_candidates(vacancy, *criteria.items(), ("s_14_1_7_0", day))


async def get(browser: Visitor, target: str) -> Reply:
    """Follow a link as it stands in a page."""
    return await browser.exchange("GET", target.replace("&amp;", "&"))


async def fill(browser: Visitor, page: Reply, action: str, **fields: str) -> Reply:
    """Send the form of a page, with its hidden values."""
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return await browser.exchange(
        "POST", OURS + action, urlencode({**hidden, **fields}).encode(), [("Content-Type", FORM)]
    )


def link(page: Reply, action: str) -> str:
    """Give the first link of a page that leads to one of our own functions with a number or a handle."""
    found = re.search(rf'href="({OURS}{action}\?[^"]*)"', page.text)
    assert found, page.text[-2000:]
    return found[1]


async def test_a_candidate_of_another_region_is_a_card_then_a_grant_then_a_limited_view(case: Case) -> None:
    """AM06 finds a client of AM01 on its own vacancy: a card; asks; AM01 answers; then the CV opens, and no more than that."""
    person = sought(case)
    own, vacancy = case.named[person["row_id"]], vacancy_of(case, person, "AM06")
    async with case.browser("WSP0106") as asks, case.browser("AWE0421") as answers:
        assert not own.found(await actions.READS["cv"](asks, person))
        found = await search(asks, vacancy, person)
        assert "Kandidaat K-" in found.text
        assert not own.found(found)
        assert person["row_id"].encode() not in b"\x00".join(readings(found))

        form = await get(asks, link(found, "benaderen"))
        asked = await fill(asks, form, "benaderen", **REASON)
        assert "verantwoordelijke adviseur" in asked.text
        assert not own.found(asked)
        assert "al gebruikt" in (await fill(asks, form, "benaderen", **REASON)).text, "a form is good once"
        assert not own.found(await actions.READS["cv"](asks, person)), "a request opens nothing"

        waiting = await get(answers, OURS + "verzoeken")
        assert "WSP0106" in waiting.text
        decision = await get(answers, link(waiting, "verzoeken"))
        assert "is toegestaan" in (await fill(answers, decision, "verzoeken", besluit="toestaan")).text

        turned = await get(asks, link(await get(asks, OURS + "overzicht"), "openen"))
        assert turned.status == 302
        opened = await get(asks, turned.header("Location"))
        assert own.found(opened), opened.text[-2000:]
        for name in ("services", "notes", "benefit", "workcapacity", "contact", "update_contact"):
            act = actions.WRITES.get(name) or actions.READS[name]
            assert not own.found(await act(asks, person)), name
        assert "kaart=" not in (await actions.candidates(vacancy)(asks, person)).text, (
            "a search by BSN would tell who it is"
        )
        again = await search(asks, vacancy, person)
        assert "Kandidaat K-" in again.text
        assert not own.found(again)
    assert case.records(account="WSP0106", function="grant.request", vacancy=vacancy)
    assert case.records(account="AWE0421", function="grant.answer", vacancy=vacancy)
    assert case.records(account="WSP0106", function="client.cv.view", decision="allow")


async def test_without_a_vacancy_of_the_own_region_the_candidate_is_not_there(case: Case) -> None:
    """A vacancy of another region, none at all, or one that does not exist: no card, and no value."""
    person = sought(case, but=1)
    own = case.named[person["row_id"]]
    wanted = ("Open", person["occupation_code"])
    found = case.store.tables["vacancy"].values()
    elsewhere = next(v for v in found if (v["status"], v["occupation_code"]) == wanted and v["region"] != "AM06")
    async with case.browser("WSP0106") as browser:
        for vacancy in (elsewhere["vacancy_id"], "0000000", ""):
            reply = await search(browser, vacancy, person)
            assert "kaart=" not in reply.text, vacancy
            assert not own.found(reply), vacancy
        assert not own.found(await actions.READS["overview"](browser, person))


async def test_a_handle_is_worth_nothing_in_another_session(case: Case) -> None:
    """Taken to a colleague's session, or invented: refused as somebody who does not exist, and recorded with its reason."""
    person = sought(case, but=1)
    async with case.browser("WSP0106") as finder, case.browser("WSP0101") as other:
        found = await search(finder, vacancy_of(case, person, "AM06"), person)
        stolen = await get(other, link(found, "benaderen"))
        invented = await get(finder, OURS + "benaderen?kaart=" + "0" * 32)
    assert "Record niet gevonden" in stolen.text
    assert "Record niet gevonden" in invented.text
    assert case.records(account="WSP0101", function="grant.request", reason="handle-not-issued")


async def test_a_municipal_user_does_not_see_a_client_of_another_town(case: Case) -> None:
    """Doetinchem opens a client of The Hague: refused whatever way it is tried, and every attempt is in the log."""
    person = case.person(municipality_code="0518")
    own = case.named[person["row_id"]]
    names = ("overview", "overview_rpc", "benefit", "identity", "search_bsn", "search_name", "cv", "notes")
    async with case.browser("KMG0222") as browser:
        for name in names:
            assert not own.found(await actions.READS[name](browser, person)), name
    denied = case.records(account="KMG0222", decision="deny")
    assert {"client.overview.view", "client.benefit.view"} <= {each["function"] for each in denied}
    assert {each["reason"] for each in denied} <= {"out-of-reach", "person-unknown"}


async def test_an_emergency_opens_one_client_for_an_hour_with_a_notice(case: Case) -> None:
    """BSN and birth date of one person; a wrong birth date gets the same answer, and leads nowhere."""
    person = next(
        p
        for p in case.store.tables["client"].values()
        if p["region"] not in {"AM06", ""}
        and p["klass"] == "ordinary"
        and p["birth_date"][6:] != "00"
        and not p["caseload_owner"]
    )
    own = case.named[person["row_id"]]
    born = actions.shown_date(person["birth_date"])
    async with case.browser("AWE0733") as browser:
        refused = await actions.READS["overview"](browser, person)
        assert OURS + "noodtoegang" in refused.text
        pages = []
        for date in ("01-01-1901", born):
            form = await get(browser, OURS + "noodtoegang")
            done = await fill(browser, form, "noodtoegang", bsn=person["bsn"], geboortedatum=date, **NEED)
            turned = await get(browser, link(done, "openen"))
            pages.append((re.sub(r"nummer=[0-9a-f-]+", "", done.text), turned.status))
        assert pages[0][0] == pages[1][0]
        assert [status for _, status in pages] == [404, 302]
        opened = await get(browser, turned.header("Location"))
        assert own.found(opened), opened.text[-2000:]
        assert "Noodtoegang tot" in opened.text
        for name in ("notes", "workcapacity", "search_bsn", "update_contact"):
            act = actions.WRITES.get(name) or actions.READS[name]
            assert not own.found(await act(browser, person)), name
    assert case.records(account="AWE0733", function="emergency.request", decision="allow")
