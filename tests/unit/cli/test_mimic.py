"""Claims about the way to newcore that commands and gateways open."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cli.mimic import mimic
from cli.sides import control_map
from cli.statement import AUDIENCE, public_keys
from proxy.errors import UpstreamError
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.person import Category
from proxy.model.principal import Role, Session
from proxy.model.statement import Statement
from proxy.settings import load

NOW = datetime(2020, 11, 24, 9, tzinfo=UTC)
SESSION = Session(b"k", 1, "AWE0421", NOW, NOW)
STATED = Statement(UUID(int=7), "AWE0421", Role.AW, "UWV", "vacancy.search", frozenset({Category.VA}))
OPEN = Call(
    Format.HTML, (Link("vacancy.search", "SNR Vacature Zoek View", command="GotoView"),), "vacancy.search", Kind.SEARCH,
    first_page=True, aliases=(("srn", "kq3v"),),
)  # fmt: skip


async def test_every_question_carries_a_statement_under_our_key(tmp_path):
    """What newcore believes is signed with the key of the data directory; no connection is left behind."""
    heads: list[bytes] = []
    gone = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{"total":0,"vacancies":[]}')
        await reader.read()
        writer.close()
        gone.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = load({"POORT_DATA_DIR": str(tmp_path), "POORT_NEWCORE_URL": f"http://127.0.0.1:{port}"})
        async with mimic(settings, control_map()) as newcore:
            page, listing = await newcore.send(OPEN, SESSION, STATED)
        await asyncio.wait_for(gone.wait(), 5)
    assert b"Geen records gevonden" in page.body
    assert listing is not None
    signed = heads[0].partition(b"Bearer ")[2].partition(b"\r\n")[0].decode()
    key = Ed25519PublicKey.from_public_bytes(public_keys(settings)[0])
    assert jwt.decode(signed, key, algorithms=["EdDSA"], audience=AUDIENCE)["fn"] == "vacancy.search"


async def test_a_newcore_that_is_not_there_is_a_fault_before_anything_was_sent(tmp_path):
    """So that legacy can answer."""
    settings = load({"POORT_DATA_DIR": str(tmp_path), "POORT_NEWCORE_URL": "http://127.0.0.1:1"})
    async with mimic(settings, control_map()) as newcore:
        with pytest.raises(UpstreamError) as raised:
            await newcore.send(OPEN, SESSION, STATED)
    assert (raised.value.fault, raised.value.sent, raised.value.core) == ("unreachable", False, "newcore")
