"""Case C: a national mediator works in all regions for a vacancy, and never sees health, benefit, notes or nationality.

Source: the minister's letter of 5 October 2020 (own region, with an exception for national mediation).
"""

from adapters.legacy_sonar.standin.seed import Record
from tests.doubles import actions
from tests.scenarios.oracles.conftest import Enter, Town

MEDIATOR = "LBE0001"
SHOWN, NEVER = {"ID", "CT", "ED", "AV", "LD", "RF"}, {"WC", "CN", "BN", "NA", "SV", "AP"}


def candidates(town: Town) -> list[tuple[Record, Record]]:
    """Give one ordinary candidate of every region, with an open vacancy for the work that he wants."""
    wanted = {each["occupation_code"]: each for each in town.vacancies}
    found: dict[str, tuple[Record, Record]] = {}
    for person in town.people:
        vacancy = wanted.get(person["occupation_code"])
        if person["region"] and person["klass"] == "ordinary" and vacancy:
            found.setdefault(person["region"], (person, vacancy))
    return list(found.values())


async def test_with_a_vacancy_candidates_of_every_region_are_found_and_opened(town: Town, enter: Enter) -> None:
    """All 35 regions, AM01 to AM38: a row in the list, then the limited page, and no more than the matching categories."""
    found, mark = candidates(town), town.log.newest()
    assert len(found) == 35
    async with enter(MEDIATOR) as browser:
        for person, vacancy in found:
            listed = await actions.candidates(vacancy["vacancy_id"])(browser, person)
            assert town.told(person, listed), person["region"]
            opened = await browser.drill(person["row_id"], "s_14_1_3_0")
            assert opened.control("s_17_1_1_0"), (person["region"], opened.text[-400:])
            assert person["email"].encode() in opened.body
    opens = [each for each in town.log.since(mark) if each["function"] == "match.candidate.open"]
    assert [each["decision"] for each in opens] == ["allow"] * 35
    assert {each["vacancy"] for each in opens} == {vacancy["vacancy_id"] for _, vacancy in found}
    told = [row for each in opens for row in each["disclosure"]]
    assert len(told) == 35
    assert all(set(row["shown"]) == SHOWN for row in told), told[0]


async def test_nothing_else_of_them_opens(town: Town, enter: Enter) -> None:
    """Health, benefit, notes, nationality, services: refused, with the vacancy at hand."""
    person, vacancy = candidates(town)[7]
    async with enter(MEDIATOR) as browser:
        await actions.candidates(vacancy["vacancy_id"])(browser, person)
        for name in ("workcapacity", "benefit", "notes", "identity", "services", "overview", "search_bsn", "contact"):
            assert not town.told(person, await actions.READS[name](browser, person)), name


async def test_without_a_vacancy_there_is_no_candidate(town: Town, enter: Enter) -> None:
    """No list without one; no page of somebody whom no search for a vacancy returned."""
    (person, _), mark = candidates(town)[11], town.log.newest()
    async with enter(MEDIATOR) as browser:
        town.legacy.reset()
        for reply in (
            await browser.search_candidates("", ("s_14_1_3_0", person["bsn"])),
            await browser.open_client(person["row_id"], "SNR Kandidaat View"),
            await browser.drill(person["row_id"], "s_14_1_3_0"),
            await actions.READS["cv"](browser, person),
        ):
            assert not town.told(person, reply)
        assert town.legacy.seen == 0
    asked = [each for each in town.log.since(mark) if each["function"] not in {"session.login", "session.logout"}]
    assert {each["decision"] for each in asked} == {"deny"}
    assert len(asked) == 4
