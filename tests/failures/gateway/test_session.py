"""Who is behind a session: learned from the log-in, wherever the token stands, until it is over - and from nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.visitor import PATH, Reply, Visitor
from cli.gateway import listening
from cli.wiring import carried
from proxy.database import Role
from proxy.facts.importing import store
from proxy.listener.mitm import MitmListener
from tests.failures.gateway.conftest import Gate, Ground

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOGIN_PAGE = 'id="SWEEntryForm"'
OVERVIEW = f"{PATH}?SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWERowId="
FORGED = (
    ("X-Sonar-User", "FBE1001"), ("X-Sonar-Role", "FB"), ("X_Sonar_Role", "FB"), ("X-Sonar-Region", "AM06"),
    ("X-Remote-User", "KCC0001"), ("Remote-User", "KCC0001"), ("SM_USER", "KCC0001"), ("OAM-User", "KCC0001"),
    ("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-User", "AWE0733"), ("Iv-User", "AWE0733"), ("X-SSO-User", "AWE0733"),
)  # fmt: skip


def person(gate: Gate, kind: str = "caseload") -> dict[str, str]:
    """Give a person by the relation to the first adviser."""
    return gate.ground.people[kind]


def sees(gate: Gate, reply: Reply, kind: str = "caseload") -> bool:
    """Tell whether an answer shows a person."""
    return bool(gate.ground.named[person(gate, kind)["row_id"]].found(reply))


async def entered(gate: Gate, user: str = "AWE0421") -> Visitor:
    """Open a browser that is logged in."""
    browser = gate.browser(user)
    assert (await browser.login()).status == 302
    return browser


@asynccontextmanager
async def another(ground: Ground, name: str) -> AsyncIterator[str]:
    """Run a second gateway on the same database; gives its address."""
    settings = ground.settings()
    async with carried(settings, ground.cluster, name) as carrier:
        listener = MitmListener(listening(settings, shared=False))
        task = asyncio.create_task(listener.serve(carrier))
        await asyncio.wait_for(listener.started.wait(), 5)
        try:
            yield f"http://127.0.0.1:{listener.port}"
        finally:
            listener.stop()
            await task


async def looks(url: str, cookies: dict[str, str], row_id: str, view: str = "Klantbeeld") -> Reply:
    """Open a view of a person by a token alone, from a browser of its own; without a row id: the current one."""
    row = f"&SWERowId={row_id}" if row_id else ""
    async with Visitor(url) as browser:
        browser.cookies = dict(cookies)
        return await browser.exchange("GET", f"{PATH}?SWECmd=GotoView&SWEView=SNR+{view}+View{row}")


@pytest.mark.parametrize("where", ["query", "body", "both"])
async def test_a_token_in_the_address_is_the_session(gate: Gate, where: str) -> None:
    """Legacy takes `_sn` from query or body; so does the gateway, by the account that logged in."""
    browser = await entered(gate)
    token, row = browser.cookies.pop("_sn"), person(gate)["row_id"]
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    if where == "query":
        reply = await browser.exchange("GET", f"{OVERVIEW}{row}&_sn={token}")
    else:
        again = f"?_sn={token}" if where == "both" else ""
        body = f"SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWERowId={row}&_sn={token}".encode()
        reply = await browser.exchange("POST", PATH + again, body, form)
    assert sees(gate, reply)
    out = await browser.exchange("GET", f"{OVERVIEW}{person(gate, 'out_of_region')['row_id']}&_sn={token}")
    assert not sees(gate, out, "out_of_region")


async def test_two_different_tokens_have_no_reading(gate: Gate) -> None:
    """Legacy would take the parameter, a reader of cookies the cookie: refused, not sent."""
    first, second = await entered(gate), await entered(gate, "AWE0733")
    gate.ground.control.reset()
    reply = await first.exchange("GET", f"{OVERVIEW}{person(gate)['row_id']}&_sn={second.cookies['_sn']}")
    assert reply.status == 400
    assert gate.ground.control.seen == 0


async def test_a_rotated_cookie_goes_on_as_the_same_session(gate: Gate) -> None:
    """Legacy gives a new token in an answer; the new one is the session, the old one still is for a while."""
    browser = await entered(gate)
    old = browser.cookies["_sn"]
    gate.ground.control.modes(rotate=True)
    assert sees(gate, await browser.open_client(person(gate)["row_id"]))
    gate.ground.control.modes(rotate=False)
    assert browser.cookies["_sn"] != old
    assert sees(gate, await browser.open_client(person(gate)["row_id"]))
    browser.cookies["_sn"] = old
    assert sees(gate, await browser.open_client(person(gate)["row_id"]))


@pytest.mark.parametrize("rpc", [False, True])
async def test_after_a_log_off_the_token_is_nobody(gate: Gate, rpc: bool) -> None:
    """A kept token opens nothing once its session was left: the log-in page, also for a script's request."""
    browser = await entered(gate)
    token = browser.cookies["_sn"]
    assert "U bent afgemeld" in (await browser.logoff()).text
    browser.cookies["_sn"] = token
    reply = await browser.drill(person(gate)["row_id"], rpc=rpc)
    assert LOGIN_PAGE in reply.text, reply.text
    assert not sees(gate, reply)


@pytest.mark.parametrize("rpc", [False, True])
async def test_an_unknown_token_gets_the_log_in_page(gate: Gate, rpc: bool) -> None:
    """Nobody is behind it: no contact with legacy, the page that the client knows, whole also for a script."""
    browser = gate.browser()
    browser.cookies["_sn"] = "a" * 32 + "__"
    gate.ground.control.reset()
    reply = await browser.drill(person(gate)["row_id"], rpc=rpc)
    assert reply.status == 200
    assert LOGIN_PAGE in reply.text
    assert gate.ground.control.seen == 0


async def test_a_session_that_legacy_forgot_is_over_here_too(gate: Gate) -> None:
    """Legacy answers with its log-in page: it comes through, and the token is nobody from then on."""
    browser = await entered(gate)
    gate.ground.control.forget_sessions()
    reply = await browser.open_client(person(gate)["row_id"])
    assert LOGIN_PAGE in reply.text
    gate.ground.control.reset()
    assert LOGIN_PAGE in (await browser.open_client(person(gate)["row_id"])).text
    assert gate.ground.control.seen == 0


async def test_an_idle_session_ends_whatever_legacy_does(ground: Ground) -> None:
    """The gateway's own limit holds; legacy is not asked."""
    settings = ground.settings(POORT_SESSION_TIMEOUT="0.5")
    async with carried(settings, ground.cluster, "idle") as carrier:
        listener = MitmListener(listening(settings, shared=False))
        task = asyncio.create_task(listener.serve(carrier))
        await asyncio.wait_for(listener.started.wait(), 5)
        async with Visitor(f"http://127.0.0.1:{listener.port}", "AWE0421", PASSWORDS["AWE0421"]) as browser:
            await browser.login()
            assert "Werkvoorraad" in (await browser.worklist()).text
            await asyncio.sleep(0.8)
            ground.control.reset()
            assert LOGIN_PAGE in (await browser.worklist()).text
            assert ground.control.seen == 0
        listener.stop()
        await task


@pytest.mark.parametrize("argument", ["KeepAlive=1", "IsPortlet=TRUE", "keepalive=ON", "IsPortlet=1&KeepAlive=Y"])
async def test_an_argument_that_keeps_a_session_alive_is_refused(gate: Gate, argument: str) -> None:
    """Legacy would never end such a session."""
    browser = await entered(gate)
    gate.ground.control.reset()
    reply = await browser.exchange("GET", f"{PATH}?SWECmd=GotoView&SWEView=SNR+Werkvoorraad+View&{argument}")
    assert reply.status == 400
    assert gate.ground.control.seen == 0


@pytest.mark.parametrize("name", sorted({name for name, _ in FORGED}))
async def test_a_forged_header_has_no_effect_and_goes_nowhere(gate: Gate, name: str) -> None:
    """With and without a session: nobody becomes somebody by a header, and legacy never sees it."""
    value = dict(FORGED)[name]
    browser, stranger = await entered(gate), gate.browser()
    gate.ground.control.reset()
    headers = [(name, value), (name, "")]
    target = OVERVIEW + person(gate, "out_of_region")["row_id"]
    reply = await browser.exchange("GET", target, b"", headers)
    assert not sees(gate, reply, "out_of_region")
    assert sees(gate, await browser.exchange("GET", OVERVIEW + person(gate)["row_id"], b"", headers))
    assert not sees(gate, await stranger.exchange("GET", OVERVIEW + person(gate)["row_id"], b"", headers))
    folded = name.lower().replace("_", "-")
    lines = [line for raw in gate.ground.control.requests for line in raw.split("\r\n")]
    assert not [line for line in lines if line.partition(":")[0].strip().lower().replace("_", "-") == folded]


async def test_a_session_survives_a_restart_and_works_on_two_gateways(ground: Ground) -> None:
    """Logged in at one, used at both at the same time, and at a third that started later."""
    row = ground.people["caseload"]["row_id"]
    shown = ground.named[row]
    async with another(ground, "one") as one, another(ground, "two") as two:
        async with Visitor(one, "AWE0421", PASSWORDS["AWE0421"]) as first:
            assert (await first.login()).status == 302
            token = dict(first.cookies)
        replies = await asyncio.gather(*(looks(url, token, row) for url in (one, two) * 4))
        assert [bool(shown.found(reply)) for reply in replies] == [True] * 8
    async with another(ground, "three") as three:
        assert shown.found(await looks(three, token, row))


async def test_the_cursor_is_known_to_every_gateway(ground: Ground) -> None:
    """Opened at one: a call without a row id at the other acts on that person, and is decided on that person."""
    near, far = (ground.people[kind]["row_id"] for kind in ("caseload", "out_of_region"))
    async with another(ground, "four") as four, another(ground, "five") as five:
        async with Visitor(four, "AWE0421", PASSWORDS["AWE0421"]) as first:
            await first.login()
            token = dict(first.cookies)
        assert ground.named[near].found(await looks(four, token, near))
        assert ground.named[near].found(await looks(five, token, "", "CV"))
        assert not ground.named[far].found(await looks(four, token, far))
        assert ground.named[near].found(await looks(five, token, "", "CV"))


async def test_a_locked_account_is_refused_at_its_next_request(gate: Gate, ground: Ground) -> None:
    """Also in the middle of a busy session, also at another gateway; and again served once it was opened."""
    worker = ground.cluster.dsn(Role.WORKER)
    browser = await entered(gate, "AWE0999")
    async with another(ground, "six") as six:
        token = dict(browser.cookies)
        for _ in range(3):
            for url in (gate.url, six):
                assert "gebruiker" in (await looks(url, token, "", "Werkvoorraad")).text
        await asyncio.to_thread(store.lock, worker, "AWE0999", "onderzoek", "test")
        try:
            ground.control.reset()
            replies = [await looks(url, token, "", "Werkvoorraad") for url in (gate.url, six)]
            assert [reply.status for reply in replies] == [403, 403], replies[0].text
            assert ground.control.seen == 0
            assert (await gate.browser("AWE0999").login()).status == 403
        finally:
            await asyncio.to_thread(store.unlock, worker, "AWE0999")
        assert (await browser.worklist()).status == 200


async def test_no_token_is_kept_in_clear(gate: Gate, ground: Ground) -> None:
    """What lies in the database is a keyed digest."""
    browser = await entered(gate)
    with psycopg.connect(ground.cluster.dsn(Role.GATEWAY)) as connection:
        rows = connection.execute("SELECT s::text FROM session s").fetchall()
    token = browser.cookies["_sn"]
    assert rows
    assert not [row for row in rows if token in row[0] or token.encode().hex() in row[0]]


async def test_an_account_whose_authorisation_ended_logs_in_and_sees_nothing(gate: Gate) -> None:
    """Legacy knows the password; the directory says that the right is over."""
    browser = gate.browser("AWE0500")
    await browser.login()
    gate.ground.control.reset()
    reply = await browser.open_client(person(gate)["row_id"])
    assert not sees(gate, reply)
    assert gate.ground.control.seen == 0


async def test_a_log_in_that_failed_makes_no_session(gate: Gate) -> None:
    """A 200 with the log-in page is no success, whatever cookie the client holds."""
    browser = gate.browser()
    browser.password = "fout"
    reply = await browser.login()
    assert LOGIN_PAGE in reply.text
    browser.cookies["_sn"] = "b" * 32 + "__"
    assert not sees(gate, await browser.open_client(person(gate)["row_id"]))
