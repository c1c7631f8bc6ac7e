"""Vacancies move to the new core and back while somebody has them on the screen."""

import asyncio

import pytest

from rollout.compare import normalised
from tests.browser.conftest import Enter, Person, Town
from tests.scenarios.moves.test_guarded import in_force, moved, stage, written

SEARCH = (
    ("SWECmd", "InvokeMethod"), ("SWEMethod", "ExecuteQuery"), ("SWEView", "SNR Vacature Zoek View"),
    ("SWEApplet", "SNR Vacature List Applet"), ("s_11_1_2_0", "*"),
)  # fmt: skip


@pytest.fixture
def share(town: Town):
    """Let so many percent of the users read vacancies from newcore; given back as it was."""
    name, ramp = stage(town.system)

    async def put(percent: str, to: str = "read") -> None:
        await moved(town.system, to)
        written(town.system, ramp=percent)
        await in_force(town.system)

    yield lambda percent: asyncio.run(put(percent))
    asyncio.run(put(ramp, name))


def walked(town: Town, somebody: Person) -> tuple[list[bytes], set[str]]:
    """Search, turn a page by a click, and turn back; gives the pages but for clock and numbers, and who answered."""
    pages = []
    somebody.go(*SEARCH)
    for turn, counter in (("", "1 - 10 van"), ("GotoNextSet", "11 - 20 van"), ("GotoPreviousSet", "1 - 10 van")):
        if turn:
            somebody.window.click(f'a[href*="SWEMethod={turn}"]')
        assert somebody.window.reads(counter)
        pages.append(normalised(somebody.window.source.encode("cp1252", "xmlcharrefreplace")))
    told = [each for each in town.system.log("--function", "vacancy.search", limit=9) if each["kind"] != "shadow"]
    return pages, {each["core"] for each in told[: len(pages)]}


def test_a_list_looks_the_same_whichever_core_answers(town: Town, enter: Enter, share) -> None:
    """Legacy, newcore, legacy: in one session of one browser, what is shown does not change."""
    with enter("AWE0421") as somebody:
        found = []
        for percent in ("0", "100", "0"):
            share(percent)
            found.append(walked(town, somebody))
    (before, first), (meanwhile, second), (after, third) = found
    assert (first, second, third) == ({"legacy"}, {"newcore"}, {"legacy"})
    assert before == meanwhile == after
