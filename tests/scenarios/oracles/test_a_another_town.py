"""Case A: a civil servant of Doetinchem opens a client of The Hague who gets a WIA benefit. Denied, and in the log.

Source: Trouw, January 2021 ("a civil servant in Doetinchem can see which people in The Hague get WIA").
"""

from collections.abc import Iterator

import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.visitor import Visitor
from tests.doubles import actions
from tests.scenarios.oracles.conftest import Enter, Town

DOETINCHEM, THE_HAGUE = "KMG0222", "0518"


@pytest.fixture
def disabled(town: Town) -> Iterator[Record]:
    """A client of The Hague; the legacy says WIA for as long as the test runs."""
    person = next(p for p in town.people if p["municipality_code"] == THE_HAGUE and p["klass"] == "ordinary")
    update = {"row_id": person["row_id"], "field": "law_code"}
    town.legacy.ask("/update", {**update, "value": "WIA"})
    yield person
    town.legacy.ask("/update", {**update, "value": person["law_code"]})


async def test_a_municipal_user_cannot_see_who_gets_wia_in_another_town(
    town: Town, enter: Enter, disabled: Record
) -> None:
    """The legacy shows it; the gateway refuses before it asks the legacy, and says who tried to see whom."""
    mark = town.log.newest()
    async with enter(DOETINCHEM) as browser:
        town.legacy.reset()
        for name in ("overview", "benefit", "workcapacity", "notes"):
            reply = await actions.READS[name](browser, disabled)
            assert not town.told(disabled, reply), name
            assert b"WIA" not in reply.body, name
        assert town.legacy.seen == 0
    records = [each for each in town.log.since(mark) if each["account"] == DOETINCHEM and each["withheld"]]
    functions = [each["function"] for each in records]
    assert functions == [f"client.{name}.view" for name in ("overview", "benefit", "workcapacity", "note")]
    assert {(each["decision"], each["reason"], each["organisation"]) for each in records} == {
        ("deny", "out-of-reach", "0222")
    }
    assert len({each["withheld"][0]["person"] for each in records}) == 1


async def test_the_legacy_itself_shows_it(town: Town, disabled: Record) -> None:
    """Without the gateway the same user sees the benefit: what is refused above is really there."""
    async with Visitor(town.system.said["legacy"], DOETINCHEM, PASSWORDS[DOETINCHEM]) as browser:
        await browser.login()
        reply = await actions.READS["benefit"](browser, disabled)
    assert reply.control("s_8_1_1_0") == "WIA"
