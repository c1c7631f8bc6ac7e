"""Narrowed: a search by name brings pages of the own region, full ones, and nothing else of the exchange differs."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import Reply, Visitor
from tests.doubles.control import Control
from tests.doubles.people import Account, accounts, relation
from tests.doubles.twin import Pair, twin
from tests.scenarios.conftest import System

CLIENTS, SET = 400, 10
REGION = "s_1_1_10_0"
TYPED = '"AM01" OR [Verantwoordelijke regio] = "AM01"'
SENT = "&s_1_1_10_0=%22AM01%22+OR+%5BVerantwoordelijke+regio%5D+%3D+%22AM01%22"
_ROW = re.compile(r'name="SWERowId\d" value="(1-7[0-9A-Z]+)"')


@dataclass(frozen=True, slots=True)
class Town:
    """The system, everybody in it, and an adviser of AM01."""

    system: System
    people: list[Record]
    account: Account

    def living(self, letter: str) -> list[Record]:
        """Give everybody in or of the region whose surname begins so."""
        return [p for p in self.named(letter) if self.account.regions & {p["region"], p["responsible_region"]}]

    def named(self, letter: str) -> list[Record]:
        """Give everybody in the country whose surname begins so."""
        return [p for p in self.people if p["surname"].strip().casefold().startswith(letter)]

    def visible(self, person: Record) -> bool:
        """Tell whether a row of this person is shown, if need be with an empty address."""
        own = relation(self.account, person) in {"caseload", "assigned"}
        return own or (relation(self.account, person) != "outside" and person["klass"] != "staff")

    def whole(self, person: Record) -> bool:
        """Tell whether a row of this person may be seen as it is."""
        return self.visible(person) and (person["klass"] == "ordinary" or person["caseload_owner"] == self.account.user)


@pytest.fixture(scope="module")
def town(system: System) -> Town:
    """As seeded; the legacy's switches are off."""
    Control(system.control).calm()
    return Town(system, list(Store(CLIENTS, 1).tables["client"].values()), accounts()["AWE0421"])


@pytest.fixture
async def browser(town: Town) -> AsyncIterator[Visitor]:
    """The adviser at the gateway."""
    visitor = Visitor(town.system.said["gateway"], town.account.user, town.account.password)
    assert (await visitor.login()).status == 302
    yield visitor
    await visitor.close()


@pytest.fixture
def pair(town: Town) -> Iterator[Pair]:
    """The adviser at a twin of legacy and at the gateway, at one moment."""
    with twin(town.system.data_dir / "standin", CLIENTS) as beside:
        controls = (Control(town.system.control), beside.control)
        for each in controls:
            each.freeze("2020-11-24T09:00:00")
        yield Pair.of(beside.url, town.system.said["gateway"], town.account.user, town.account.password)
        for each in controls:
            each.freeze(None)


def rows(reply: Reply) -> list[str]:
    """Give the row ids that a list shows."""
    return _ROW.findall(reply.text)


def busiest(town: Town) -> str:
    """Find the first letter that most people of the region have, who may all be seen, and more elsewhere."""
    counted: dict[str, int] = defaultdict(int)
    for letter in {p["surname"].strip().casefold()[0] for p in town.people}:
        counted[letter] = len(town.living(letter))
    return max(sorted(counted), key=lambda letter: counted[letter])


async def test_a_page_of_a_search_is_full_of_the_own_region(town: Town, browser: Visitor) -> None:
    """SONAR alone shows ten of the country; through the gateway the whole region stands on its own pages, one after the other."""
    everywhere = len(town.people)
    living = [p for p in town.people if town.account.regions & {p["region"], p["responsible_region"]}]
    visible = {p["row_id"] for p in living if town.visible(p)}
    assert SET < len(living) < everywhere / 3
    page = await browser.search(("s_1_1_5_0", ">=01-01-1900"))
    pages = [rows(page)]
    while "Volgende</a>" in page.text:
        page = await browser.next_page()
        pages.append(rows(page))
    assert {row for each in pages for row in each} == visible
    assert len(pages) == -(-len(living) // SET)
    assert max(map(len, pages)) == SET


async def test_the_first_page_of_a_name_holds_the_own_region(town: Town, browser: Visitor) -> None:
    """Where SONAR's own first page of the same name holds hardly anybody who may be seen."""
    letter = busiest(town)
    legacy = Visitor(town.system.said["legacy"], town.account.user, town.account.password)
    await legacy.login()
    by_row = {p["row_id"]: p for p in town.people}
    straight = [row for row in rows(await legacy.search_name(f"{letter}*")) if town.visible(by_row[row])]
    await legacy.close()
    shown = rows(await browser.search_name(f"{letter}*"))
    living = town.living(letter)
    hidden = sum(not town.visible(p) for p in living)
    assert set(shown) <= {p["row_id"] for p in living if town.visible(p)}
    assert min(SET, len(living)) - hidden <= len(shown) <= SET
    assert len(shown) > 2 * len(straight)


async def test_the_page_is_the_one_that_legacy_gives_who_types_the_region(town: Town, pair: Pair) -> None:
    """Byte for byte, head and body, where nothing has to be removed from it."""
    letters = sorted({p["surname"].strip().casefold()[:3] for p in town.people})
    whole = [
        letter
        for letter in letters
        if 0 < len(town.living(letter)) < min(SET, len(town.named(letter)))
        and all(map(town.whole, town.living(letter)))
    ]
    assert whole
    await pair.both(lambda each: each.login())
    for letter in whole[:5]:
        asked = ("s_1_1_2_0", f"{letter}*")
        typed = (asked, (REGION, TYPED))
        replies = await pair.both(lambda each, a=asked, t=typed: each.search(*(t if each is pair.direct else (a,))))
        assert pair.differences(replies) == []
        assert len(rows(replies[1])) == len(town.living(letter))
    await pair.close()


async def test_legacy_gets_the_clients_bytes_and_ours(town: Town, browser: Visitor) -> None:
    """Of a search by name one parameter and the length differ; a search by BSN differs in nothing."""
    control, sent = Control(town.system.control), list[tuple[str, bool]]()
    control.reset()
    await browser.search(("s_1_1_2_0", "V*"), ("s_1_1_9_0", ""))
    await browser.search_bsn(town.people[0]["bsn"])
    for each in control.requests:
        head, _, body = each.partition("\r\n\r\n")
        if "ExecuteQuery" in body:
            assert f"Content-Length: {len(body)}\r\n" in f"{head}\r\n"
            sent.append((body.replace(SENT, ""), SENT in body))
    (named, narrowed), (numbered, other) = sent
    assert (narrowed, other) == (True, False)
    assert "&s_1_1_2_0=V*&s_1_1_9_0=&" in named
    assert named.startswith("SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=")
    assert f"&s_1_1_7_0={town.people[0]['bsn']}&" in numbered


async def test_the_log_says_which_searches_were_narrowed(town: Town, browser: Visitor) -> None:
    """A record of what was asked of legacy, not only of what the client asked."""
    await browser.search_name("V*")
    await browser.search_bsn(town.people[0]["bsn"])
    found = [each["detail"] for each in town.system.log("--user", town.account.user, limit=3) if "detail" in each]
    assert found.count("narrowed") == 1
