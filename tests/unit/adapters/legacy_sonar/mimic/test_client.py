import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from adapters.legacy_sonar.mimic.client import NewcoreMimic
from proxy.errors import UpstreamError
from proxy.listener.upstream import Pool, UpstreamSettings
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.person import Category
from proxy.model.principal import Listing, Role, Session
from proxy.model.statement import Statement
from tests.doubles.profiles import profile_of

ASKED = Statement(UUID(int=1), "AWE0421", Role.AW, "UWV", "vacancy.search", frozenset({Category.VA, Category.EM}))
SEARCH = Call(
    Format.HTML,
    (Link("vacancy.search", "SNR Vacature Zoek View", "SNR Vacature List Applet", "InvokeMethod", "ExecuteQuery"),),
    "vacancy.search",
    Kind.SEARCH,
    first_page=True,
    sequence=4,
    aliases=(("title", "Kok*"), ("srn", "kq3v")),
)


def signed(stated: Statement) -> str:
    """What stands for a signature here: who asks."""
    return f"statement-of-{stated.user}"


def session() -> Session:
    """A session that has opened no list."""
    now = datetime(2020, 11, 24, 9, tzinfo=UTC)
    return Session(b"k", 1, "AWE0421", now, now)


class Origin:
    """A socket that says one thing to whoever asks, after a while."""

    def __init__(self, answer: bytes, wait: float = 0.0) -> None:
        self._answer, self._wait = answer, wait
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.heads: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.heads.append(connection.recv(65536))
            time.sleep(self._wait)
            connection.sendall(self._answer)
            connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._listening.close()


class Closing(Origin):
    """Answers the first request of a connection, and closes it when the second one comes."""

    cut = 0

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            connection.recv(65536)
            connection.sendall(self._answer)
            self.cut += bool(connection.recv(65536))
            connection.close()


def told(body: bytes, status: bytes = b"200 OK") -> bytes:
    """An answer as bytes."""
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


@asynccontextmanager
async def asking(url: str, views, limit: float = 2.0) -> AsyncIterator[NewcoreMimic]:
    """A mimic on a pool of its own."""
    pool = Pool(url, UpstreamSettings(timeout=limit), core="newcore")
    yield NewcoreMimic(pool, views, signed, lambda: limit)
    await pool.close()


async def fault_of(views, url: str, call: Call = SEARCH, limit: float = 2.0) -> UpstreamError:
    """Ask a newcore at an address; gives the fault that comes of it."""
    async with asking(url, views, limit) as mimic:
        with pytest.raises(UpstreamError) as raised:
            await mimic.send(call, session(), ASKED)
    return raised.value


async def test_a_connection_that_was_closed_in_the_moment_of_reuse_costs_no_page(views):
    """A read may be asked once more: a page in the middle of a list has no other core to fall back to."""
    origin = Closing(told(b'{"total":0,"vacancies":[]}'))
    async with asking(origin.url, views) as mimic:
        for _ in range(3):
            page, _ = await mimic.send(SEARCH, session(), ASKED)
            assert page.status == 200
    origin.close()
    assert origin.cut == 2


async def test_the_answer_of_newcore_becomes_a_page_and_a_listing(views):
    """Filters go up in the names of the API, signed; the page shows the record; the list remembers its query."""
    item = b'{"id":"1-V1","version":3,"vacancyId":"2000001","title":"Kok \\u20ac  ","employerName":"Zorg & Co"}'
    origin = Origin(told(b'{"total":1,"vacancies":[%b]}' % item))
    async with asking(origin.url, views) as mimic:
        page, listing = await mimic.send(SEARCH, session(), ASKED)
    origin.close()
    assert origin.heads[0].startswith(b"GET /v1/vacancies?title=Kok%2A&limit=10&offset=0 HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer statement-of-AWE0421\r\n" in origin.heads[0]
    assert b"Kok \x80  </td>" in page.body
    assert b"Zorg &amp; Co" in page.body
    assert isinstance(listing, Listing)
    assert (listing.core, listing.rows) == ("newcore", ("1-V1",))


async def test_a_question_of_a_service_is_answered_without_a_session(views):
    """The BSN stands in the body alone; the answer opens no list."""
    origin = Origin(told(b'{"total":0,"clients":[]}'))
    call = profile_of("999990019")
    async with asking(origin.url, views) as mimic:
        answer, listing = await mimic.send(call, None, replace(ASKED, categories=frozenset(Category)))
    origin.close()
    head, _, body = origin.heads[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/clients/_search HTTP/1.1\r\n")
    assert b"999990019" not in head
    assert b"999990019" in body
    assert listing is None
    assert b"<ns:NietsGevonden/>" in answer.body


async def test_what_is_asked_about_persons_stands_in_no_address(views):
    """A search for persons is posted: addresses are what servers write in their logs."""
    origin = Origin(told(b'{"total":0,"clients":[]}'))
    link = Link("client.search", "SNR Klant Zoek View", "SNR Klant List Applet", "InvokeMethod", "ExecuteQuery")
    aliases = (("bsn", "099990000"), ("surname", "Jansen"), ("srn", "kq3v"))
    call = replace(SEARCH, links=(link,), function="client.search", aliases=aliases)
    async with asking(origin.url, views) as mimic:
        await mimic.send(call, session(), ASKED)
    origin.close()
    head, _, body = origin.heads[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/clients/_search HTTP/1.1\r\n")
    assert body == b'{"filters":{"bsn":"99990000","surname":"Jansen"},"limit":10,"offset":0}'


async def test_the_questions_of_one_page_are_asked_together_and_each_is_signed(views):
    """A head and its child rows: newcore judges every question by a statement of its own."""
    origin = Origin(told(b"{}", b"404 Not Found"))
    call = replace(
        SEARCH, links=(Link("client.note.view", "SNR Contacthistorie View", command="GotoView", row_id="1-71000"),),
        function="client.note.view", aliases=(("srn", "kq3v"),),
    )  # fmt: skip
    stated = replace(ASKED, function="client.note.view", categories=frozenset({Category.ID, Category.CN}))
    async with asking(origin.url, views) as mimic:
        page, listing = await mimic.send(call, session(), stated)
    origin.close()
    assert b"Record niet gevonden (SNR-0004)" in page.body
    assert listing is None
    assert {each.partition(b" HTTP")[0] for each in origin.heads} == {
        b"GET /v1/clients/1-71000", b"GET /v1/clients/1-71000/contact-notes?limit=10&offset=0",
    }  # fmt: skip
    assert all(b"Bearer statement-of-AWE0421" in each for each in origin.heads)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (told(b"<html>"), "garbage"),
        (told(b"[]"), "garbage"),
        (told(b"{}"), "garbage"),
        (told(b'{"total":"1","vacancies":[]}'), "garbage"),
        (told(b'{"total":1,"vacancies":[{"title":"x"}]}'), "garbage"),
        (told(b'{"total":0,"vacancies":[{"id":"1-V1"}]}'), "garbage"),
        (told(b'{"total":1,"vacancies":[{"id":"1-V1","title":"\\u0141"}]}'), "unspeakable"),
        (told(b"{}", b"404 Not Found"), "garbage"),
        (told(b"{}", b"503 Service Unavailable"), "status-503"),
        (told(b"{}", b"403 Forbidden"), "status-403"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "cut"),
        (b"", "cut"),
    ],
)
async def test_anything_but_a_page_of_vacancies_is_a_fault(views, answer, fault):
    """Cut, empty, of another shape, another status: the line can let legacy answer."""
    origin = Origin(answer)
    found = await fault_of(views, origin.url)
    origin.close()
    assert (found.fault, found.core) == (fault, "newcore")


async def test_a_newcore_that_is_down_or_slow_is_a_fault_in_time(views):
    """Nothing listens: before sending. Hanging: at the limit, not later."""
    down = await fault_of(views, "http://127.0.0.1:1")
    assert (down.fault, down.sent) == ("unreachable", False)
    origin = Origin(told(b"{}"), wait=1.0)
    slow = await fault_of(views, origin.url, limit=0.2)
    origin.close()
    assert slow.fault == "timeout"


async def test_what_only_legacy_can_answer_is_never_asked(views):
    """An expression is untranslatable, and nothing is sent."""
    call = replace(SEARCH, aliases=(("title", "a OR b"), ("srn", "x")))
    found = await fault_of(views, "http://127.0.0.1:1", call)
    assert (found.fault, found.sent) == ("untranslatable", False)
