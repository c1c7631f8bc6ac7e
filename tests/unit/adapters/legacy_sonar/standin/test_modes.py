"""The faults that a test can switch on, seen through the socket."""

import asyncio
import time

import pytest

from adapters.legacy_sonar.standin.modes import Clock, Faults, Modes
from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.visitor import PATH, Visitor

HOME = f"{PATH}?SWECmd=GotoView&SWEView=SNR+Klantbeeld+View"


async def test_busy_and_maintenance_are_200(standin, visitor):
    """Busy and maintenance are error pages with status 200, log-in included, and nothing is executed."""
    for switch, text in (("busy", "Server bezet, probeer later"), ("maintenance", "niet beschikbaar wegens onderhoud")):
        standin.modes(**{switch: True})
        reply = await visitor.exchange("GET", HOME)
        assert reply.status == 200
        assert text in reply.text
        async with Visitor(standin.url) as other:
            assert text in (await other.login("AWE0733", PASSWORDS["AWE0733"])).text
        standin.modes(**{switch: False})


@pytest.mark.parametrize("modes", [{"gzip": "always"}, {"chunked": True}, {"gzip": "always", "chunked": True}])
async def test_encodings_change_the_wire_and_not_the_page(standin, visitor, modes):
    """gzip, chunked and both give the same body."""
    standin.control("/clock", {"frozen": "2020-11-24T09:00:00"})
    try:
        plain = await visitor.exchange("GET", HOME)
        standin.modes(**modes)
        other = await visitor.exchange("GET", HOME)
    finally:
        standin.control("/clock", {"frozen": None})
    assert other.body == plain.body
    assert other.raw != plain.raw
    assert ("Transfer-Encoding" in dict(other.headers)) is ("chunked" in modes)


async def test_gzip_auto_asks_the_client(standin, visitor):
    """With gzip=auto only a client that accepts it gets it."""
    standin.modes(gzip="auto")
    assert (await visitor.exchange("GET", HOME)).header("Content-Encoding") == ""
    assert (await visitor.exchange("GET", HOME, headers=[("Accept-Encoding", "gzip, deflate")])).header(
        "Content-Encoding"
    ) == "gzip"


async def test_a_rotated_cookie_leaves_the_old_one_good_for_a_while(standin, visitor):
    """Rotation sends a new `_sn`; the old one still works, and so does the new one."""
    old = visitor.cookies["_sn"]
    standin.modes(rotate=True)
    await visitor.exchange("GET", HOME)
    standin.modes(rotate=False)
    assert visitor.cookies["_sn"] != old
    for key in (old, visitor.cookies["_sn"]):
        assert "SONAR - Klantbeeld" in (await visitor.exchange("GET", HOME, headers=[("Cookie", f"_sn={key}")])).text


async def test_two_cookies_and_an_absolute_location(standin):
    """The log-in can send two Set-Cookie lines and legacy's own authority."""
    standin.modes(two_cookies=True, location="http://sonar.intern:8200")
    async with Visitor(standin.url) as client:
        reply = await client.login("AWE0733", PASSWORDS["AWE0733"])
    assert [name for name, _ in reply.headers].count("Set-Cookie") == 2
    assert reply.header("Location").startswith("http://sonar.intern:8200/sonar_nld/")


async def test_a_slow_answer_comes_late(standin, visitor):
    """`slow` delays the answer by that many seconds, once with times=1."""
    standin.modes(slow=0.4, times=1)
    started = time.monotonic()
    await visitor.exchange("GET", HOME)
    middle = time.monotonic()
    await visitor.exchange("GET", HOME)
    assert middle - started >= 0.4
    assert time.monotonic() - middle < 0.3


async def test_a_hanging_server_never_answers(standin, visitor):
    """`hang` keeps the connection open without a byte."""
    standin.modes(hang=True, times=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(visitor.exchange("GET", HOME), 0.3)


@pytest.mark.parametrize("modes", [{"cut": 100}, {"rst": True}])
async def test_broken_answers_break_the_client(standin, visitor, modes):
    """A cut body and a reset are seen as such."""
    standin.modes(**modes)
    with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
        await visitor.exchange("GET", HOME)


async def test_garbage_is_no_http(standin, visitor):
    """Garbage is not an HTTP answer."""
    standin.modes(garbage=True)
    with pytest.raises((ValueError, IndexError)):
        await visitor.exchange("GET", HOME)


async def test_surplus_bytes_come_after_the_answer(standin, visitor):
    """A late second answer that nobody asked for lies on the connection."""
    standin.modes(surplus=True, times=1)
    await visitor.exchange("GET", HOME)
    await asyncio.sleep(0.1)
    standin.modes(surplus=False)
    assert (await visitor.exchange("GET", HOME)).body == b"surplus"


@pytest.mark.parametrize(
    ("lie", "text"),
    [
        (("busy", True), "Server bezet"),
        (("login", False), "SWEEntryForm"),
        (("stale", False), "SNR-0010"),
        (("empty", True), ""),
        (("rpc", True), "SWEErr"),
        (("mixed", True), "Record gewijzigd"),
    ],
)
async def test_another_answer_instead_of_the_true_one(standin, visitor, people, lie, text):
    """A write can be executed or not, and answered with any of the known lies, only where the request holds a word."""
    standin.modes(instead=lie[0], execute=lie[1], only="WriteRecord")
    row = people["caseload"]["row_id"]
    await visitor.open_client(row, "SNR Klant Contactgegevens View")
    reply = await visitor.update_contact(row, "", ("s_5_1_2_0", f"06-{time.monotonic_ns() % 10**8:08d}"))
    assert (reply.status, text in reply.text) == (200, True)
    assert standin.mutations.get("contact.update", 0) == lie[1]


@pytest.mark.parametrize(("execute", "applied"), [(True, {"contact.update": 1}), (False, {})])
async def test_a_reset_comes_before_or_after_the_work(standin, visitor, people, execute, applied):
    """The connection is reset either after the write was applied or before anything was done."""
    row = people["caseload"]["row_id"]
    standin.modes(rst=True, execute=execute, times=1)
    with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
        await visitor.update_contact(row, "", ("s_5_1_2_0", f"06-{time.monotonic_ns() % 10**8:08d}"))
    assert standin.mutations == applied


async def test_headers_can_be_added_as_they_are(standin, visitor):
    """Odd headers leave as given."""
    standin.modes(extra_headers=[["X-Odd", "a\tb \x81"], ["X-Odd", ""]])
    reply = await visitor.exchange("GET", HOME)
    assert [value for name, value in reply.headers if name == "X-Odd"] == ["a\tb \x81", ""]


def test_a_wrong_switch_is_refused():
    """An unknown name or a wrong type changes nothing and says what is known."""
    modes = Modes()
    with pytest.raises(ValueError, match="unknown switch 'bussy'; known: busy"):
        modes.changed({"chunked": True, "bussy": True})
    with pytest.raises(ValueError, match="takes a bool"):
        modes.changed({"busy": "ja"})
    assert modes == Modes()


def test_times_counts_down_and_only_narrows():
    """A fault with times=2 hits two requests that hold the word and no other."""
    faults = Faults(Modes(busy=True, times=2, only="abc"))
    hits = [faults.hit(raw).busy for raw in (b"xabcx", b"other", b"abc", b"abc")]
    assert hits == [True, False, True, False]


def test_a_frozen_clock_stands_still():
    """Frozen, the clock gives the same moment; a wrong text is refused."""
    clock = Clock()
    clock.freeze("2020-11-24T09:00:00")
    assert clock.moment().isoformat() == "2020-11-24T09:00:00+00:00"
    assert clock.seconds() == 1606208400.0
    with pytest.raises(ValueError, match="morgen"):
        clock.freeze("morgen")
