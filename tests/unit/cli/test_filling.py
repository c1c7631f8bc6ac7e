"""What the worker fills by itself: groups whose stage asks for it, once."""

import asyncio
from dataclasses import replace

import pytest

from cli.backfill import finished
from cli.filling import LOOK_SECONDS, due, fill
from cli.routefile import RouteFile
from cli.tables import ROOT
from proxy.routing.edit import numbered, written
from tests.unit.rollout.conftest import people  # noqa: F401  a fixture

GROUP = "client_search"


@pytest.fixture
def table(tmp_path):
    """Read a routing file of this release with some values changed."""

    def read(settings, *changes: tuple[str, str, str], revision: int = 1):
        text = numbered((ROOT / "routing.yaml").read_text(encoding="utf-8"), revision)
        for group, key, value in changes:
            text = written(text, ("groups", group, key), value)
        path = tmp_path / "routing.yaml"
        path.write_text(text, encoding="utf-8")
        return replace(settings, routing_file=path)

    return read


def test_from_capture_on_a_group_is_due(settings, table):
    """Legacy alone needs no copy; a group that no backfill can fill is never due."""
    given = table(settings, ("vacancies", "stage", "legacy"), ("contact_notes", "stage", "shadow"))
    assert due(RouteFile(given).table()) == ["contact_notes"]


async def test_a_group_whose_stage_asks_for_it_is_filled_without_being_told(people, table):  # noqa: F811
    """The worker looks at the routing file; back in `legacy` the group misses writes, so it counts as filled no longer."""
    given = table(people.settings, ("vacancies", "stage", "legacy"), (GROUP, "stage", "capture"))
    assert not await finished(people.worker, GROUP)
    stop = asyncio.Event()
    filling = asyncio.create_task(fill(given, people.worker, stop))
    async with asyncio.timeout(60):
        while not await finished(people.worker, GROUP):  # noqa: ASYNC110  the sign is a row of the database
            await asyncio.sleep(0.1)
        table(people.settings, ("vacancies", "stage", "legacy"))  # of the same revision: nobody runs it
        await asyncio.sleep(LOOK_SECONDS + 0.3)
        assert await finished(people.worker, GROUP)
        table(people.settings, ("vacancies", "stage", "legacy"), revision=2)
        while await finished(people.worker, GROUP):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        stop.set()
        await filling
