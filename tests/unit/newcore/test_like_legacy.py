"""The same records asked of the stand-in of the legacy and of newcore: the same rows in the same order.

Where the stand-in is not installed there is nothing to compare with; newcore itself never imports it.
"""

from pathlib import Path
from random import Random

import httpx
import pytest
import pytest_asyncio
import yaml

pytest.importorskip(
    "adapters.legacy_sonar.standin.store", reason="newcore alone: no legacy to compare with", exc_type=ImportError
)

from adapters.legacy_sonar.standin import query, search
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.text import shown
from adapters.legacy_sonar.standin.views import BY_NAME
from newcore.app import OF_A_CLIENT
from newcore.clients.model import CLIENT
from newcore.problem import camel
from newcore.register.commands import Apply
from newcore.register.store import Register
from newcore.vacancies.model import VACANCY
from tests.unit.newcore.stated import stated

PERSONS, QUESTIONS = 150, 160
FOUND, MATCHED = BY_NAME["SNR Klant Zoek View"].main, BY_NAME["SNR Match Kandidaat View"].main
MAP = Path(__file__).resolve().parents[3] / "adapters/legacy_sonar/views.yaml"


def names(kind):
    """Field of newcore -> field and form of the stand-in, by the numbers that both maps share."""
    found = {}
    for view, described in yaml.safe_load(MAP.read_text(encoding="utf-8"))["views"].items():
        own = {applet.number: applet for applet in BY_NAME[view].applets}
        for applet in described["applets"]:
            if own[applet["number"]].component == kind:
                controls = {each.number: each for each in own[applet["number"]].controls}
                found |= {each["field"]: controls[each["id"]] for each in applet["controls"]}
    return found


CONTROLS, OF_A_VACANCY = names("client"), names("vacancy")


def texts(kind, record, controls):
    """A record as its screens show it."""
    own = {"mod_num": record["modnum"], "occupation_code": record.get("occupation_code", "")}
    return {
        name: own.get(
            name, shown(record.get(controls[name].field, ""), controls[name].form) if name in controls else ""
        )
        for name in kind.names
    }


@pytest.fixture(scope="module")
def legacy():
    """The records of the stand-in."""
    return Store(PERSONS, 3)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def newcore(legacy, shared_engine, shared_application, emptied):
    """A client on a newcore that has the same records, put in in another order."""
    emptied()
    people, jobs = Register(shared_engine, CLIENT, OF_A_CLIENT), Register(shared_engine, VACANCY)
    rows = list(legacy.tables["client"])
    Random(1).shuffle(rows)
    for row in rows:
        await people.apply(Apply(row, 1, texts(CLIENT, legacy.tables["client"][row], CONTROLS)))
    for row, record in list(legacy.tables["vacancy"].items())[:40]:
        await jobs.apply(Apply(row, 1, texts(VACANCY, record, OF_A_VACANCY)))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(shared_application), base_url="http://newcore"
    ) as asking:
        yield asking


async def ask(newcore, path, function, **body):
    """All rows that newcore finds."""
    answer = await newcore.post(f"/v1/{path}", json={"limit": 200, **body}, headers=stated(function))
    assert answer.status_code == 200, answer.text
    rows = [each["id"] for each in answer.json()["clients"]]
    assert answer.json()["total"] == len(rows)
    return rows


def questions(store, applet, number, seed):
    """Plain texts in one or two fields of a list, made of what is in the records: whole, cut off, in capitals, masked."""
    draw = Random(seed)
    controls = [each for each in applet.controls if each.field != "vacancy_id"]
    people = list(store.tables["client"].values())
    while number:
        record, asked = draw.choice(people), {}
        for control in draw.sample(controls, draw.choice((1, 1, 1, 2))):
            value = shown(record.get(control.field, ""), control.form)
            if not query.plain(value) or " ".join(value.split(" ")).split() != value.strip().split(" "):
                continue
            cut = draw.randint(0, len(value.strip()))
            begun, ended = value.strip()[:cut], value.strip()[cut:]
            asked[control] = draw.choice(
                (
                    value,
                    value,
                    value.upper(),
                    f" {value} ",
                    f"{begun}*",
                    f"*{ended}",
                    f"{begun}*{ended}",
                    f"{begun}?{ended[1:]}",
                    "0" + value,
                )
            )
        if asked and all(text.strip() and " " not in text.strip("* ") for text in asked.values()):
            number -= 1
            yield asked


def of(controls, asked):
    """The question in the names of newcore."""
    known = {(each.field, each.form): name for name, each in controls.items() if name in CLIENT.filters}
    return {camel(known[control.field, control.form]): text for control, text in asked.items()}


async def test_a_question_finds_the_same_rows_in_the_same_order(newcore, legacy):
    """Whole values, `*` and `?`, capitals, blanks, zeros in front; one field or two."""
    rows = 0
    for asked in questions(legacy, FOUND, QUESTIONS, 5):
        expected = search.found(legacy, FOUND, {control.number: text for control, text in asked.items()})
        assert await ask(newcore, "clients/_search", "client.search", filters=of(CONTROLS, asked)) == expected, asked
        rows += len(expected)
    assert rows > QUESTIONS


async def test_every_column_sorts_alike_both_ways(newcore, legacy):
    """Dates with unknown days, numbers, names with accents, empty ones; the row id as the tie."""
    everybody = legacy.ordered("client")
    assert await ask(newcore, "clients/_search", "client.search") == everybody
    for applet in (FOUND, MATCHED):
        for control in applet.controls:
            if control.field == "vacancy_id":
                continue
            (name,) = of(CONTROLS, {control: ""})
            for sign in ("", "-"):
                expected = search.ordered_by(legacy, everybody, control, bool(sign))
                assert await ask(newcore, "clients/_search", "client.search", sort=sign + name) == expected, sign + name


async def test_a_vacancy_has_the_same_candidates(newcore, legacy):
    """With and without a question beside the vacancy; named by its id and by its number."""
    several = 0
    for (row, vacancy), asked in zip(
        list(legacy.tables["vacancy"].items())[:40], questions(legacy, MATCHED, 40, 9), strict=True
    ):
        for name, extra in ((row, {}), (vacancy["vacancy_id"], asked)):
            criteria = {1: name} | {control.number: text for control, text in extra.items()}
            expected = search.candidates(legacy, MATCHED, criteria)
            path = f"vacancies/{name}/candidates/_search"
            assert await ask(newcore, path, "match.candidates.search", filters=of(CONTROLS, extra)) == expected, extra
            several += len(expected) > 1
    assert several > 20


def test_every_field_is_on_a_screen():
    """But for what is no text of a screen: the number of changes, and the code behind the occupation."""
    assert set(CLIENT.names) - set(CONTROLS) == {"mod_num", "occupation_code"}
    assert set(VACANCY.names) - set(OF_A_VACANCY) <= {"mod_num"}
