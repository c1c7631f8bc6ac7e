"""Transparent: what somebody may see comes through as if nobody stood between - status, head, every byte of the body."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest

from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import PATH, Reply, Visitor
from tests.doubles import actions
from tests.doubles.control import Control
from tests.doubles.needles import needles
from tests.doubles.people import Account, accounts, must_show, relation
from tests.doubles.twin import Pair, Twin, twin
from tests.scenarios.conftest import System

LONG = bool(os.environ.get("POORT_TEST_LONG"))
EXCHANGES = 2400 if LONG else 280
CLIENTS = 400
USERS = ("AWE0421", "AWE0733", "IDV0211", "KMG0106", "WSP0101", "EXP0101", "KCC0001", "GEM0106")
TRANSPORTS: tuple[dict[str, object], ...] = (
    {}, {"gzip": "always"}, {"chunked": True}, {"gzip": "always", "chunked": True}, {"close": True}, {"gzip": "auto"},
    {"rotate": True}, {"extra_headers": [["X-Oud", "waarde; \xe9\x80"], ["Set-Cookie", "SWEPREF=a, b; path=/"]]},
)  # fmt: skip
STATICS = ("sonar.css", "sonar.js", "logo.gif", "ontbreekt.gif")
type Doing = Callable[[Visitor], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Scene:
    """The gateway with its stand-in, the twin, and who lives there."""

    system: System
    beside: Twin
    store: Store

    def both(self, **modes: object) -> None:
        """Set the same transport at both stand-ins."""
        for control in (Control(self.system.control), self.beside.control):
            control.ask("/modes", {"reset": True})
            control.modes(**modes)

    def freeze(self, moment: str | None) -> None:
        """Stop the clock of both at one moment."""
        for control in (Control(self.system.control), self.beside.control):
            control.freeze(moment)


@pytest.fixture(scope="module")
def scene(system: System) -> Iterator[Scene]:
    """Both stand-ins with the same people and one moment."""
    changes = system.data_dir / "standin"
    changes.mkdir(exist_ok=True)
    with twin(changes, CLIENTS) as beside:
        made = Scene(system, beside, Store(CLIENTS, 1))
        made.freeze(time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()))
        yield made
        made.both()
        made.freeze(None)


class Generator:
    """Draws permitted exchanges of one user."""

    def __init__(self, account: Account, store: Store, seed: int) -> None:
        self.account, self.store, self.draw = account, store, random.Random(f"{account.user}/{seed}")
        people = list(store.tables["client"].values())
        named = needles(people)
        bsns = Counter(person["bsn"] for person in people)
        self.people = [
            p for p in people
            if p["klass"] == "ordinary" and p["status"] == "active" and bsns[p["bsn"]] == 1 and self._near(p)
            and p["surname"].strip() in named[p["row_id"]].values
        ]  # fmt: skip
        self.vacancies = list(store.tables["vacancy"].values())

    def _near(self, person: Record) -> bool:
        return relation(self.account, person) in {"caseload", "municipality", "region"}

    def next(self) -> tuple[str, Doing]:
        """Draw one exchange with its name."""
        return self.draw.choice(list(self.choices()))

    def choices(self) -> Iterator[tuple[str, Doing]]:
        """List what this user may do to a person drawn now."""
        yield "static", self._static()
        if "GEMSYS" in self.account.roles:
            person = self.draw.choice([p for p in self.people if p["municipality_code"] == self.account.municipality])
            for _ in range(4):
                yield "soap", lambda browser: browser.soap(person["bsn"])
            return
        if "KCC" in self.account.roles:
            yield from self._contact()
            return
        yield from self._about_people()
        if not self.account.roles & {"EXP"}:
            yield from self._about_work()

    def _static(self) -> Doing:
        name = self.draw.choice(STATICS)
        known = [("If-None-Match", '"23-4a7c"')] if self.draw.random() < 0.3 else []
        method = self.draw.choice(["GET", "GET", "HEAD"])
        return lambda browser: browser.exchange(method, f"/sonar_nld/static/{name}", b"", known)

    def _contact(self) -> Iterator[tuple[str, Doing]]:
        fitting = [
            p for p in self.store.tables["client"].values() if p["klass"] == "ordinary" and p["birth_date"][6:] != "00"
        ]
        bsns = Counter(person["bsn"] for person in self.store.tables["client"].values())
        person = self.draw.choice([p for p in fitting if bsns[p["bsn"]] == 1])
        yield "national_search", lambda browser: actions.verify(browser, person)

    def _about_people(self) -> Iterator[tuple[str, Doing]]:
        person = self.draw.choice(self.people)
        for name in ("overview", "overview_rpc", "identity", "cv", "services", "notes", "workcapacity", "benefit"):
            if must_show(self.account, person, name) and (name != "notes" or self._own_notes(person)):
                yield name, lambda browser, act=actions.READS[name]: act(browser, person)
                yield f"{name}_old", lambda browser, view=name: self._old(browser, person, view)
        if (
            (self.account.roles & {"AW", "IDV", "KM"} and relation(self.account, person) != "region")
            or self.account.kind == "UWV"
        ) and self.account.may("search_bsn"):
            yield "search_bsn", lambda browser: browser.search_bsn(person["bsn"])
            yield "search_name", lambda browser: browser.search_name(person["surname"].strip() + "*")
        if self.account.roles & {"AW"} and relation(self.account, person) == "caseload" and self._own_notes(person):
            yield "create_note", lambda browser: browser.create_note(person["row_id"], "±4 uur “€ 5” \x81 Müller")
        if self.account.roles & {"AW"} and relation(self.account, person) == "caseload":
            yield (
                "update_contact",
                lambda browser: browser.update_contact(person["row_id"], "", ("s_5_1_4_0", "Café ’t Hoekje")),
            )
        if "EXP" in self.account.roles:
            form = self.draw.choice(["XLS", "CSV"])
            yield "export", lambda browser: self._export(browser, person, form)

    def _own_notes(self, person: Record) -> bool:
        """Tell whether the own organisation wrote everything in a contact history: those of another are kept back."""
        known = accounts()
        writers = [known.get(note["author"]) for note in self.store.children("note", person["row_id"])]
        own = self.account.kind, self.account.municipality
        return all(each is not None and (each.kind, each.municipality) == own for each in writers)

    async def _export(self, browser: Visitor, person: Record, form: str) -> Reply:
        await browser.search_bsn(person["bsn"])
        return await browser.export(form)

    async def _old(self, browser: Visitor, person: Record, name: str) -> Reply:
        """Open a view as HEAD, by HTTP/1.0, with a raw query or in short forms."""
        view = {
            "overview": "SNR+Klantbeeld+View", "overview_rpc": "SNR%20Klantbeeld%20View", "identity": "SNR+Klant+Persoon+View",
            "cv": "SNR+CV+View", "services": "SNR+Traject+View", "notes": "SNR+Contacthistorie+View",
            "workcapacity": "SNR+Belastbaarheid+View", "benefit": "SNR+Uitkering+View",
        }[name]  # fmt: skip
        form = hash((self.account.user, person["row_id"], name)) % 3
        target = f"{PATH}?SWECmd=GotoView&SWEView={view}&SWERowId={person['row_id']}"
        if form == 0:
            return await browser.exchange("HEAD", target)
        if form == 1:
            return await browser.exchange(
                "GET", f"{PATH}?C=Gv&V={view}&R={person['row_id']}", b"", [("Accept-Encoding", "gzip, deflate")]
            )
        crumbs = "; ".join(f"{key}={value}" for key, value in browser.cookies.items())
        lines = f"Host: {browser.host_header}\r\nConnection: Keep-Alive\r\nCookie: {crumbs}\r\n"
        return await browser.raw(f"GET {target} HTTP/1.0\r\n{lines}\r\n".encode("latin-1"))

    def _about_work(self) -> Iterator[tuple[str, Doing]]:
        region = self.draw.choice(["AM01", "AM06", "AM18", "AM22"])
        yield "vacancies", lambda browser: browser.search_vacancies(("s_11_1_6_0", region))
        yield "vacancies_next", lambda browser: self._paged(browser, region)
        vacancy = self.draw.choice(self.vacancies)
        yield "vacancy", lambda browser: browser.open_client(vacancy["row_id"], "SNR Vacature View")
        if self.account.roles & {"WSP", "AW", "KM"}:
            yield (
                "employers",
                lambda browser: browser.get(("SWECmd", "GotoView"), ("SWEView", "SNR Werkgever Zoek View")),
            )

    async def _paged(self, browser: Visitor, region: str) -> Reply:
        await browser.search_vacancies(("s_11_1_6_0", region))
        return await browser.next_page(actions.VACANCIES, actions.VACANCY_LIST)


async def test_permitted_exchanges_come_through_unchanged(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """Of all dialects, charsets and transports: same status, same head but hop-by-hop, same body where nothing is removed."""
    known, faults, done = accounts(), list[str](), Counter[str]()
    share = EXCHANGES // len(USERS)
    began = time.perf_counter()
    for user in USERS:
        account = known[user]
        pair = Pair.of(scene.beside.url, scene.system.said["gateway"], user, account.password)
        drawn = Generator(account, scene.store, 1)
        for number in range(share):
            if number % 12 == 0:
                modes = TRANSPORTS[number // 12 % len(TRANSPORTS)]
                scene.both(**modes)
                faults += await entered(pair, account, number)
            name, doing = drawn.next()
            replies = await pair.both(doing)
            done[name] += 1
            told = pair.differences(replies)
            faults += [f"{user} {name} {modes}: {each}" for each in told]
        await pair.close()
    with capsys.disabled():
        print(f"\ntransparent: {sum(done.values())} exchanges in {time.perf_counter() - began:.1f} s, {dict(done)}")
    assert not faults, f"{len(faults)} differences:\n" + "\n".join(faults[:20])
    assert sum(done.values()) >= EXCHANGES - len(USERS)


async def entered(pair: Pair, account: Account, number: int) -> list[str]:
    """Log in again in both browsers, every other time with two cookies and an absolute address; says what differs."""
    if "GEMSYS" in account.roles:
        return []
    replies = await pair.both(lambda browser: browser.login())
    assert replies[0].status == 302
    return [f"{account.user} login {number}: {each}" for each in pair.differences(replies)]


async def test_two_cookies_and_an_absolute_address_come_through(scene: Scene) -> None:
    """Two Set-Cookie lines stay two; an address of legacy's own becomes the gateway's."""
    account = accounts()["AWE0421"]
    pair = Pair.of(scene.beside.url, scene.system.said["gateway"], account.user, account.password)
    for control, browser in (
        (Control(scene.system.control), scene.system.said["legacy"]),
        (scene.beside.control, scene.beside.url),
    ):
        control.modes(two_cookies=True, location=browser)
    replies = await pair.both(lambda browser: browser.login())
    scene.both()
    await pair.close()
    assert pair.differences(replies) == []
    assert sum(name.lower() == "set-cookie" for name, _ in replies[1].headers) == 2
    assert replies[1].header("Location").startswith(scene.system.said["gateway"])


async def test_odd_bytes_reach_legacy_as_they_were_sent(scene: Scene) -> None:
    """Neither query nor body is read and written anew on the way."""
    account, control = accounts()["AWE0421"], Control(scene.system.control)
    browser = Visitor(scene.system.said["gateway"], account.user, account.password)
    await browser.login()
    target = f"{PATH}?SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Vacature+Zoek+View&&SWENeedContext"
    body = b"SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Vacature+Zoek%20View&SWEApplet=SNR+Vacature+List+Applet&s_11_1_2_0=%7e+M%fcller+%2a%2A"
    cookies = f"Cookie: _sn={browser.cookies['_sn']}\r\n"
    host = f"Host: {browser.host_header}\r\n"
    control.reset()
    await browser.raw(
        f"GET {target}&s_11_1_2_0=M".encode() + b"\xfcller HTTP/1.1\r\n" + (host + cookies + "\r\n").encode()
    )
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    await browser.raw(
        f"POST {PATH} HTTP/1.1\r\n{host}{cookies}{form}Content-Length: {len(body)}\r\n\r\n".encode() + body
    )
    await browser.close()
    seen = [each.encode("latin-1") for each in control.requests]
    assert any(each.endswith(body) for each in seen)
    assert any(f"GET {target}&s_11_1_2_0=M".encode() + b"\xfcller HTTP/1.1\r\n" in each for each in seen)


async def test_many_browsers_at_once_get_their_own_answers(scene: Scene) -> None:
    """Twelve sessions at the same time: nobody gets a page of another session."""
    known = accounts()
    names = ["AWE0421", "AWE0733", "AWE0815", "AWE0999", "IDV0211", "IDV0622"] * 2
    browsers = [Visitor(scene.system.said["gateway"], name, known[name].password) for name in names]
    await asyncio.gather(*(browser.login() for browser in browsers))

    async def look(browser: Visitor) -> list[str]:
        return [(await browser.worklist()).text for _ in range(8)]

    pages = await asyncio.gather(*(look(browser) for browser in browsers))
    for name, seen in zip(names, pages, strict=True):
        assert all(f'<span id="gebruiker">{name}</span>' in page for page in seen)
    for browser in browsers:
        await browser.close()
