"""Filtered: of whoever may not be seen, no value stands in any byte of any answer, whoever asks and in whatever way."""

import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import Reply, Visitor
from tests.doubles import actions
from tests.doubles.control import Control
from tests.doubles.needles import Needles, needles, readings
from tests.doubles.people import RELATIONS, Account, accounts, contact_hidden, forbidden, must_show, relation
from tests.scenarios.conftest import System

LONG = bool(os.environ.get("POORT_TEST_LONG"))
CLIENTS = 400
EACH = 4 if LONG else 1
"""Persons of each relation and protection class that every user tries."""
PAGES = ("overview", "cv", "soap", "export", "candidates")
_TELLING = re.compile(rb"1-7[0-9A-Z]{4}|\b\d{8,9}\b|klant\d{7}@")


@dataclass(frozen=True, slots=True)
class Town:
    """The running system, everybody who lives there, and by which tokens they are recognised."""

    system: System
    people: list[Record]
    named: dict[str, Needles]
    vacancy: str

    def known(self, reply: Reply) -> dict[str, Record]:
        """Give whoever is recognised in the bytes of an answer."""
        found = set(_TELLING.findall(b"\x00".join(readings(reply))))
        return {p["row_id"]: p for p in self.people if found & tokens(p)}


def tokens(person: Record) -> set[bytes]:
    """Give what recognises a person: row id, BSN with and without its zero, the number in the address."""
    bsn = person["bsn"]
    return {each.encode() for each in (person["row_id"], bsn, bsn.lstrip("0"), f"klant{person['number']}@")}


@pytest.fixture(scope="module")
def town(system: System) -> Iterator[Town]:
    """The town as seeded, with what other tests changed since."""
    Control(system.control).calm()
    store = Store(CLIENTS, 1)
    people = list(store.tables["client"].values())
    twice = Counter(person["bsn"] for person in people)
    alone = [person for person in people if twice[person["bsn"]] == 1]
    return Town(system, alone, needles(people), system.said["vacancy"]["vacancy_id"])


def tried(town: Town, account: Account) -> list[Record]:
    """Give persons of every relation and class for one user, as many of each as are tried."""
    found: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for person in town.people:
        found[relation(account, person), person["klass"]].append(person)
    assert {near for near, _ in found} <= set(RELATIONS)
    chosen = [person for people in found.values() for person in people[:EACH]]
    return chosen if LONG or any(account.may(name) for name in PAGES) else chosen[:2]


def acts(town: Town, account: Account) -> dict[str, actions.Act]:
    """Give everything that a user tries; machines speak SOAP only."""
    if account.kind == "machine":
        return {"soap": actions.READS["soap"]}
    reads = {name: act for name, act in actions.READS.items() if name != "soap"}
    return {**reads, "candidates": actions.candidates(town.vacancy), **actions.WRITES}


SECOND = {
    "AWE0815",
    "AWE0999",
    "ADE0318",
    "WSP0106",
    "MAT0122",
    "KMG0222",
    "KMG0363",
    "SWB0200",
    "KCC0002",
    "TLE0106",
    "FBE1002",
    "GEM0200",
}
USERS = sorted(set(accounts()) - (set() if LONG else SECOND))


@pytest.mark.parametrize("user", USERS)
async def test_nothing_of_a_forbidden_person_is_shown(town: Town, user: str) -> None:
    """For every relation, class and function: no value of a person who is out of reach, and no other such person either."""
    account = accounts()[user]
    browser = Visitor(town.system.said["gateway"], user, account.password)
    if account.kind != "machine":
        assert (await browser.login()).status == 302
    leaks, dark, count, began = list[str](), list[str](), 0, time.perf_counter()
    for person in tried(town, account):
        for name, act in acts(town, account).items():
            if name in actions.WRITES and not forbidden(account, person, name):
                continue
            reply = await act(browser, person)
            count += 1
            leaks += leaked(town, account, (person, name), reply)
            if must_show(account, person, name) and not town.named[person["row_id"]].found(reply):
                dark.append(f"{name} {relation(account, person)} {reply.status} {reply.text[-300:]!r}")
    await browser.close()
    print(f"filtered {user}: {count} exchanges in {time.perf_counter() - began:.1f} s")
    assert not leaks, f"{len(leaks)} leaks in {count}:\n" + "\n".join(leaks[:10])
    assert not dark, f"{len(dark)} pages kept back that may be seen:\n" + "\n".join(dark[:10])


def leaked(town: Town, account: Account, asked: tuple[Record, str], reply: Reply) -> list[str]:
    """Say what an answer tells of whoever it may not tell anything of."""
    person, name = asked
    where = f"{account.user} {name} {relation(account, person)}/{person['klass']} {reply.status}"
    found = []
    if forbidden(account, person, name):
        told = town.named[person["row_id"]].found(reply)
        found += [f"{where}: {sorted(told)}"] if told else []
    known = town.known(reply).values()
    others = [p for p in known if p is not person and forbidden(account, p, name)]
    found += [f"{where}: also {p['row_id']} {relation(account, p)}/{p['klass']}" for p in others]
    for each in known:
        contact = contact_hidden(account, each) & town.named[each["row_id"]].found(reply)
        found += [f"{where}: contact of {each['row_id']}: {sorted(contact)}"] if contact else []
    return found


@pytest.mark.parametrize("relation_", ["out_of_region", "staff"])
@pytest.mark.parametrize("name", ["search_bsn", "overview", "overview_rpc", "identity", "notes", "cv", "services"])
async def test_the_contracts_person_is_nowhere_in_the_answer(town: Town, relation_: str, name: str) -> None:
    """None of the values that the demo's JSON gives of a person out of reach, by the first adviser."""
    said, account = town.system.said["clients"][relation_], accounts()["AWE0421"]
    person = next(p for p in town.people if p["row_id"] == said["row_id"])
    browser = Visitor(town.system.said["gateway"], account.user, account.password)
    await browser.login()
    reply = await actions.READS[name](browser, person)
    await browser.close()
    hay = b"\x00".join(readings(reply)).decode("cp1252", "replace")
    keys = ("row_id", "bsn", "name", "birth_date", "phone", "email", "note")
    assert [key for key in keys if said[key] in hay] == []


@pytest.mark.parametrize(
    ("key", "names"),
    [("in_region", ("notes", "workcapacity", "benefit")), ("secret_address", ("contact", "notes"))],
)
async def test_a_page_of_which_nothing_may_be_seen_is_refused(town: Town, key: str, names: tuple[str, ...]) -> None:
    """Of a person of the own region: no notes, work capacity or benefit; with a secret address: no contact details."""
    account, said = accounts()["AWE0421"], town.system.said["clients"][key]
    person = next(p for p in town.people if p["row_id"] == said["row_id"])
    browser = Visitor(town.system.said["gateway"], account.user, account.password)
    await browser.login()
    for name in names:
        reply = await actions.READS[name](browser, person)
        assert "Referentienummer" in reply.text, name
        hay = b"\x00".join(readings(reply)).decode("cp1252", "replace")
        assert [v for v in ("note", "phone", "email", "bsn") if said[v] in hay] == [], name
    await browser.close()


async def test_a_page_of_which_a_part_may_be_seen_is_shown_without_the_rest(town: Town) -> None:
    """With a secret address: the person, and in the place of the address nothing."""
    account, said = accounts()["AWE0421"], town.system.said["clients"]["secret_address"]
    person = next(p for p in town.people if p["row_id"] == said["row_id"])
    browser = Visitor(town.system.said["gateway"], account.user, account.password)
    await browser.login()
    for name in ("overview", "identity", "search_bsn"):
        reply = await actions.READS[name](browser, person)
        assert said["name"] in reply.text, name
        hay = b"\x00".join(readings(reply)).decode("cp1252", "replace")
        hidden = {said["phone"], said["email"], *contact_hidden(account, person)}
        assert [each for each in hidden if each in hay] == [], name
    await browser.close()


async def test_customer_contact_sees_whoever_it_identified_and_nobody_else(town: Town) -> None:
    """BSN and birth date open one person in this session; neither BSN alone nor another session does."""
    account = accounts()["KCC0001"]
    person, other = [p for p in town.people if p["klass"] == "ordinary" and p["birth_date"][6:] != "00"][:2]
    browser = Visitor(town.system.said["gateway"], account.user, account.password)
    await browser.login()
    own = town.named[person["row_id"]]
    assert not own.found(await actions.READS["national"](browser, person))
    assert own.found(await actions.verify(browser, person))
    for name in ("overview", "notes", "cv"):
        assert not town.named[other["row_id"]].found(await actions.READS[name](browser, other))
    assert not own.found(await actions.READS["notes"](browser, person))
    await browser.login()
    assert not own.found(await actions.READS["overview"](browser, person))
    await browser.close()


async def test_a_national_mediator_sees_candidates_of_a_vacancy_only(town: Town) -> None:
    """With a vacancy the matching set of all regions; never by name or BSN alone, never a colleague's dossier."""
    account = accounts()["LBE0001"]
    browser = Visitor(town.system.said["gateway"], account.user, account.password)
    await browser.login()
    legacy = Visitor(town.system.said["legacy"], account.user, account.password)
    await legacy.login()
    elsewhere = [p for p in town.people if p["klass"] == "ordinary" and p["region"] not in {"", "AM01"}]
    matching = [
        p for p in elsewhere if town.named[p["row_id"]].found(await actions.candidates(town.vacancy)(legacy, p))
    ]
    await legacy.close()
    ordinary = matching[0]
    staff = next(p for p in town.people if p["klass"] == "staff")
    search = actions.candidates(town.vacancy)
    assert town.named[ordinary["row_id"]].found(await search(browser, ordinary))
    assert not town.named[staff["row_id"]].found(await search(browser, staff))
    assert not town.named[ordinary["row_id"]].found(await actions.READS["search_bsn"](browser, ordinary))
    await browser.close()


@pytest.mark.parametrize("user", ["AWE0421", "KMG0106", "IDV0622", "ADE0301"])
@pytest.mark.parametrize("kind", ["outside", "staff"])
async def test_a_search_is_no_oracle_of_existence(town: Town, user: str, kind: str) -> None:
    """Out of reach and not there at all: the same bytes but for what was typed and the sequence numbers."""
    account = accounts()[user]
    fitting = [p for p in town.people if forbidden(account, p, "search_bsn") and p["bsn"][0] != "0"]
    person = next(p for p in fitting if (p["klass"] == "staff") == (kind == "staff"))
    nobody = "123456782"
    browser = Visitor(town.system.said["gateway"], user, account.password)
    browser.stamp = lambda: 1
    await browser.login()
    browser.swec = 100  # numbers of one length
    answers = [await browser.search_bsn(bsn) for bsn in (person["bsn"], nobody, person["bsn"], nobody)]
    bodies = [plain(reply, bsn) for reply, bsn in zip(answers, (person["bsn"], nobody) * 2, strict=True)]
    heads = [[pair for pair in reply.headers if pair[0].lower() != "date"] for reply in answers]
    await browser.close()
    assert bodies[0] == bodies[1] == bodies[2] == bodies[3]
    assert heads[0] == heads[1] == heads[2] == heads[3], "the length tells too"


@pytest.mark.parametrize("name", ["overview", "overview_rpc", "identity", "cv"])
async def test_a_row_id_is_no_oracle_of_existence(town: Town, name: str) -> None:
    """A row id out of reach and one that does not exist are refused alike, but for the reference number."""
    account = accounts()["AWE0421"]
    person = next(p for p in town.people if relation(account, p) == "outside")
    browser = Visitor(town.system.said["gateway"], account.user, account.password)
    await browser.login()
    act = actions.READS[name]
    found = [plain(await act(browser, each), "") for each in (person, {**person, "row_id": "1-7ZZZZ"})]
    await browser.close()
    assert found[0] == found[1]


def plain(reply: Reply, typed: str) -> bytes:
    """Take out what was typed, sequence numbers, the clock and the reference."""
    body = reply.body.replace(typed.encode(), b"") if typed else reply.body
    for pattern in (
        rb"SWEC=\d+",
        rb'name="SWEC" value="\d+"',
        rb"\d\d-\d\d-\d{4} \d\d:\d\d:\d\d",
        rb"SP(-[0-9A-Z]{4}){3}",
    ):
        body = re.sub(pattern, b"", body)
    return body
