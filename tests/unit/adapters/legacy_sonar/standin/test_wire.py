"""Reading requests from bytes, and connections that are used again."""

import asyncio

import pytest

from adapters.legacy_sonar.standin.visitor import PATH, read_reply
from adapters.legacy_sonar.standin.wire import UnreadableError, taken


def test_a_request_is_taken_when_it_is_whole():
    """Head and body by length; the rest of the buffer stays."""
    whole = b"POST /x?a=\xfc HTTP/1.1\r\nContent-Length: 3\r\nCookie: a=1\r\nCookie: b=2\r\n\r\nabcGET"
    request, version, size = taken(whole)
    assert (request.method, request.path, request.query, request.body) == ("POST", "/x", b"a=\xfc", b"abc")
    assert request.headers["cookie"] == "a=1; b=2"
    assert (version, whole[size:]) == ("HTTP/1.1", b"GET")
    assert taken(whole[:-4]) is None


def test_a_chunked_request_and_an_absolute_target():
    """Chunks are joined; an absolute target is cut to its path."""
    raw = b"POST http://h/p?q HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n"
    request, _, size = taken(raw)
    assert (request.path, request.query, request.body, size) == ("/p", b"q", b"abcde", len(raw))
    assert taken(raw[:-9]) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"GET\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET / HTTP/1.1\r\nnonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_what_is_no_request_raises(raw):
    """Unreadable bytes are told."""
    with pytest.raises(UnreadableError):
        taken(raw)


async def _talk(standin, raw: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = standin.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(raw)
    return reader, writer


async def test_pipelined_requests_are_answered_in_order(standin):
    """Three requests in one packet get three answers, the third closes."""
    line = "GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n"
    raw = (
        line.format("/sonar_nld/static/sonar.css", "")
        + line.format("/nergens", "")
        + line.format(PATH, "Connection: close\r\n")
    )
    reader, writer = await _talk(standin, raw.encode())
    replies = [await read_reply(reader, "GET") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 404, 200]
    assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize(("header", "kept"), [("", False), ("Connection: Keep-Alive\r\n", True)])
async def test_http_1_0_keeps_the_connection_only_when_asked(standin, header, kept):
    """An old client that asks for keep-alive gets it, with the header that says so."""
    reader, writer = await _talk(standin, f"GET {PATH} HTTP/1.0\r\n{header}\r\n".encode())
    reply = await read_reply(reader, "GET")
    assert reply.header("Connection") == ("keep-alive" if kept else "close")
    assert reader.at_eof() is not kept or not await reader.read()
    writer.close()


async def test_a_bad_request_ends_the_connection(standin):
    """Bytes that are no request get a 400 and the end, and count as no request."""
    reader, writer = await _talk(standin, b"NONSENSE\r\n\r\n")
    assert (await read_reply(reader, "GET")).status == 400
    assert await reader.read() == b""
    assert standin.control("/counters")["requests"] == 0
    writer.close()


async def test_expect_continue_is_answered(standin):
    """A client that waits for 100 Continue is told to go on."""
    reader, writer = await _talk(
        standin, f"POST {PATH} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n".encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    writer.write(b"SWECmd=Lg&")
    assert (await read_reply(reader, "POST")).status == 200
    writer.close()
