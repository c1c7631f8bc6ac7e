"""Two fuzzers: requests against a strict judge, answers from a misbehaving origin. No finding, no descriptor left.

POORT_TEST_FUZZ=long runs ten thousand inputs each. A failing input is printed as its seed and bytes.
"""

import asyncio
import os
import random
import re

import pytest

from proxy.errors import UpstreamError
from proxy.listener.encode import plain_answer
from proxy.listener.head import RequestRules
from proxy.listener.mitm import ListenerSettings, MitmListener
from proxy.listener.upstream import Pool, UpstreamSettings
from tests.doubles.answer_cases import CASES as ANSWERS
from tests.doubles.body_cases import CHUNKED
from tests.doubles.carrier import CarrierDouble, serving
from tests.doubles.origin import Origin, open_descriptors
from tests.doubles.request_cases import CASES as REQUESTS

INPUTS = 10_000 if os.environ.get("POORT_TEST_FUZZ") == "long" else 1_000
SEED = int(os.environ.get("POORT_TEST_FUZZ_SEED", "20260101"))
SPICES = (
    b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b"\x0b", b":", b",", b"chunked", b"Transfer-Encoding: chunked\r\n", b"Host: poort\r\n",
    b"Content-Length: 3\r\n", b"Content-Length: 0\r\n", b"HTTP/1.1", b"GET /smuggled HTTP/1.1\r\nHost: poort\r\n\r\n", b"0\r\n\r\n",
    b"\xff", b"\x7f", b"Connection: close\r\n", b"Expect: 100-continue\r\n", b"\r\n\r\n", b"5\r\nhello\r\n", b"Content_Length: 5\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad", b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
)  # fmt: skip
TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
JUDGE_LINE = re.compile(rb"(" + TOKEN + rb") (/[\x21\x22\x24-\x7e]*(?:\?[\x21\x22\x24-\x7e\x80-\xff]*)?) HTTP/1\.1")
JUDGE_FIELD = re.compile(TOKEN + rb": [\t\x20-\x7e\x80-\xff]*")
STATUS = re.compile(rb"HTTP/1\.1 [2-5]\d\d [\t\x20-\x7e\x80-\xff]*")


def spoil(random_, seed):
    """Change a message in one to three places."""
    message = bytearray(seed)
    for _ in range(random_.randint(1, 3)):
        at = random_.randrange(len(message) + 1)
        how = random_.randrange(5)
        if how == 0:
            message[at:at] = random_.choice(SPICES)
        elif how == 1:
            del message[at : at + random_.randint(1, 12)]
        elif how == 2 and at < len(message):
            message[at] = random_.randrange(256)
        elif how == 3:
            message[at:at] = message[at : at + random_.randint(1, 40)]
        else:
            message[at : at + random_.randint(0, 3)] = random_.choice(SPICES)
    return bytes(message)


def judge_request(raw):
    """Judge what went up: an independent strict reader finds exactly one request, and nothing behind it."""
    head, found, body = raw.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    assert found, raw
    assert JUDGE_LINE.fullmatch(line), raw
    assert all(JUDGE_FIELD.fullmatch(field) for field in fields), raw
    names = [field.split(b":")[0].lower() for field in fields]
    assert names.count(b"host") == 1, raw
    assert not {b"transfer-encoding", b"connection", b"upgrade", b"te", b"trailer", b"keep-alive", b"expect"} & set(
        names
    ), raw
    lengths = [field.split(b": ")[1] for field in fields if field.lower().startswith(b"content-length:")]
    assert len(lengths) <= 1, raw
    assert len(body) == (int(lengths[0]) if lengths else 0), raw


def judge_answers(raw, methods):
    """Judge what a client got: whole answers with one framing, and nothing between or behind them."""
    count = 0
    raw = raw.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    while raw:
        head, found, rest = raw.partition(b"\r\n\r\n")
        line, *fields = head.split(b"\r\n")
        assert found, raw
        assert STATUS.fullmatch(line), raw
        assert all(JUDGE_FIELD.fullmatch(field) for field in fields), raw
        lengths = [int(field.split(b": ")[1]) for field in fields if field.lower().startswith(b"content-length:")]
        bodiless = line[9:12] in {b"204", b"304"} or (count < len(methods) and methods[count] == b"HEAD")
        assert len(lengths) == 1 or bodiless, raw
        size = 0 if bodiless else lengths[0]
        assert len(rest) >= size, raw
        raw = rest[size:].removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        count += 1


def request_seeds():
    """Good and bad requests of the tables, with bodies."""
    seeds = [case[1] for case in REQUESTS if len(case[1]) < 2000]
    head = b"POST /x HTTP/1.1\r\nHost: poort\r\nTransfer-Encoding: chunked\r\n\r\n"
    seeds += [head + case[1] for case in CHUNKED if len(case[1]) < 500]
    return seeds + [b"POST /x HTTP/1.1\r\nHost: poort\r\nContent-Length: 11\r\n\r\nhello world" for _ in range(20)]


async def send(port, raw, cut):
    """Send an input in two pieces, close our side, read what comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw[:cut])
        if cut < len(raw):
            await asyncio.sleep(0)
            writer.write(raw[cut:])
        writer.write_eof()
        async with asyncio.timeout(8):
            return await reader.read(-1)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_no_spoiled_request_gets_past_the_judge():
    """Whatever a client sends, each request that goes up is exactly one, and each answer that comes down is whole."""
    random_, seeds = random.Random(SEED), request_seeds()
    bad: list[str] = []

    async def echo(peer, raw):
        try:
            judge_request(raw)
        except (AssertionError, ValueError) as error:
            bad.append(f"{error} {raw!r}")
        await peer.send(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            if not raw.startswith(b"HEAD")
            else b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
        )

    rules = RequestRules(hosts=frozenset((b"poort", b"127.0.0.1")), raw_query=True)
    before = open_descriptors()
    async with Origin(echo) as origin:
        pool = Pool(origin.url)

        async def respond(request):
            try:
                return await pool.send(request, session=b"%d" % id(request), repeatable=False)
            except UpstreamError:
                return plain_answer(502)

        carrier = CarrierDouble(respond)
        async with serving(MitmListener(ListenerSettings(port=0, rules=rules)), carrier) as listener:
            for number in range(INPUTS):
                carrier.requests.clear()
                raw = spoil(random_, random_.choice(seeds))
                answers = await send(listener.port, raw, random_.randrange(len(raw) + 1))
                judge_answers(answers, [request.method for request in carrier.requests])
                assert not bad, (SEED, number, raw, bad)
        await pool.close()
    await asyncio.sleep(0.2)
    assert open_descriptors() <= before + 1


class Scripted:
    """A session's origin: sends the spoiled answer, perhaps something later, perhaps the end."""

    def __init__(self, random_):
        self.random, self.raw = random_, b""

    async def __call__(self, peer, _):
        """Answer one request."""
        pieces = self.random.choice((0, 0, 1, 7))
        await peer.send(self.raw, pieces)
        ending = self.random.randrange(12)
        if ending == 0:
            peer.close()
        elif ending == 1:
            peer.reset()
        elif ending == 2:
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON")
        elif ending < 11:
            await asyncio.sleep(0.01)
            peer.close()


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_no_spoiled_answer_reaches_a_client_or_a_neighbour():
    """Whatever a core sends, a client gets one whole answer, and another session its own; the same session at worst 502."""
    random_ = random.Random(SEED + 1)
    seeds = [raw + b"hello" for _, _, raw, _ in ANSWERS if len(raw) < 2000]
    seeds += [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + case[1] for case in CHUNKED if len(case[1]) < 500
    ]
    seeds += [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"] * 20
    script = Scripted(random_)

    async def behaviour(peer, raw):
        if b"/good/" in raw:
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")
        else:
            await script(peer, raw)

    before = open_descriptors()
    async with Origin(behaviour) as origin:
        pool = Pool(origin.url, UpstreamSettings(max_connections=4, timeout=1.0))

        async def respond(request):
            session = request.target.split(b"/")[2]
            try:
                return await pool.send(request, session=session, repeatable=request.method == b"GET")
            except UpstreamError:
                return plain_answer(502)

        rules = RequestRules(hosts=frozenset((b"poort",)))
        async with serving(MitmListener(ListenerSettings(port=0, rules=rules)), CarrierDouble(respond)) as listener:
            for number in range(INPUTS):
                script.raw = spoil(random_, random_.choice(seeds))
                bad = b"GET /bad/%d HTTP/1.1\r\nHost: poort\r\n\r\n" % (number % 3)
                good = b"GET /good/%d HTTP/1.1\r\nHost: poort\r\n\r\n" % random_.choice((number % 3, 7))
                judge_answers(await send(listener.port, bad, len(bad)), [b"GET"])
                neighbour = await send(listener.port, good, len(good))
                same = good.split(b" ")[1].split(b"/")[2] == bad.split(b" ")[1].split(b"/")[2]
                fault = same and neighbour.startswith(b"HTTP/1.1 502")
                assert fault or neighbour.endswith(b"\r\n\r\ngood"), (SEED, number, script.raw, neighbour)
        await pool.close()
    await asyncio.sleep(0.2)
    assert open_descriptors() <= before + 1


def test_the_judge_is_strict():
    """The judge itself refuses what it is there to refuse."""
    good = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    judge_request(good)
    for bad in (
        good + b"GET",
        good.replace(b"\r\nHost", b"\nHost"),
        good.replace(b"Host", b"Host\0"),
        b"GET / HTTP/1.1\r\n\r\n",
    ):
        with pytest.raises(AssertionError):
            judge_request(bad)
    with pytest.raises(AssertionError):
        judge_answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokPOISON", [])
