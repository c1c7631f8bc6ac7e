"""Pages of the two cores side by side: the stand-in, and a real newcore on PostgreSQL with the same records.

In short some sixty clicks a function; POORT_TEST_LONG=1 makes more than two thousand of each, and prints how many of which
form. POORT_TEST_CLICKS_SEED draws others. What legacy alone can answer is in the counts as `legacy's` and is not compared.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from uuid import UUID

import httpx
import pytest

from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.mimic.client import NewcoreMimic
from adapters.legacy_sonar.mimic.record import Records
from adapters.legacy_sonar.mimic.search import Lists
from adapters.legacy_sonar.mimic.table import TABLE
from adapters.legacy_sonar.standin.application import Application
from adapters.legacy_sonar.standin.server import Options, build
from adapters.legacy_sonar.views import ViewMap
from cli.statement import public_keys, signer
from proxy.database import Cluster, Database, Role
from proxy.listener.upstream import Pool, UpstreamSettings
from proxy.model.principal import Role as ProxyRole
from proxy.model.statement import Statement, camel
from proxy.settings import Settings, load
from tests.conftest import copied as copied_database
from tests.conftest import open_directory
from tests.doubles.beside import Beside, differs
from tests.doubles.clicks import Click, Clicks
from tests.doubles.copied import Copied, copied
from tests.doubles.newcore import newcore_serving
from tests.doubles.profiles import Municipality, Question, drawn, oddly

LONG = bool(os.environ.get("POORT_TEST_LONG"))
SEED = os.environ.get("POORT_TEST_CLICKS_SEED", "1")
CLICKS, SITTING = (2100, 25) if LONG else (60, 12)
PATIENCE, TRIES = 60.0, 10
PEOPLE, VACANCIES = (400, 280) if LONG else (45, 45)
USER = "AWE0421"
COLLECTIONS = {
    "vacancy.search": "vacancies", "employer.view": "employers", "home.worklist.view": "tasks",
}  # fmt: skip
"""What the screens of a function show, where that is no person."""
WAYS = {
    "SNR Klantbeeld View": (("SNR Klant Zoek View", "s_1_1_7"), ("SNR Werkvoorraad View", "s_10_1_3")),
    "SNR Klant Persoon View": (("SNR Klant Zoek View", "s_1_1_2"),),
    "SNR Kandidaat View": (("SNR Match Kandidaat View", "s_14_1_3"),),
    "SNR Vacature View": (("SNR Vacature Zoek View", "s_11_1_1"),),
    "SNR Werkgever View": (("SNR Werkgever Zoek View", "s_18_1_1"),),
}
"""Screen -> lists on which a click leads to it."""


@dataclass(frozen=True, slots=True)
class Both:
    """The two cores, and what is in them."""

    town: Application
    settings: Settings
    rows: Mapping[str, Mapping[str, Mapping[str, str]]]
    """Collection -> row id -> texts."""


@pytest.fixture(scope="module")
def both(database: Cluster, blank: Cluster, views: ViewMap) -> Iterator[Both]:
    """Fill both with the same records."""
    town = build(Options(0, -1, PEOPLE, 7, frozen="2020-11-24T09:00:00"))
    trim(town)
    spoil(town)
    oddly(town)
    records = tuple(copied(town.store, views, (USER,)))
    rows: dict[str, dict[str, Mapping[str, str]]] = {}
    for each in records:
        rows.setdefault(each.collection, {})[each.id] = each.texts
    with open_directory() as directory, copied_database(database, blank) as copy:
        settings = load({"POORT_DATA_DIR": str(directory)})
        dsn = copy.dsn(Role.NEWCORE, Database.NEWCORE)
        with newcore_serving(dsn, public_keys(settings)) as url:
            asyncio.run(fill(url, settings, records))
            yield Both(town, load({"POORT_DATA_DIR": str(directory), "POORT_NEWCORE_URL": url}), rows)


def trim(town: Application) -> None:
    """Leave so many vacancies, with their employers: every record has to be kept in newcore first."""
    store = town.store
    gone = list(store.tables["vacancy"])[VACANCIES:]
    needed = {each["kvk"] for row, each in store.tables["vacancy"].items() if row not in gone}
    gone += [row for row, each in store.tables["employer"].items() if gone and each["kvk"] not in needed]
    for row in gone:
        kind = store.kind_of[row]
        entry = {
            "what": f"{kind}.delete",
            "kind": kind,
            "row_id": row,
            "action": "delete",
            "values": {},
            "user": USER,
            "at": "",
        }
        store.change(entry)


def spoil(town: Application) -> None:
    """Add what the seed has too little of: more notes than a set, signs of HTML, debris of cp1252, blanks, an empty field."""
    people = sorted(town.store.tables["client"])
    for number in range(12):
        values = {"parent": people[number % 2], "vacancy_id": "2000001", "at": "20201101", "author": "WSP0101"}
        values |= {"status": "voorgedragen", "result": '<"ja" & nee>', "remark": "", "placed": " "}
        entry = {
            "what": "referral.create",
            "kind": "referral",
            "row_id": town.store.new_row("referral"),
            "action": "create",
        }
        town.store.change(entry | {"values": values, "user": USER, "at": ""})
    for number in range(13):
        values = {
            "parent": people[3], "at": f"202011{number % 9 + 10}", "channel": "", "author": "AWE0421", "visibility": "team",
            "subject": f"verslag {number}", "text": f'<b>"{number}"</b> & \x81\x9d\xa0 einde  ',
        }  # fmt: skip
        entry = {"what": "note.create", "kind": "note", "row_id": town.store.new_row("note"), "action": "create"}
        town.store.change(entry | {"values": values, "user": USER, "at": ""})
    spoilt: Sequence[tuple[str, dict[str, str]]] = (
        (
            people[5],
            {"phone": "<&>\"'", "mobile": "\x8f\xa0", "email": "", "post_postcode": "9401 AB", "post_city": " Assen"},
        ),
        (people[8], {"surname": "Çelik & Zn ", "prefix": "in 't", "desired_occupation": ""}),
        (
            sorted(town.store.tables["vacancy"])[4],
            {"text": "regel 1\r\nregel 2 <eind>", "requirements": '"VCA"', "closes": ""},
        ),
        (sorted(town.store.tables["employer"])[2], {"contact": "", "name": "'t Hof & “Zn”", "city": "  "}),
    )
    for row, values in spoilt:
        kind = town.store.kind_of[row]
        change = {"what": f"{kind}.update", "kind": kind, "row_id": row, "action": "update", "values": values}
        town.store.change(change | {"user": USER, "at": ""})


async def fill(url: str, settings: Settings, records: Sequence[Copied]) -> None:
    """Keep the records in newcore as the worker does: over its API, with a statement of the worker's function."""
    sign, free = signer(settings), asyncio.Semaphore(3)
    stated = Statement(UUID(int=1), "worker", ProxyRole.MIG, "", "sync.apply", frozenset())
    async with httpx.AsyncClient(base_url=f"{url}/v1", trust_env=False, timeout=30) as http:

        async def keep(each: Copied) -> None:
            async with free:
                body = {camel(name): text for name, text in each.texts.items()} | {"version": 1}
                for _ in range(TRIES):  # newcore's patience with a busy machine is two seconds
                    bearer = {"Authorization": f"Bearer {sign(stated)}"}
                    told = await http.put(f"/{each.collection}/{each.id}", json=body, headers=bearer)
                    if told.status_code != 503:
                        break
                assert (told.status_code, told.json()) == (200, {"result": "applied"}), (each, told.text)

        await asyncio.gather(*(keep(each) for each in records))


@pytest.mark.parametrize("function", sorted(TABLE))
async def test_a_client_cannot_tell_which_core_answered(
    both: Both, dialect: SonarDialect, views: ViewMap, function: str
):
    """Every page of every screen is legacy's, byte for byte, but for the clock and the sequence number."""
    draw, counts, differences = Random(f"{function}-{SEED}"), Counter[str](), []
    async with asking(both.settings, views) as newcore:
        while counts.total() - counts["legacy's"] < CLICKS:
            beside = Beside(both.town, dialect, newcore.send, USER)
            for click in sitting(function, both, views, draw):
                two = await beside.click(click)
                if found := differs(two):
                    differences.append(f"{click}: {found}")
                    break
            counts += beside.counts
    if LONG:
        print(f"\n{function}: {counts.total()} clicks, {len(differences)} differences, {dict(sorted(counts.items()))}")
    assert not differences, "\n".join(differences[:3])


async def test_a_municipality_cannot_tell_which_core_told_a_profile(both: Both, dialect: SonarDialect, views: ViewMap):
    """Every answer is legacy's after the gateway's own masking, byte for byte: there is no clock in it."""
    draw, counts, differences = Random(f"profile-{SEED}"), Counter[str](), []
    asks, people = Municipality(both.town, dialect), both.rows["clients"]
    every = [Question(each["bsn"].zfill(9)) for _, each in sorted(people.items())]
    async with asking(both.settings, views) as newcore:
        for question in (*every, *(drawn(people, draw) for _ in range(CLICKS))):
            legacy, made = await asks.both(question, newcore.send)
            counts[f"{min(legacy.body.count(b'<ns:ClientSuwi>'), 2)} persons"] += 1
            if legacy.body != made.body or not {*legacy.fields} & {*made.fields}:
                differences.append(f"{question}:\n{legacy}\n{made}")
    print(f"\nprofiles: {counts.total()} questions, {len(differences)} differences, {dict(counts)}")
    assert not differences, "\n".join(differences[:3])
    assert min(counts.values()) >= 3 <= len(counts)


@asynccontextmanager
async def asking(settings: Settings, views: ViewMap) -> AsyncIterator[NewcoreMimic]:
    """Open the way to newcore, with more patience than a gateway has: how long a page takes is no claim here."""
    pool = Pool(settings.newcore_url, UpstreamSettings(timeout=PATIENCE, connect_timeout=PATIENCE), core="newcore")
    yield NewcoreMimic(pool, views, signer(settings), lambda: PATIENCE)
    await pool.close()


def sitting(function: str, both: Both, views: ViewMap, draw: Random) -> Iterator[Click]:
    """Draw what one client does on the screens of a function, one after another."""
    rows = both.rows[COLLECTIONS.get(function, "clients")]
    for name, entry in draw.sample(sorted(TABLE[function].items()), len(TABLE[function])):
        if isinstance(entry, Records):
            yield from of_records(Clicks(views.views[name], rows, draw), both, views)
            continue
        vacancies = [each["vacancy_id"] for each in both.rows["vacancies"].values()]
        needed = (("vacancy_id", (*vacancies, *both.rows["vacancies"], "9999999", "", "2*")),) if entry.within else ()
        unsorted = frozenset({entry.within}) if entry.within else frozenset[str]()
        yield from of_list(Clicks(views.views[name], rows, draw, needed, not entry.renewed, unsorted), entry)


def of_list(clicks: Clicks, lists: Lists) -> Iterator[Click]:
    """Open or search, then whatever can be done with a list; a work list is not searched."""
    yield clicks.opened() if lists.renewed or clicks.draw.random() < 0.3 else clicks.searched()
    for _ in range(SITTING):
        click = clicks.of_list()
        if lists.renewed and "search" in click.form:
            continue
        yield click
        if (
            click.form in {"search", "turn", "sort"}
            and not click.legacy
            and not lists.within
            and clicks.draw.random() < 0.1
        ):
            yield clicks.back()


def of_records(clicks: Clicks, both: Both, views: ViewMap) -> Iterator[Click]:
    """Open records in every way; one that is not there ends it, as legacy then stands where the page does not tell."""
    name, person = clicks.view.name, any(each.of == "client" for each in clicks.view.applets)
    ways, ids = [(views.views[view], place) for view, place in WAYS.get(name, ())], sorted(clicks.rows)
    yield clicks.record(clicks.draw.choice(ids), ways)
    for _ in range(SITTING):
        lot = clicks.draw.random()
        if person and lot < 0.25:
            yield clicks.draw.choice((clicks.tab, clicks.again))()
        elif name == "SNR Werkgever View" and lot < 0.2:
            yield clicks.record(
                clicks.draw.choice(sorted(both.rows["vacancies"])),
                [(views.views["SNR Vacature Zoek View"], "s_11_1_4")],
            )
        else:
            click = clicks.record(clicks.draw.choice(ids), ways)
            yield click
            if person and lot > 0.9 and "rpc" not in click.form:
                yield clicks.back()
    yield clicks.record(f"{ids[0][:3]}ZZ9", ways)
