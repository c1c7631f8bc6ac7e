"""Logged: every exchange has exactly one record, every person shown exactly one disclosure; no secret lies anywhere."""

import asyncio
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import PATH, Reply, Visitor
from tests.doubles import actions
from tests.doubles.control import Control
from tests.doubles.needles import readings
from tests.doubles.people import accounts
from tests.doubles.readlog import ReadLog
from tests.scenarios.conftest import System

LONG = bool(os.environ.get("POORT_TEST_LONG"))
EXCHANGES = 1200 if LONG else 160
CLIENTS = 400
REFERENCE = re.compile(r"SP(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
_ROW = re.compile(rb"1-7[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class Books:
    """The running system, its log, and who lives there."""

    system: System
    log: ReadLog
    people: list[Record]

    def browser(self, user: str) -> Visitor:
        """Open a browser at the gateway."""
        return Visitor(self.system.said["gateway"], user, accounts()[user].password)


@pytest.fixture(scope="module")
def books(system: System) -> Iterator[Books]:
    """The log of the running system."""
    Control(system.control).calm()
    return Books(system, ReadLog(system.said["database"]), list(Store(CLIENTS, 1).tables["client"].values()))


def persons_in(books: Books, reply: Reply) -> set[str]:
    """Give the BSNs of whoever an answer shows by row id or BSN: one person may be registered twice."""
    hay = b"\x00".join(readings(reply))
    rows, numbers = set(_ROW.findall(hay)), set(re.findall(rb"\b\d{8,9}\b", hay))
    return {
        p["bsn"] for p in books.people
        if p["row_id"].encode() in rows or {p["bsn"].encode(), p["bsn"].lstrip("0").encode()} & numbers
    }  # fmt: skip


async def test_every_exchange_has_one_record_and_every_person_shown_one_disclosure(books: Books) -> None:
    """One after the other, of every kind: the records come in the order of the exchanges and name as many persons."""
    draw = random.Random("logged")
    ordinary = [p for p in books.people if p["klass"] == "ordinary"]
    faults, mark, sent = list[str](), books.log.newest(), list[tuple[str, Reply]]()
    for user in ("AWE0421", "IDV0211", "KMG0106", "KCC0001", "WSP0101", "TLE0101"):
        browser = books.browser(user)
        sent.append(("login", await browser.login()))
        for _ in range(EXCHANGES // 6):
            name = draw.choice(["worklist", "overview", "overview_rpc", "cv", "notes", "identity", "referrals"])
            sent.append((name, await actions.READS[name](browser, draw.choice(ordinary))))
            if draw.random() < 0.2:
                await browser.exchange("GET", "/sonar_nld/static/sonar.css")
        sent.append(("logoff", await browser.logoff()))
        await browser.close()
    records = books.log.since(mark)
    assert len(records) == len(sent)
    for record, (name, reply) in zip(records, sent, strict=True):
        shown, told = persons_in(books, reply), len(record["disclosure"])
        if len(shown) != told or len({d["person"] for d in record["disclosure"]}) != told:
            faults.append(f"{record['account']} {name} {reply.status}: {len(shown)} shown, {told} disclosures")
        refused = "Referentienummer" in reply.text or "SWERPCError" in reply.text
        if (record["decision"] == "allow") == refused:
            faults.append(
                f"{record['account']} {name} {reply.status}: decision {record['decision']} {record['reason']}"
            )
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults[:20])
    assert books.log.await_completions(mark, len(sent)) == len(sent)
    print(f"logged: {len(sent)} exchanges, {sum(len(r['disclosure']) for r in records)} disclosures, "
          f"{sum(len(r['withheld']) for r in records)} withheld, {Counter(r['reason'] for r in records)}")  # fmt: skip


async def test_exchanges_at_the_same_time_have_one_record_each(books: Books) -> None:
    """Eight sessions at once: as many records and completions as answers, in chains without gaps."""
    mark = books.log.newest()
    browsers = [books.browser(user) for user in ("AWE0421", "AWE0733", "IDV0211", "KMG0106") * 2]

    async def work(browser: Visitor) -> int:
        await browser.login()
        for _ in range(10):
            await browser.worklist()
        await browser.close()
        return 11

    sent = sum(await asyncio.gather(*(work(browser) for browser in browsers)))
    assert len(books.log.since(mark)) == sent
    assert books.log.await_completions(mark, sent) == sent


async def test_a_list_records_who_was_kept_back(books: Books) -> None:
    """A search that finds people of everywhere: rows shown are disclosures, rows cut are withheld, nobody is both."""
    browser, mark = books.browser("AWE0421"), books.log.newest()
    await browser.login()
    reply = await browser.search(("s_1_1_5_0", ">=01-01-1950"))
    await browser.close()
    record = books.log.since(mark)[-1]
    shown, back = {d["person"] for d in record["disclosure"]}, {w["person"] for w in record["withheld"]}
    assert len(shown) == len(persons_in(books, reply)) == record["rows"]
    assert back
    assert not shown & back
    assert len(shown) + len(back) == 10
    assert {d["deliberate"] for d in record["disclosure"]} <= {False}


async def test_a_refused_person_is_recorded_as_kept_back(books: Books) -> None:
    """Who asks for somebody out of reach leaves a withheld row with the reason, and no disclosure."""
    browser, mark = books.browser("AWE0421"), books.log.newest()
    await browser.login()
    await browser.open_client(books.system.said["clients"]["out_of_region"]["row_id"])
    await browser.close()
    record = books.log.since(mark)[-1]
    assert (record["decision"], record["reason"], record["core"]) == ("deny", "out-of-reach", None)
    assert [(w["relation"], w["deliberate"]) for w in record["withheld"]] == [("outside", True)]
    assert record["disclosure"] == []


@pytest.mark.parametrize("rpc", [False, True])
async def test_a_reference_number_finds_its_record(books: Books, rpc: bool) -> None:
    """What a user reads out on the telephone is what `poort log show --reference` finds."""
    browser = books.browser("AWE0421")
    await browser.login()
    reply = await browser.drill(books.system.said["clients"]["out_of_region"]["row_id"], rpc=rpc)
    await browser.close()
    found = REFERENCE.search(reply.text)
    assert found, reply.text
    records = books.system.log("--reference", found[0])
    assert len(records) == 1
    assert records[0]["reason"] == "out-of-reach"


async def test_static_files_are_passed_on_and_not_recorded(books: Books) -> None:
    """No session, no person, no record; everything beside the prefix is one."""
    browser, mark = books.browser("AWE0421"), books.log.newest()
    for name in ("sonar.css", "logo.gif", "sonar.js"):
        assert (await browser.exchange("GET", f"/sonar_nld/static/{name}")).status == 200
    assert books.log.since(mark) == []
    await browser.exchange("GET", "/sonar_nld/static/../start.swe")
    await browser.exchange("GET", "/elders")
    await browser.close()
    assert [r["reason"] for r in books.log.since(mark)] == ["unclear", "unclear"]


async def test_a_broken_head_is_recorded(books: Books) -> None:
    """A request that breaks the grammar has a record without function, and its reference finds it."""
    browser, mark = books.browser("AWE0421"), books.log.newest()
    reply = await browser.raw(
        b"GET /sonar_nld/start.swe HTTP/1.1\r\nHost: " + browser.host_header.encode() + b"\r\nX: a\r\n b\r\n\r\n"
    )
    await browser.close()
    record = books.log.since(mark)[-1]
    assert reply.status == 400
    assert (record["reason"], record["function"]) == ("bad-head", None)


async def test_a_mutation_leaves_intent_and_outcome(books: Books) -> None:
    """A note that legacy acknowledged: one journal row, acked; a rejected one: rejected."""
    browser, mark = books.browser("AWE0421"), books.log.newest()
    row = books.system.said["clients"]["caseload"]["row_id"]
    await browser.login()
    await browser.create_note(row, "verslag voor het journaal")
    await browser.create_note(row, "")
    await browser.close()
    states = books.log.rows(
        "SELECT s.state FROM journal j JOIN journal_state s ON s.intent = j.id WHERE j.access > %s ORDER BY j.seq",
        [mark],
    )
    assert [state["state"] for state in states] == ["acked", "rejected"]


async def test_no_secret_lies_in_the_log_or_beside_it(books: Books) -> None:
    """No BSN, password or cookie in any table of the log or in any log file, after all that was asked."""
    browser = books.browser("AWE0421")
    await browser.login()
    token = browser.cookies["_sn"]
    await browser.search_bsn(books.system.said["clients"]["in_region"]["bsn"])
    await browser.exchange("GET", f"{PATH}?SWECmd=GotoView&SWEView=SNR+CV+View&_sn={token}")
    await browser.exchange("GET", f"{PATH}?SWECmd=Xlg&U=AWE0421&Pw=Fout-wachtwoord-9&SWEC=1")
    await browser.close()
    secrets = {p["bsn"] for p in books.people} | {p["bsn"].lstrip("0") for p in books.people}
    words = re.compile(
        "|".join([re.escape(token), "Fout-wachtwoord-9", *(re.escape(a.password) for a in accounts().values())])
    )
    found = [
        f"{table}: {line[:200]}" for table, line in books.log.everything()
        if words.search(line) or secrets & set(re.findall(r"(?<![0-9a-f])\d{8,9}(?![0-9a-f])", line))
    ]  # fmt: skip
    for file in (books.system.data_dir / "logs").glob("*"):
        text = file.read_text("utf-8", "replace")
        if words.search(text) or secrets & set(re.findall(r"(?<![0-9a-f.])\d{9}(?![0-9a-f])", text)):
            found.append(str(file.name))
    assert found == []


def test_the_log_is_whole_at_the_end(books: Books) -> None:
    """`poort log verify` finds every chain unbroken."""
    books.system.poort("log", "verify")
