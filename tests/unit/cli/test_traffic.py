"""Claims about the scripted clients, against a small server of their own."""

import asyncio

import pytest

from cli.traffic import accounts_of, play
from proxy.errors import OperatorError

USERS = (
    "user,password,role,valid_until\nAWE1,a,AW,2030-12-31\nAWE2,b,AW,2020-06-30\nWSP1,c,WSP,\nFBE1,d,FB,\nAWE1,a,AW,\n"
)
LOGGED_IN = (
    b"HTTP/1.1 302 Found\r\nSet-Cookie: _sn=abc; path=/\r\nLocation: /sonar_nld/start.swe?SRN=x&SWEC=2\r\n"
    b"Content-Length: 0\r\n\r\n"
)


def test_only_accounts_that_may_work_are_played(tmp_path):
    """An expired authorisation would only be refused; an account counts once."""
    file = tmp_path / "users.csv"
    file.write_text(USERS, encoding="utf-8")
    assert accounts_of(file) == [("AWE1", "a"), ("WSP1", "c")]


def test_no_accounts_is_told_with_what_to_do(tmp_path):
    """The message names the file and the way out."""
    with pytest.raises(OperatorError, match="poort demo"):
        accounts_of(tmp_path / "users.csv")


async def served(then: bytes, seconds: float = 1.5) -> dict[str, object]:
    """Play against a server that lets everybody log in and answers everything else with `then`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
            body = await reader.readexactly(length)
            writer.write(LOGGED_IN if b"ExecuteLogin" in body else then)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, stop.set)
    tally = await play(f"http://127.0.0.1:{port}", [("AWE1", "a")], 40, stop)
    server.close()
    return tally.summary()


@pytest.mark.parametrize(
    ("then", "failed", "refused"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", False, False),
        (b"HTTP/1.1 503 Stuk\r\nContent-Length: 2\r\n\r\nno", True, False),
        (b"HTTP/1.1 404 Nee\r\nContent-Length: 17\r\n\r\nSP-M8AC-WPXG-FHP0", False, True),
    ],
)
async def test_an_answer_is_counted_for_what_it_is(then, failed, refused):
    """A 500 is a failure, a refusal of ours is none."""
    summary = await served(then)
    assert summary["requests"] > 10
    assert (summary["failed"] > 0, summary["refused"] > 0) == (failed, refused)
