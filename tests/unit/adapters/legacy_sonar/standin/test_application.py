"""Log-in, sessions, sequence numbers and what a page is wrapped in."""

import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.visitor import FORM, PATH, Visitor

CV = "SWECmd=GotoView&SWEView=SNR+CV+View"


async def test_a_login_redirects_with_cookie_and_sequence(standin):
    """A good log-in is a 302 with `_sn`, and the Location carries SWEC 2 and the SRN."""
    async with Visitor(standin.url) as client:
        reply = await client.login("AWE0421", PASSWORDS["AWE0421"])
    assert reply.status == 302
    assert reply.header("Location").startswith(
        f"{PATH}?SWECmd=GotoPageTab&SWEScreen=SNR+Werkvoorraad+Screen&SWEC=2&SRN="
    )
    assert reply.header("Set-Cookie").endswith("__; path=/sonar_nld; HttpOnly")
    assert reply.body == b""


async def test_a_password_with_the_euro_sign_is_read_as_cp1252(standin):
    """€ travels as %80, and the log-in works."""
    async with Visitor(standin.url) as client:
        assert "%80" in client.query(("x", PASSWORDS["KCC0002"]))
        assert (await client.login("KCC0002", PASSWORDS["KCC0002"])).status == 302


@pytest.mark.parametrize(
    ("user", "password", "text"),
    [
        ("AWE0421", "fout", "De combinatie van gebruikersnaam en wachtwoord is onjuist "),
        ("EXPIRED1", PASSWORDS["EXPIRED1"], "Uw wachtwoord is verlopen"),
    ],
)
async def test_a_failed_login_is_a_200(standin, user, password, text):
    """A failed log-in answers 200 with the log-in page, the reason, and no cookie."""
    async with Visitor(standin.url) as client:
        reply = await client.login(user, password)
    assert reply.status == 200
    assert f'<td class="fout">{text}' in reply.text
    assert 'id="SWEEntryForm"' in reply.text
    assert reply.header("Set-Cookie") == ""


async def test_six_failures_lock_the_account(standin):
    """After five failures the sixth locks, and then the right password is refused too."""
    async with Visitor(standin.url) as client:
        for _ in range(6):
            last = await client.login("MIG0001", "fout")
        assert "geblokkeerd" in last.text
        assert "geblokkeerd" in (await client.login("MIG0001", PASSWORDS["MIG0001"])).text


async def test_credentials_in_the_url_and_the_short_forms_work(standin):
    """`C=Xlg&U=..&Pw=..` in a GET logs in."""
    async with Visitor(standin.url) as client:
        reply = await client.exchange("GET", f"{PATH}?C=Xlg&U=AWE0421&Pw={PASSWORDS['AWE0421']}")
    assert reply.status == 302


async def test_appletlogin_logs_in(standin):
    """InvokeMethod AppletLogin with positional fields is a log-in."""
    body = f"SWECmd=InvokeMethod&SWEMethod=AppletLogin&SWEView=Login+View&s_1_1_1_0=AWE0421&s_1_1_2_0={PASSWORDS['AWE0421']}"
    async with Visitor(standin.url) as client:
        reply = await client.exchange("POST", PATH, body.encode(), [("Content-Type", FORM)])
    assert reply.status == 302


async def test_a_chain_behind_the_login_shows_the_chained_view(standin, people):
    """ExecuteLogin with SWEAC answers the page of the person at once, with the cookie."""
    row = people["out_of_region"]["row_id"]
    link = f"SWEAC=SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWEApplet0=SNR+Klant+Form&SWERowId0={row}"
    async with Visitor(standin.url) as client:
        reply = await client.exchange(
            "GET", f"{PATH}?SWECmd=ExecuteLogin&SWEUserName=AWE0421&SWEPassword={PASSWORDS['AWE0421']}&{link}"
        )
    assert reply.status == 200
    assert reply.header("Set-Cookie").startswith("_sn=")
    assert reply.control("s_2_1_3_0") == people["out_of_region"]["bsn"]


async def test_no_session_gets_the_login_page_also_for_rpc(standin):
    """An unknown session id gets the whole log-in page with status 200, also with SWERPC=1; no id at all gets no reason."""
    async with Visitor(standin.url) as client:
        expired = await client.exchange("GET", f"{PATH}?{CV}&SWERPC=1", headers=[("Cookie", "_sn=onbekend")])
        fresh = await client.exchange("GET", f"{PATH}?{CV}")
    assert expired.status == 200
    assert "Uw sessie is verlopen, meld u opnieuw aan " in expired.text
    assert expired.text.startswith("<!DOCTYPE")
    assert 'class="fout"' not in fresh.text


async def test_the_session_in_the_url_wins_over_the_cookie(standin, visitor):
    """`_sn` as a parameter is used even when another cookie is sent."""
    reply = await visitor.exchange(
        "GET", f"{PATH}?{CV}&_sn={visitor.cookies['_sn']}", headers=[("Cookie", "_sn=onbekend")]
    )
    assert '<span id="gebruiker">AWE0421</span>' in reply.text


async def test_a_repeated_or_lower_count_is_a_replay_and_executes_nothing(standin, visitor, people):
    """The same SWEC twice, or a lower one, is the replay error and no note is made; a gap is accepted."""
    row = people["caseload"]["row_id"]
    await visitor.create_note(row, "eerste")
    for count in (visitor.swec - 1, 1):
        visitor.swec = count
        reply = await visitor.create_note(row, "tweede")
        assert "(SNR-0009) " in reply.text
    assert standin.mutations == {"note.create": 1}
    visitor.swec = 900
    assert "Record toegevoegd" in (await visitor.create_note(row, "derde")).text


async def test_a_replay_in_rpc_is_an_error_block(visitor):
    """With SWERPC=1 an error is the block alone."""
    reply = await visitor.exchange("GET", f"{PATH}?{CV}&SWEC=0&SWERPC=1")
    assert reply.text.startswith('<div class="SWERPCError" id="SWEErr"><span class="code">SNR-0009</span>')


async def test_a_wrong_srn_is_a_replay(visitor):
    """An SRN of another session is refused."""
    assert "SNR-0009" in (await visitor.exchange("GET", f"{PATH}?{CV}&SRN=anders")).text


async def test_logging_off_ends_the_session(visitor):
    """After Logoff the cookie is taken back and the session is gone."""
    key = visitor.cookies["_sn"]
    reply = await visitor.logoff()
    assert "U bent afgemeld " in reply.text
    assert "01-Jan-1970" in reply.header("Set-Cookie")
    assert "Uw sessie is verlopen" in (await visitor.exchange("GET", f"{PATH}?_sn={key}")).text


async def test_idle_sessions_end_but_not_with_keepalive(standin):
    """A session that was idle too long is gone, unless the keep-alive argument was sent once."""
    async with Visitor(standin.url) as plain, Visitor(standin.url) as kept:
        for client in (plain, kept):
            await client.login("AWE0733", PASSWORDS["AWE0733"])
        await kept.exchange("GET", f"{PATH}?{CV}&IsPortlet=1&KeepAlive=T")
        standin.control("/sessions", {"idle": 0.0})
        try:
            assert "Uw sessie is verlopen" in (await plain.exchange("GET", f"{PATH}?{CV}")).text
            assert "SONAR - CV" in (await kept.exchange("GET", f"{PATH}?{CV}")).text
        finally:
            standin.control("/sessions", {"idle": 1800.0})


async def test_too_many_logins_are_told_busy(standin):
    """With a limit of log-ins a minute, the next one is told to wait."""
    standin.control("/sessions", {"per_minute": 1})
    try:
        async with Visitor(standin.url) as client:
            await client.login("AWE0733", PASSWORDS["AWE0733"])
            assert "Server bezet, probeer later " in (await client.login("AWE0733", PASSWORDS["AWE0733"])).text
    finally:
        standin.control("/sessions", {"per_minute": 0})


async def test_paths_and_methods(standin, visitor):
    """Static files need no session and know If-None-Match; another path is 404; another method 405; HEAD has no body."""
    css = await visitor.exchange("GET", "/sonar_nld/static/sonar.css")
    assert css.header("Content-Type") == "text/css"
    again = await visitor.exchange(
        "GET", "/sonar_nld/static/sonar.css", headers=[("If-None-Match", css.header("ETag"))]
    )
    assert (css.status, again.status, again.body) == (200, 304, b"")
    assert (await visitor.exchange("GET", "/callcenter_enu/start.swe")).status == 404
    assert (await visitor.exchange("PUT", PATH)).status == 405
    head = await visitor.exchange("HEAD", PATH)
    assert (head.status, head.body) == (200, b"")
    assert int(head.header("Content-Length")) > 500


async def test_the_header_says_latin_1_and_the_bytes_are_cp1252(visitor, people):
    """The declared charset is ISO-8859-1 while € is byte 0x80."""
    reply = await visitor.open_client(people["in_region"]["row_id"], "SNR Uitkering View")
    assert reply.header("Content-Type") == "text/html; charset=ISO-8859-1"
    assert b"\x80" in reply.body


async def test_headers_leave_in_the_documented_order(visitor):
    """The order of the headers of a page is fixed."""
    reply = await visitor.worklist()
    assert [name for name, _ in reply.headers] == [
        "Date", "Server", "Content-Type", "Cache-Control", "Pragma", "Expires", "P3P", "Content-Length",
    ]  # fmt: skip
