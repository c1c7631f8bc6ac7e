"""What every Upstream must do, run on the pool against an origin that misbehaves."""

import asyncio

import pytest

from proxy.errors import OperatorError, UpstreamError
from proxy.listener.incoming import AnswerCaps
from proxy.listener.upstream import Pool, UpstreamSettings
from proxy.model.http import Request
from tests.doubles.origin import Origin, always, ok, open_descriptors


def request(method=b"GET", target=b"/x", fields=((b"Host", b"poort"),), body=b""):
    """Make a request as the listener would."""
    return Request(method, target, b"HTTP/1.1", fields, body, "127.0.0.1")


@pytest.fixture(params=[Pool])
async def connect(request):
    """Make upstreams to an origin; they are closed at the end."""
    made = []

    def make(url, **bounds):
        made.append(request.param(url, UpstreamSettings(**bounds)))
        return made[-1]

    yield make
    for upstream in made:
        await upstream.close()


async def fault_of(sending):
    """Give the fault and whether bytes had been sent."""
    with pytest.raises(UpstreamError) as caught:
        await sending
    return caught.value.fault, caught.value.sent


async def test_a_request_goes_up_as_it_came(connect):
    """Raw target, order, case and duplicates stay; hop fields go; version, Host and length are ours."""
    fields = ((b"X-b", b"1"), (b"Host", b"poort"), (b"x-B", b"2"), (b"Connection", b"x-hop"), (b"X-Hop", b"3"))
    async with Origin(always(ok())) as origin:
        await connect(origin.url).send(
            request(b"POST", b"/a/../b?x=%7e+\xfc&&", fields, b"SWE="), session=b"s", repeatable=False
        )
    authority = origin.url.removeprefix("http://").encode()
    assert origin.requests == [
        b"POST /a/../b?x=%7e+\xfc&& HTTP/1.1\r\nX-b: 1\r\nHost: "
        + authority
        + b"\r\nx-B: 2\r\nContent-Length: 4\r\n\r\nSWE="
    ]


async def test_an_answer_comes_down_as_it_was(connect):
    """Status, reason, field order, duplicates and body bytes stay; hop fields and the coding of the hop go."""
    raw = b"HTTP/1.1 203 Tr\xe8s bien\r\nSet-Cookie: a=1!2\r\nSet-Cookie: b=x, y\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with Origin(always(raw + b"3\r\n\x80\x92\x81\r\n0\r\nX-Trailer: 1\r\n\r\n", pieces=1)) as origin:
        answer = await connect(origin.url).send(request(), session=b"s", repeatable=True)
    assert (answer.status, answer.reason, answer.body) == (203, b"Tr\xe8s bien", b"\x80\x92\x81")
    assert answer.fields == ((b"Set-Cookie", b"a=1!2"), (b"Set-Cookie", b"b=x, y"))


async def test_one_session_keeps_its_connection(connect):
    """Requests of one session one after the other share a connection."""
    async with Origin(always(ok())) as origin:
        upstream = connect(origin.url)
        for _ in range(5):
            await upstream.send(request(), session=b"s", repeatable=False)
    assert origin.connections == 1


async def test_another_session_never_gets_it(connect):
    """Sessions do not share connections, also when only idle ones of others are there."""
    async with Origin(always(ok())) as origin:
        upstream = connect(origin.url, max_connections=2)
        for session in (b"a", b"b", b"c", b"a", b"b"):
            await upstream.send(request(target=b"/" + session), session=session, repeatable=False)
    by_connection = {}
    for number, raw in origin.seen:
        by_connection.setdefault(number, set()).add(raw.split(b" ")[1])
    assert all(len(targets) == 1 for targets in by_connection.values())
    assert upstream.open_connections <= 2
    assert origin.most_open <= 3  # the origin sees the end of one after the beginning of its successor


async def test_the_least_recently_used_idle_connection_goes_first(connect):
    """At the bound a new session closes the idle connection that was not used for longest."""
    async with Origin(always(ok())) as origin:
        upstream = connect(origin.url, max_connections=2)
        for session in (b"a", b"b", b"a", b"c", b"a"):
            await upstream.send(request(target=b"/" + session), session=session, repeatable=False)
    assert {number for number, raw in origin.seen if b"/a " in raw} == {1}


async def test_a_late_second_answer_reaches_nobody(connect):
    """An unasked answer that arrives after the first is never taken for the next one, of any session."""

    async def twice(peer, raw):
        await peer.send(ok(raw.split(b" ")[1]))
        await asyncio.sleep(0.0005)
        await peer.send(ok(b"POISON"))

    async with Origin(twice) as origin:
        upstream = connect(origin.url, max_connections=4)
        for number in range(100):
            session = b"%d" % (number % 3)
            answer = await upstream.send(request(target=b"/%d" % number), session=session, repeatable=False)
            assert answer.body == b"/%d" % number
            await asyncio.sleep(0.002)


async def test_an_answer_behind_the_answer_is_garbage(connect):
    """Two answers to one request: neither is believed."""
    async with Origin(always(ok(b"a") + ok(b"b"))) as origin:
        assert await fault_of(connect(origin.url).send(request(), session=b"s", repeatable=True)) == ("garbage", True)


async def test_surplus_bytes_end_the_connection(connect):
    """Bytes behind an answer that are no answer: it stands, and its connection is closed."""
    async with Origin(always(ok(b"a") + b"\r\n")) as origin:
        upstream = connect(origin.url)
        for _ in range(2):
            assert (await upstream.send(request(), session=b"s", repeatable=False)).body == b"a"
    assert origin.connections == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"<html>no head at all</html>",
        b"\0" * 100,
        b"HTTP/1.1 103 Early\r\n\r\n" * 20,
    ],
)
async def test_garbage_is_named_and_its_connection_ends(connect, raw):
    """Whatever breaks the grammar is `garbage`, sent, and never used again."""
    async with Origin(always(raw)) as origin:
        upstream = connect(origin.url)
        assert await fault_of(upstream.send(request(), session=b"s", repeatable=True)) == ("garbage", True)
        await asyncio.sleep(0.02)
        assert upstream.open_connections == 0
        assert len(origin.seen) == 1


async def test_interim_answers_are_skipped(connect):
    """100, 102 and 103 are not the answer."""
    raw = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok(b"final")
    async with Origin(always(raw, pieces=7)) as origin:
        assert (await connect(origin.url).send(request(), session=b"s", repeatable=True)).body == b"final"


async def test_a_body_without_framing_ends_with_the_connection(connect):
    """An old core's answer runs to the end; a reset in the middle is a cut."""

    async def endless(peer, raw):
        await peer.send(b"HTTP/1.0 200 OK\r\n\r\nall of it")
        if b"/cut" in raw:
            await asyncio.sleep(0.05)
            peer.reset()
        else:
            peer.close()

    async with Origin(endless) as origin:
        upstream = connect(origin.url)
        assert (await upstream.send(request(), session=b"s", repeatable=True)).body == b"all of it"
        assert await fault_of(upstream.send(request(target=b"/cut"), session=b"s", repeatable=True)) == ("cut", True)


@pytest.mark.parametrize("method", [b"HEAD", b"GET"])
async def test_head_and_304_have_no_body(connect, method):
    """A length that belongs to no body is not waited for, and the connection stays good."""
    status = b"200 OK" if method == b"HEAD" else b"304 Not Modified"
    async with Origin(always(b"HTTP/1.1 " + status + b"\r\nContent-Length: 500\r\n\r\n")) as origin:
        upstream = connect(origin.url, timeout=2)
        for _ in range(2):
            assert (await upstream.send(request(method), session=b"s", repeatable=True)).body == b""
    assert origin.connections == 1


async def test_a_mutation_on_a_dying_connection_is_sent_once(connect):
    """The core books it and resets before any answer: counted once, and the error says that it may have happened."""

    async def book(peer, raw):
        if raw.startswith(b"GET"):
            await peer.send(ok())
        else:
            peer.reset()

    async with Origin(book) as origin:
        upstream = connect(origin.url)
        await upstream.send(request(), session=b"s", repeatable=True)
        for mutation in (request(b"POST", body=b"note"), request(b"POST", b"/x?SWEMethod=DeleteRecord")):
            await upstream.send(request(), session=b"s", repeatable=True)
            sending = upstream.send(mutation, session=b"s", repeatable=False)
            assert await fault_of(sending) == ("cut", True)
    assert len([raw for raw in origin.requests if raw.startswith(b"POST")]) == 2


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.05])
async def test_an_idle_connection_that_closed_before_a_write_costs_at_most_one_send(connect, delay):
    """Closed 0, 1 or 50 ms before the write: it arrives once, or not at all and the error says so."""

    async def once_each(peer, raw):
        await peer.send(ok())
        if raw.startswith(b"GET"):
            peer.close()

    async with Origin(once_each) as origin:
        upstream = connect(origin.url)
        await upstream.send(request(), session=b"s", repeatable=True)
        await asyncio.sleep(delay)
        try:
            await upstream.send(request(b"POST", body=b"x"), session=b"s", repeatable=False)
            fault, arrived = ("cut", True), 1
        except UpstreamError as error:
            fault = error.fault, error.sent
            arrived = len([raw for raw in origin.requests if raw.startswith(b"POST")])
    assert fault == ("cut", True)
    assert len([raw for raw in origin.requests if raw.startswith(b"POST")]) == arrived <= 1


async def test_a_repeatable_read_is_sent_once_more_on_a_fresh_connection(connect):
    """A read on a reused connection that ends before the first byte goes out again, once."""

    async def second_dies(peer, raw):
        if peer.number == 1 and b"/again" in raw:
            peer.reset()
        else:
            await peer.send(ok(b"%d" % peer.number))

    async with Origin(second_dies) as origin:
        upstream = connect(origin.url)
        await upstream.send(request(), session=b"s", repeatable=True)
        answer = await upstream.send(request(target=b"/again"), session=b"s", repeatable=True)
    assert (answer.body, len(origin.seen)) == (b"2", 3)


@pytest.mark.parametrize("begun", [False, True])
async def test_a_read_is_not_repeated_on_a_fresh_connection_nor_after_a_first_byte(connect, begun):
    """Where the connection was fresh, or an answer had begun, a second send is no repair but a doubling."""

    async def dies(peer, raw):
        if begun and raw.startswith(b"GET /first"):
            await peer.send(ok())
            return
        if begun:
            await peer.send(b"HTTP/1.1 2")
            await asyncio.sleep(0.02)
        peer.reset()

    async with Origin(dies) as origin:
        upstream = connect(origin.url)
        if begun:
            await upstream.send(request(target=b"/first"), session=b"s", repeatable=True)
        assert await fault_of(upstream.send(request(), session=b"s", repeatable=True)) == ("cut", True)
    assert len(origin.seen) == 1 + begun


async def test_nobody_there_is_unreachable_and_nothing_was_sent(connect):
    """A refused connection is a fault before sending."""
    async with Origin(always(ok())) as origin:
        url = origin.url
    assert await fault_of(connect(url).send(request(), session=b"s", repeatable=False)) == ("unreachable", False)


async def test_a_silent_core_times_out_after_sending(connect):
    """The deadline runs from the send to the last byte; then the outcome is unknown."""

    async def silent(peer, raw):
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" if b"half" in raw else b"")

    async with Origin(silent) as origin:
        upstream = connect(origin.url, timeout=0.3)
        for target in (b"/none", b"/half"):
            sending = upstream.send(request(target=target), session=b"s", repeatable=True)
            assert await fault_of(sending) == ("timeout", True)
        await asyncio.sleep(0.02)
        assert upstream.open_connections == 0


async def test_who_waits_too_long_for_a_place_gets_busy(connect):
    """At the bound others wait, until the queue's deadline; nothing of theirs was sent."""

    async def slow(peer, raw):
        await asyncio.sleep(0.5)
        await peer.send(ok())

    async with Origin(slow) as origin:
        upstream = connect(origin.url, max_connections=1, queue_deadline=0.1)
        first = asyncio.create_task(upstream.send(request(), session=b"a", repeatable=False))
        await asyncio.sleep(0.05)
        assert await fault_of(upstream.send(request(), session=b"b", repeatable=False)) == ("busy", False)
        assert (await first).status == 200
    assert len(origin.seen) == 1


async def test_a_queue_moves_on_and_never_passes_the_bound(connect):
    """Fifty sessions through three connections: all are answered, never more than three are open."""
    counted = []

    async def brief(peer, raw):
        await asyncio.sleep(0.002)
        counted.append(upstream.open_connections)
        await peer.send(ok(raw.split(b" ")[1]))

    async with Origin(brief) as origin:
        upstream = connect(origin.url, max_connections=3)
        answers = await asyncio.gather(
            *(upstream.send(request(target=b"/%d" % at), session=b"%d" % at, repeatable=False) for at in range(50))
        )
    assert [answer.body for answer in answers] == [b"/%d" % at for at in range(50)]
    assert max(counted) <= 3
    assert origin.most_open <= 6  # the origin sees the end of one after the beginning of its successor


@pytest.mark.parametrize("raw", [ok(b"x" * 2000), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFF\r\n"])
async def test_a_page_over_its_cap_is_too_large(connect, raw):
    """A page is buffered up to its cap and not beyond, whatever framing it has."""
    async with Origin(always(raw)) as origin:
        upstream = connect(origin.url, caps=AnswerCaps(page=1000, export=5000))
        assert await fault_of(upstream.send(request(), session=b"s", repeatable=True)) == ("too-large", True)


async def test_an_export_has_a_cap_of_its_own(connect):
    """What is downloaded as a file may be larger than a page."""
    async with Origin(always(ok(b"x" * 2000, b"Content-Disposition: attachment; filename=a\r\n"))) as origin:
        upstream = connect(origin.url, caps=AnswerCaps(page=1000, export=5000))
        assert len((await upstream.send(request(), session=b"s", repeatable=True)).body) == 2000


async def test_a_cancelled_request_leaves_no_connection_that_somebody_could_get(connect):
    """Its answer would come to the next request, so the connection ends with it."""

    async def slow(peer, raw):
        await asyncio.sleep(0.2)
        await peer.send(ok(b"late"))

    async with Origin(slow) as origin:
        upstream = connect(origin.url)
        sending = asyncio.create_task(upstream.send(request(), session=b"s", repeatable=True))
        await asyncio.sleep(0.05)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.sleep(0.02)
        assert upstream.open_connections == 0


async def test_idle_connections_are_closed_in_time(connect):
    """An idle connection does not outlive its limit."""
    async with Origin(always(ok())) as origin:
        upstream = connect(origin.url, idle_timeout=0.2)
        await upstream.send(request(), session=b"s", repeatable=True)
        await asyncio.sleep(0.8)
        assert upstream.open_connections == 0


async def test_descriptors_are_back_at_the_start(connect):
    """After every kind of ending nothing is left open."""
    before = open_descriptors()
    async with Origin(always(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab")) as origin:
        upstream = connect(origin.url)
        for number in range(30):
            await upstream.send(request(), session=b"%d" % number, repeatable=True)
        await upstream.close()
    await asyncio.sleep(0.1)
    assert open_descriptors() <= before + 1


async def test_a_value_that_would_become_a_second_field_is_not_sent(connect):
    """A request that would change its meaning on the way is a fault before sending."""
    async with Origin(always(ok())) as origin:
        bad = request(fields=((b"X", b"a\r\nY: b"),))
        assert await fault_of(connect(origin.url).send(bad, session=b"s", repeatable=True)) == ("garbage", False)
    assert origin.seen == []


@pytest.mark.parametrize("url", ["ftp://x", "http://", "http://x/path", "http://x?q", "x:80"])
async def test_an_address_with_more_than_an_authority_is_an_operators_error(connect, url):
    """A path in the address would be put before decided targets, so it is refused with what is allowed."""
    with pytest.raises(OperatorError, match="allowed is"):
        connect(url)


async def test_a_slow_request_gets_the_longer_limit_and_no_other_does(connect):
    """A report may take its time; a page that takes as long ends at the limit of a page."""

    async def late(peer, raw):
        await asyncio.sleep(0.9)
        await peer.send(ok(b"late"))

    async with Origin(late) as origin:
        upstream = connect(origin.url, timeout=0.2, slow_timeout=5.0)
        began = asyncio.get_running_loop().time()
        assert await fault_of(upstream.send(request(), session=b"s", repeatable=False)) == ("timeout", True)
        assert asyncio.get_running_loop().time() - began < 0.8
        answer = await upstream.send(request(), session=b"s", repeatable=False, slow=True)
    assert answer.body == b"late"
