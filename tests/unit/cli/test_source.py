"""Claims about the legacy as the movers read it, against the stand-in of tests/unit/rollout or none at all."""

import asyncio

import httpx
import pytest

from adapters.legacy_sonar.client import LegacyClient
from cli.sides import control_map
from cli.source import LegacySource
from proxy.errors import UpstreamError
from rollout.record import Entity, Listed, UnfitError
from tests.unit.rollout.conftest import legacy, people  # noqa: F401  one stand-in for both folders

ALL_OF_A_PERSON = frozenset({Entity.CLIENT, Entity.NOTE, Entity.REFERRAL, Entity.TASK, Entity.APPOINTMENT})
PERSON = "1-7101Y"


def requests(people) -> int:  # noqa: F811
    """How many requests legacy has had."""
    return people.legacy.control("/counters")["requests"]


async def test_one_reading_of_a_person_gives_all_that_hangs_on_her_with_few_requests(people):  # noqa: F811
    """Four forms, a line of each list, notes and referrals; nothing of it is asked twice."""
    async with people.sides() as sides:
        await sides.source.read(Listed(PERSON), frozenset({Entity.CLIENT}))  # logs in, and reads the occupations
        before = requests(people)
        found = await sides.source.read(Listed(PERSON), ALL_OF_A_PERSON)
        single = requests(people) - before
        listed = [each async for each in sides.source.subjects(Entity.CLIENT, ALL_OF_A_PERSON)]
        before = requests(people)
        again = await sides.source.read(next(each for each in listed if each.id == PERSON), ALL_OF_A_PERSON)
        told = requests(people) - before
    assert again == found
    assert (single, told) == (8, 6)
    client = found[Entity.CLIENT][0].texts
    assert client["name"].startswith(client["surname"].rstrip())
    assert client["occupation_code"]


async def test_a_person_who_does_not_exist_has_nothing_and_another_sort_of_row_says_nothing(people):  # noqa: F811
    """Nothing is removed of somebody because a row of a vacancy was named beside her."""
    async with people.sides() as sides:
        assert await sides.source.read(Listed("1-7ZZZZ"), ALL_OF_A_PERSON) == dict.fromkeys(ALL_OF_A_PERSON, ())
        assert await sides.source.read(Listed("1-V100"), ALL_OF_A_PERSON) == {}


async def test_a_page_that_fits_no_map_is_unfit_and_one_that_never_came_is_a_fault(people):  # noqa: F811
    """The first is that record's trouble, the second everybody's: its session is not used again."""
    async with people.sides() as sides:
        await sides.source.read(Listed(PERSON), frozenset({Entity.NOTE}))
        try:
            people.legacy.modes(instead="<html>een andere bladzijde")
            with pytest.raises(UnfitError):
                await sides.source.read(Listed(PERSON), frozenset({Entity.NOTE}))
            people.legacy.modes(instead="", rst=True)
            with pytest.raises(UpstreamError, match="unreachable"):
                await sides.source.read(Listed(PERSON), frozenset({Entity.NOTE}))
        finally:
            people.legacy.control("/modes", {"reset": True})
        assert await sides.source.read(Listed(PERSON), frozenset({Entity.NOTE}))


async def test_a_log_in_that_was_refused_is_not_tried_again_at_once(people):  # noqa: F811
    """Legacy locks an account after a few."""
    pages = control_map()
    async with httpx.AsyncClient(base_url=people.legacy.url, trust_env=False) as http:
        closed = LegacySource(lambda: LegacyClient(http, pages), pages.row_ids, ("BATCH", "onjuist"))
        with pytest.raises(UpstreamError, match="log-in refused"):
            await closed.read(Listed(PERSON), frozenset({Entity.NOTE}))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(closed.read(Listed(PERSON), frozenset({Entity.NOTE})), 0.5)
