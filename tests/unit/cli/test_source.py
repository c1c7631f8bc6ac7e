"""Claims about the legacy as the movers read it, against the stand-in of tests/unit/rollout or none at all."""

import asyncio
from contextlib import contextmanager
from xml.etree import ElementTree as ET

import httpx
import pytest

from adapters.legacy_sonar.client import LegacyClient
from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.visitor import Visitor
from cli.sides import control_map
from cli.source import LegacySource
from proxy.errors import UpstreamError
from rollout.record import Entity, Listed, UnfitError
from tests.unit.rollout.conftest import legacy, people  # noqa: F401  one stand-in for both folders

TOLD = frozenset({Entity.REGISTRATION, Entity.SERVICE})
ALL_OF_A_PERSON = TOLD | {Entity.CLIENT, Entity.NOTE, Entity.REFERRAL, Entity.TASK, Entity.APPOINTMENT}
PERSON, TWIN = "1-7101Y", "1-7101K"
FIELDS = (
    "SignificantDeelVanDeAchternaam", "DatBInschrijving", "DatEInschrijving", "Uitkering/CdSzWet", "Uitkering/DatB",
)  # fmt: skip


def requests(people) -> int:  # noqa: F811
    """How many requests legacy has had."""
    return people.legacy.control("/counters")["requests"]


async def test_one_reading_of_a_person_gives_all_that_hangs_on_her_with_few_requests(people):  # noqa: F811
    """Four forms, a line of each list, notes, referrals and one profile; nothing of it is asked twice."""
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
    assert (single, told) == (9, 7)
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


def record(people, row):  # noqa: F811
    """A record as legacy keeps it."""
    return people.legacy.control(f"/record/{row}")


@contextmanager
def changed(people, row, **values):  # noqa: F811
    """Change a record of legacy behind everybody's back, and put it back afterwards."""
    before = record(people, row)["record"]
    for field, value in values.items():
        people.legacy.control("/update", {"row_id": row, "field": field, "value": value})
    try:
        yield
    finally:
        for field in values:
            people.legacy.control("/update", {"row_id": row, "field": field, "value": before[field]})


async def asked(people, bsn):  # noqa: F811
    """What the service says of everybody with a BSN: the first words of each, and the services."""
    async with Visitor(people.legacy.url, "BATCH", PASSWORDS["BATCH"]) as visitor:
        root = ET.fromstring((await visitor.soap(bsn)).body)
    return [
        (
            tuple(client.findtext("/".join(f"{{*}}{each}" for each in name.split("/"))) for name in FIELDS),
            [tuple(each.text or "" for each in service) for service in client.findall("{*}Dienst")],
        )
        for client in root.iter("{http://sonar.example/SonarKlantInfoGSD/v0100}ClientSuwi")
    ]


def kept(found):
    """The same of a reading."""
    (registration,) = found[Entity.REGISTRATION]
    words = [registration.texts[each] for each in ("registered_from", "registered_until", "law_code", "benefit_from")]
    return words, [(each.texts["code"], each.texts["start"]) for each in found[Entity.SERVICE]]


async def test_registration_and_services_are_what_the_service_says(people):  # noqa: F811
    """Of everybody; each is named by the person, by the place, and is hers."""
    async with people.sides() as sides:
        for listed in [each async for each in sides.source.subjects(Entity.CLIENT, TOLD)]:
            found = await sides.source.read(listed, TOLD)
            bsn = record(people, listed.id)["record"]["bsn"]
            ((words, services),) = await asked(people, bsn)
            assert kept(found) == (list(words[1:]), services)
            assert [each.id for each in found[Entity.REGISTRATION]] == [listed.id]
            assert [each.id for each in found[Entity.SERVICE]] == [f"{listed.id}.{n}" for n in range(len(services))]
            assert {each.texts["client_id"] for rows in found.values() for each in rows} == {listed.id}
            assert services


async def test_account_and_bsn_stand_in_the_body_alone(people):  # noqa: F811
    """Addresses and headers end in logs."""
    bsn = record(people, PERSON)["record"]["bsn"]
    async with people.sides() as sides:
        await sides.source.read(Listed(PERSON), TOLD)
    sent = [each for each in people.legacy.control("/requests") if each.startswith("POST /eai_nld/")]
    head, _, body = sent[-1].partition("\r\n\r\n")
    assert bsn in body
    assert PASSWORDS["BATCH"] in body
    assert not any(each in head for each in (bsn, bsn.lstrip("0"), PASSWORDS["BATCH"], "BATCH"))


async def test_one_bsn_of_two_persons_gives_each_her_own(people):  # noqa: F811
    """Told apart by what a page shows too; where that is the same of both, nobody knows, and only of these kinds."""
    hers, other = record(people, PERSON)["record"], record(people, TWIN)["record"]
    async with people.sides() as sides:
        with changed(people, TWIN, bsn=hers["bsn"]):
            assert len(await asked(people, hers["bsn"])) == 2
            for row, its in ((PERSON, hers), (TWIN, other)):
                words, _ = kept(await sides.source.read(Listed(row), TOLD))
                assert words == [its["reg_start"], "00000000", its["law_code"], its["start"]]
            same = ("surname", "prefix", "first_names", "birth_date", "municipality_code")
            with changed(people, TWIN, **{each: hers[each] for each in same}):
                with pytest.raises(UnfitError, match="surely") as raised:
                    await sides.source.read(Listed(PERSON), ALL_OF_A_PERSON)
                assert raised.value.rest.keys() == ALL_OF_A_PERSON - TOLD
                assert hers["bsn"] not in str(raised.value)


async def test_who_has_no_bsn_has_no_registration_and_no_services(people):  # noqa: F811
    """The service cannot be asked about her: it would tell of everybody who has none."""
    async with people.sides() as sides:
        await sides.source.read(Listed(PERSON), TOLD)
        for none in ("", "000000000", "onbekend"):
            with changed(people, PERSON, bsn=none):
                before = requests(people)
                assert await sides.source.read(Listed(PERSON), TOLD) == dict.fromkeys(TOLD, ())
                assert requests(people) - before == 1


async def test_a_service_that_is_busy_is_everybodys_fault_and_is_left_alone_for_a_while(people):  # noqa: F811
    """Nothing is said of the person: neither that she has none, nor that she cannot be read."""
    async with people.sides() as sides:
        await sides.source.read(Listed(PERSON), TOLD)
        try:
            people.legacy.modes(busy=True)
            with pytest.raises(UpstreamError, match="SNR-0099"):
                await sides.source.read(Listed(PERSON), TOLD)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(sides.source.read(Listed(PERSON), TOLD), 0.3)
        finally:
            people.legacy.control("/modes", {"reset": True})


async def test_a_session_that_showed_something_unfit_is_used_again(people):  # noqa: F811
    """It is the record that was wrong: a log-in for each of many would lock the account."""
    with changed(people, PERSON, number=""):
        async with people.sides() as sides:
            for _ in range(3):
                with pytest.raises(UnfitError):
                    await sides.source.read(Listed(PERSON), frozenset({Entity.CLIENT}))
            assert len(sides.source._idle) == 1
