"""What every Listener must do, run on the mitmproxy listener over raw sockets."""

import asyncio
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from proxy.errors import OperatorError
from proxy.listener.head import RequestRules
from proxy.listener.mitm import ListenerSettings, MitmListener, claim_port
from proxy.listener.phase import Deadlines
from proxy.model.entry import Delivery
from proxy.model.http import Answer
from tests.doubles.carrier import CarrierDouble, page, serving, speak
from tests.doubles.origin import Origin, always, ok, open_descriptors

RULES = RequestRules(hosts=frozenset((b"poort",)), raw_query=True, body_limit=100_000, upload_limit=200_000)
GET = b"GET /x HTTP/1.1\r\nHost: poort\r\n\r\n"
PASSTHROUGH = Path(__file__).resolve().parents[2] / "bench" / "passthrough"
LAST = b"GET /last HTTP/1.1\r\nHost: poort\r\nConnection: close\r\n\r\n"


def make(**given):
    """Make the listener under test."""
    deadlines = Deadlines(**{name: given.pop(name) for name in list(given) if name in Deadlines.__slots__})
    return MitmListener(ListenerSettings(port=0, rules=given.pop("rules", RULES), deadlines=deadlines, **given))


def split(raw):
    """Split one answer into its status line, its fields and its body."""
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    return line, fields, body


async def drip(writer):
    """Go on sending for two seconds."""
    for _ in range(100):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def completion_of(carrier):
    """Wait until the listener said what became of an answer."""
    while not carrier.completions:  # noqa: ASYNC110 - the double has no event, as the port has none
        await asyncio.sleep(0.01)


async def test_a_request_reaches_the_carrier_as_it_came():
    """Method, raw target, field order, case, duplicates, body and the real peer; the hop's own fields are gone."""
    carrier = CarrierDouble()
    raw = (
        b"POST /a/../b?n=M\xfcller&&x=%7e+ HTTP/1.1\r\nB: 1\r\nHost: poort\r\nb: 2\r\nX-Forwarded-For: 9.9.9.9\r\n"
        b"Connection: close, x-hop\r\nX-Hop: 1\r\nContent-Length: 5\r\n\r\na=b&c"
    )
    async with serving(make(), carrier) as listener:
        await speak(listener.port, raw)
    (request,) = carrier.requests
    assert (request.method, request.target, request.version) == (b"POST", b"/a/../b?n=M\xfcller&&x=%7e+", b"HTTP/1.1")
    assert request.fields[:4] == ((b"B", b"1"), (b"Host", b"poort"), (b"b", b"2"), (b"X-Forwarded-For", b"9.9.9.9"))
    assert {name.lower() for name, _ in request.fields}.isdisjoint({b"connection", b"x-hop"})
    assert (request.body, request.peer, request.scheme) == (b"a=b&c", "127.0.0.1", b"http")


async def test_an_answer_leaves_with_one_framing_and_nothing_added():
    """Fields in order, two cookies as two lines, one length, no Date, Server or Connection of ours."""
    fields = ((b"Set-Cookie", b"a=1!2.3"), (b"X", b"y"), (b"Set-Cookie", b"b=c, d"), (b"Keep-Alive", b"9"))
    answer = Answer(203, b"Tr\xe8s bien", fields, b"\x80\x92\x81")

    async def respond(request):
        return answer

    async with serving(make(), CarrierDouble(respond)) as listener:
        both = await speak(listener.port, GET + LAST)
    line, found, body = split(both)
    assert line == b"HTTP/1.1 203 Tr\xe8s bien"
    assert found == [b"Set-Cookie: a=1!2.3", b"X: y", b"Set-Cookie: b=c, d", b"Content-Length: 3"]
    assert body.startswith(b"\x80\x92\x81HTTP/1.1 203")


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_537, 3_000_000])
async def test_every_size_arrives_whole_and_is_completed(size):
    """Small and large bodies arrive to the last byte, and the completion says how many."""

    async def respond(request):
        return page(b"x" * size)

    carrier = CarrierDouble(respond)
    async with serving(make(), carrier) as listener:
        _, _, body = split(await speak(listener.port, LAST))
    assert len(body) == size
    assert [(delivery, sent) for _, delivery, sent in carrier.completions] == [(Delivery.DELIVERED, size)]


async def test_chunks_and_lengths_mean_the_same():
    """A chunked body, in any segmentation, reaches the carrier as its content."""
    carrier = CarrierDouble()
    chunked = b"POST /c HTTP/1.1\r\nHost: poort\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    async with serving(make(), carrier) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        for byte in chunked + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n":
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(0)
        assert (await reader.read(-1)).startswith(b"HTTP/1.1 200")
        writer.close()
    assert carrier.requests[0].body == b"abcde"
    assert b"transfer-encoding" not in {name.lower() for name, _ in carrier.requests[0].fields}


async def test_pipelined_requests_are_answered_one_by_one_in_order():
    """Later requests wait until the earlier answer left; then each is carried."""
    under_way = []

    async def respond(request):
        under_way.append(request.target)
        assert len(under_way) == 1
        await asyncio.sleep(0.005)
        under_way.clear()
        return page(request.target)

    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: poort\r\n\r\n" % at for at in range(9)) + LAST
    async with serving(make(), CarrierDouble(respond)) as listener:
        answers = await speak(listener.port, requests)
    assert [part.split(b"HTTP")[0] for part in answers.split(b"\r\n\r\n")[1:]] == [
        *(b"/%d" % at for at in range(9)),
        b"/last",
    ]


@pytest.mark.parametrize(
    ("raw", "rule", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: evil\r\n\r\n", "host-unknown", b"421"),
        (b"GET / HTTP/1.1\nHost: poort\n\n", "bare-lf", b"400"),
        (b"GET / HTTP/3.0\r\nHost: poort\r\n\r\n", "version", b"505"),
        (b"POST / HTTP/1.1\r\nHost: poort\r\nContent-Length: 100001\r\n\r\n", "body-too-large", b"413"),
        (b"POST / HTTP/1.1\r\nHost: poort\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n", "body-too-large", b"413"),
        (b"POST / HTTP/1.1\r\nHost: poort\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "chunk-size", b"400"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: poort\r\n\r\n", "target-too-long", b"414"),
        (b"GET / HTTP/1.1\r\nHost: poort\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", "head-too-large", b"431"),
        (b"CONNECT poort:443 HTTP/1.1\r\nHost: poort\r\n\r\n", "connect", b"501"),
    ],
)
async def test_a_broken_rule_is_refused_recorded_and_ends_the_connection(raw, rule, status):
    """The carrier is told the rule; the client gets its status; nothing pipelined behind it is served."""
    carrier = CarrierDouble()
    async with serving(make(), carrier) as listener:
        line, fields, body = split(await speak(listener.port, raw + GET))
    assert line.split(b" ")[1] == status
    assert b"Connection: close" in fields
    assert body == b"geweigerd"
    assert [(bad.rule, bad.peer) for bad in carrier.refused] == [(rule, "127.0.0.1")]
    assert carrier.requests == []
    assert len(carrier.completions) == 1


async def test_a_refusal_survives_bytes_that_are_still_coming():
    """A client that goes on sending gets the refusal and no reset before it."""
    carrier = CarrierDouble()
    async with serving(make(), carrier) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: poort\r\nContent-Length: 500000\r\n\r\n")
        for _ in range(50):
            writer.write(b"x" * 10_000)
            await asyncio.sleep(0.001)
        assert (await reader.read(-1)).startswith(b"HTTP/1.1 413")
        writer.close()


async def test_a_lingering_connection_is_ended_after_its_limit():
    """A client that never closes after a refusal is cut off."""
    async with serving(make(linger=0.2), CarrierDouble()) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"nonsense\r\n\r\n")
        assert (await reader.read(-1)).startswith(b"HTTP/1.1 400")
        with pytest.raises((OSError, RuntimeError)):  # reset or broken pipe; uvloop names a closed handle otherwise
            await drip(writer)
        writer.close()


async def test_http_1_0_closes_unless_it_asks_and_gets_a_length():
    """Old clients get a length; keep-alive works where they ask for it."""
    old = b"GET /old HTTP/1.0\r\nHost: poort\r\n"
    async with serving(make(), CarrierDouble()) as listener:
        _, fields, _ = split(await speak(listener.port, old + b"\r\n"))
        assert {b"Content-Length: 4", b"Connection: close"} <= set(fields)
        kept = await speak(listener.port, old + b"Connection: Keep-Alive\r\n\r\n" + old + b"\r\n")
    assert kept.count(b"HTTP/1.1 200") == 2
    assert b"Connection: keep-alive" in kept


@pytest.mark.parametrize(("status", "method"), [(200, b"HEAD"), (502, b"HEAD"), (204, b"GET"), (304, b"GET")])
async def test_answers_without_a_body_have_none(status, method):
    """HEAD (also of our own refusal), 204 and 304 end with the head; the next answer is not shifted."""

    async def respond(request):
        return page(b"body", status) if request.target == b"/none" else page(b"next")

    raw = method + b" /none HTTP/1.1\r\nHost: poort\r\n\r\n" + LAST
    async with serving(make(), CarrierDouble(respond)) as listener:
        _, fields, rest = split(await speak(listener.port, raw))
    assert rest.startswith(b"HTTP/1.1 200")
    lengths = [field for field in fields if field.lower().startswith(b"content-length")]
    assert lengths == ([b"Content-Length: 4"] if method == b"HEAD" else [])


@pytest.mark.parametrize("expect", [b"100-continue", b"100-Continue"])
async def test_expect_continue_is_answered_once_before_the_body(expect):
    """A client that waits gets 100 within a second, then its answer; the body may come in single bytes."""
    carrier = CarrierDouble()
    head = b"POST /soap HTTP/1.1\r\nHost: poort\r\nExpect: " + expect + b"\r\nContent-Length: 40\r\n"
    async with serving(make(), carrier) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(head + b"Connection: close\r\n\r\n")
        async with asyncio.timeout(1):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        for _ in range(40):
            writer.write(b"x")
            await asyncio.sleep(0.001)
        rest = await reader.read(-1)
        writer.close()
    assert rest.startswith(b"HTTP/1.1 200")
    assert b"100 Continue" not in rest
    assert carrier.requests[0].body == b"x" * 40
    assert b"expect" not in {name.lower() for name, _ in carrier.requests[0].fields}


async def test_expect_with_its_body_gets_no_interim_answer():
    """Who does not wait needs no 100."""
    raw = b"POST / HTTP/1.1\r\nHost: poort\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
    async with serving(make(), CarrierDouble()) as listener:
        assert (await speak(listener.port, raw)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("error", [ValueError("a bug"), OSError(5, "disk"), asyncio.CancelledError()])
async def test_a_carrier_that_raises_gives_a_plain_refusal(error):
    """An exception in the hook is 503 and the end of the connection, never an answer from elsewhere."""

    async def respond(request):
        raise error

    carrier = CarrierDouble(respond)
    async with serving(make(), carrier) as listener:
        line, fields, body = split(await speak(listener.port, GET + GET))
    assert line == b"HTTP/1.1 503 Service Unavailable"
    assert b"Connection: close" in fields
    assert b"Uw verzoek" in body
    assert len(carrier.requests) == 1


async def test_a_completion_that_raises_hurts_nobody():
    """The answer is out; a fault behind it must not take the connection or the listener down."""

    class Broken(CarrierDouble):
        def completed(self, *_):
            raise ValueError("a bug")

    async with serving(make(), Broken()) as listener:
        assert (await speak(listener.port, GET + LAST)).count(b"HTTP/1.1 200") == 2


async def test_an_answer_that_would_split_does_not_leave():
    """A value with CR LF set by our own code becomes a plain 502, and the completion says failed."""

    async def respond(request):
        return page(fields=((b"Location", b"/x\r\nSet-Cookie: evil=1"),))

    carrier = CarrierDouble(respond)
    async with serving(make(), carrier) as listener:
        raw = await speak(listener.port, GET)
    assert raw.startswith(b"HTTP/1.1 502")
    assert b"evil" not in raw
    assert [delivery for _, delivery, _ in carrier.completions] == [Delivery.FAILED]


async def test_a_hook_without_end_is_cut_off():
    """The time limit round the hook holds also when the carrier never comes back."""

    async def respond(request):
        await asyncio.sleep(60)

    async with serving(make(hook=0.3), CarrierDouble(respond)) as listener:
        assert (await speak(listener.port, GET)).startswith(b"HTTP/1.1 503")


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_client_that_goes_away_is_finished_and_completed_all_the_same(how):
    """The mutation may have happened: the exchange comes to its end and says `client_gone`."""
    finished = asyncio.Event()

    async def respond(request):
        await asyncio.sleep(0.2)
        finished.set()
        return page(b"x" * 500_000)

    carrier = CarrierDouble(respond)
    async with serving(make(), carrier) as listener:
        _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(GET)
        await asyncio.sleep(0.05)
        if how == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()
        async with asyncio.timeout(5):
            await finished.wait()
            await completion_of(carrier)
    assert [delivery for _, delivery, _ in carrier.completions] == [Delivery.CLIENT_GONE]


async def test_a_client_that_half_closes_gets_its_answer():
    """Who says that no more comes may still read."""

    async def respond(request):
        await asyncio.sleep(0.05)
        return page()

    async with serving(make(), CarrierDouble(respond)) as listener:
        assert (await speak(listener.port, GET + GET, end=True)).count(b"HTTP/1.1 200") == 2


async def test_a_client_that_does_not_read_is_cut_off():
    """An answer that nobody takes ends with the delivery limit, and is completed as not delivered."""

    async def respond(request):
        return page(b"x" * 20_000_000)

    carrier = CarrierDouble(respond)
    async with serving(make(delivery=0.5), carrier) as listener:
        _, writer = await asyncio.open_connection("127.0.0.1", listener.port, limit=1)
        writer.transport.pause_reading()
        writer.write(GET)
        async with asyncio.timeout(10):
            await completion_of(carrier)
        writer.transport.abort()
    assert [delivery for _, delivery, _ in carrier.completions] == [Delivery.CLIENT_GONE]


@pytest.mark.parametrize(
    ("begun", "rule"),
    [
        (b"GET / HT", "head-too-slow"),
        (b"POST / HTTP/1.1\r\nHost: poort\r\nContent-Length: 9\r\n\r\nx", "body-too-slow"),
    ],
)
async def test_a_slow_head_or_body_is_refused(begun, rule):
    """What does not come in time is answered with 408."""
    carrier = CarrierDouble()
    async with serving(make(head=0.3, body=0.3), carrier) as listener:
        assert (await speak(listener.port, begun)).startswith(b"HTTP/1.1 408")
    assert [bad.rule for bad in carrier.refused] == [rule]


async def test_drops_do_not_reset_the_deadline_of_a_head():
    """A head that comes byte by byte has its ten seconds in all, not per byte."""
    carrier = CarrierDouble()
    async with serving(make(head=0.5), carrier) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        answer = asyncio.create_task(reader.read(-1))
        for byte in b"GET /" + b"a" * 1000:
            if answer.done():
                break
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.02)
        assert (await answer).startswith(b"HTTP/1.1 408")
        writer.close()


async def test_an_idle_connection_is_closed_without_a_word():
    """Nothing was asked, so nothing is answered."""
    carrier = CarrierDouble()
    async with serving(make(idle=0.3), carrier) as listener:
        assert await speak(listener.port, b"") == b""
    assert carrier.refused == []


async def test_stop_finishes_what_is_under_way_with_close():
    """No new connection; the exchange under way is answered and its connection closed; then serve returns."""

    async def respond(request):
        await asyncio.sleep(0.3)
        return page()

    async with serving(make(), CarrierDouble(respond)) as listener:
        idle = asyncio.create_task(speak(listener.port, b""))
        busy = asyncio.create_task(speak(listener.port, GET))
        await asyncio.sleep(0.1)
        listener.stop()
        await asyncio.sleep(0.1)
        with pytest.raises(OSError):  # noqa: PT011 - refused
            await asyncio.open_connection("127.0.0.1", listener.port)
        assert await idle == b""
        _, fields, body = split(await busy)
    assert (body, b"Connection: close" in fields) == (b"page", True)
    assert listener.unfinished == 0


async def test_a_client_who_works_is_answered_once_more_when_it_stops():
    """Its connection was idle between two requests: the next one is answered, with `Connection: close`."""
    async with serving(make(), CarrierDouble(lambda _: asyncio.sleep(0, page()))) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        for last in (False, True):
            writer.write(GET)
            head = await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(4) == b"page"
            assert (b"Connection: close" in head) is last
            if not last:
                listener.stop()
                await asyncio.sleep(0.2)
                assert not reader.at_eof()
        assert await reader.read() == b""
        writer.close()
    assert listener.unfinished == 0


async def test_past_the_limit_of_the_drain_it_leaves_and_says_so():
    """What did not finish is cut and counted, so that the process can leave with another exit code."""

    async def respond(request):
        await asyncio.sleep(60)

    async with serving(make(drain=0.3), CarrierDouble(respond)) as listener:
        task = asyncio.create_task(speak(listener.port, GET))
        await asyncio.sleep(0.1)
    await asyncio.gather(task, return_exceptions=True)
    assert listener.unfinished == 1


async def test_a_taken_port_is_an_operators_error():
    """The start fails and says what to do."""
    async with serving(make(), CarrierDouble()) as first:
        second = MitmListener(ListenerSettings(port=first.port, rules=RULES))
        with pytest.raises(OperatorError, match="not free"):
            await second.serve(CarrierDouble())
        with pytest.raises(OperatorError, match="not free"):
            claim_port("127.0.0.1", first.port)


async def test_two_workers_share_a_port():
    """With reuse_port two listeners answer on one port."""
    one, two = CarrierDouble(), CarrierDouble()
    async with serving(make(reuse_port=True), one) as first:
        second = MitmListener(ListenerSettings(port=first.port, rules=RULES, reuse_port=True))
        async with serving(second, two):
            for _ in range(60):
                await speak(first.port, LAST)
    assert len(one.requests) + len(two.requests) == 60
    assert one.requests
    assert two.requests


async def test_descriptors_are_back_at_the_start():
    """Served, refused, broken off, timed out: no descriptor stays."""
    before = open_descriptors()
    async with serving(make(linger=0.2, head=0.3), CarrierDouble()) as listener:
        for raw in (LAST, b"bad\r\n\r\n", b"GET", b""):
            for _ in range(10):
                _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
                writer.write(raw)
                await asyncio.sleep(0.005)
                writer.transport.abort()
    await asyncio.sleep(0.1)
    assert open_descriptors() <= before + 1


async def test_the_pass_through_serves_and_leaves_as_its_own_process():
    """`bench/passthrough`, under -O: says where it listens, passes on byte for byte, and SIGTERM ends it with 0."""
    async with Origin(always(ok(b"page", b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"))) as origin:
        process = await asyncio.create_subprocess_exec(
            PASSTHROUGH, "--listen", "0", "--origin", str(origin.port), stdout=subprocess.PIPE
        )
        line = await process.stdout.readline()
        port = int(line.decode().removeprefix("listening 127.0.0.1:"))
        raw = b"GET /a/../b?x HTTP/1.1\r\nHost: localhost:99\r\nConnection: close\r\n\r\n"
        line, fields, body = split(await speak(port, raw))
        bad = await speak(port, raw.replace(b"localhost", b"evil"))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    assert (line, body, fields[:2]) == (b"HTTP/1.1 200 OK", b"page", [b"Set-Cookie: a=1", b"Set-Cookie: b=2"])
    assert bad.startswith(b"HTTP/1.1 421")
    assert len(origin.seen) == 1
