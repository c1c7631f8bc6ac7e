"""The recording visitor."""

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.record import FROZEN
from adapters.legacy_sonar.standin.recorder import Recorder
from adapters.legacy_sonar.standin.server import build, port_of, start


async def test_it_names_requests_answers_and_persons():
    """A name used twice gets a number; the persons of an answer are listed; switches are remembered in order."""
    application = build(FROZEN)
    servers = await start(application, FROZEN)
    pen = Recorder(f"http://127.0.0.1:{port_of(servers[0])}", application)
    pen.name = "x"
    await pen.login("AWE0421", PASSWORDS["AWE0421"])
    pen.switch(chunked=True)
    await pen.open_client("1-71000")
    await pen.close()
    for server in servers:
        server.close()
    assert list(pen.replies) == ["x", "x_2"]
    assert [entry.get("name", "modes") for entry in pen.entries] == ["x", "modes", "x_2"]
    assert [person["row_id"] for person in pen.entries[2]["persons"]] == ["1-71000"]
    assert "Host: sonar.example\r\n" in pen.entries[0]["request"]
    assert pen.replies["x_2"].header("Transfer-Encoding") == "chunked"
