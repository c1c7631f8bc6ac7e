"""Who logged in, that a session is over, that its token was replaced."""

from dataclasses import replace

import pytest

from adapters.legacy_sonar.login import token
from proxy.model.call import Call, Credentials
from proxy.model.http import Answer

LOCATION = (b"Location", b"/sonar_nld/start.swe?SWECmd=GotoPageTab&SWEC=2")


def cookie(value: bytes) -> tuple[bytes, bytes]:
    """A line that sets a cookie."""
    return b"Set-Cookie", value


@pytest.mark.parametrize(
    "name", ["login_ok", "login_two_cookies_absolute", "login_get_credentials_in_url", "login_euro_password"]
)
def test_a_log_in_that_succeeded_is_learned(dialect, recorded, name: str) -> None:
    """A redirect into the application with a new token, whatever other cookies come with it."""
    exchange = recorded[name]
    call = dialect.read(exchange.request)
    credentials, fresh = dialect.logged_in(call, exchange.answer)
    assert credentials == Credentials(call.login.user)
    assert b"_sn=" + fresh in dict(exchange.answer.fields)[b"Set-Cookie"] or fresh
    assert not dialect.ended(call, exchange.answer)


@pytest.mark.parametrize(
    "name", ["login_failed", "login_unknown_user", "login_locked", "login_password_expired", "login_busy"]
)
def test_a_failed_log_in_is_none_whatever_its_status(dialect, recorded, name: str) -> None:
    """Status 200 says nothing; also not with a cookie beside it."""
    exchange = recorded[name]
    call = dialect.read(exchange.request)
    assert dialect.logged_in(call, exchange.answer) is None
    fooled = replace(exchange.answer, fields=(*exchange.answer.fields, cookie(b"_sn=abc__; path=/sonar_nld")))
    assert dialect.logged_in(call, fooled) is None


def test_a_chained_log_in_is_learned_from_its_page(dialect, recorded) -> None:
    """A deep link answers with the page itself."""
    exchange = recorded["deep_link"]
    credentials, fresh = dialect.logged_in(dialect.read(exchange.request), exchange.answer)
    assert credentials.user == "AWE0421"
    assert fresh


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"OK", (cookie(b"_sn=abc; path=/"),), b""),
        Answer(302, b"Found", (cookie(b"_sn=abc; path=/"), (b"Location", b"/sonar_nld/error.swe")), b""),
        Answer(302, b"Found", (LOCATION,), b""),
        Answer(302, b"Found", (cookie(b"_sn=; path=/"), LOCATION), b""),
        Answer(302, b"Found", (cookie(b"_sn=a; path=/"), cookie(b"_sn=b; path=/"), LOCATION), b""),
        Answer(302, b"Found", (cookie(b"_sn=abc; path=/"), LOCATION, LOCATION), b""),
        Answer(500, b"x", (cookie(b"_sn=abc; path=/"), LOCATION), b""),
        Answer(200, b"OK", (cookie(b"_sn=abc; path=/"), (b"Content-Type", b"text/html")), b"<html>welkom</html>"),
    ],
)
def test_anything_else_is_no_log_in(dialect, recorded, answer) -> None:
    """No token, two tokens, no way in, an unknown page: nobody logged in."""
    assert dialect.logged_in(dialect.read(recorded["login_ok"].request), answer) is None


def test_a_token_keeps_every_byte_of_its_value() -> None:
    """Exclamation mark and dots are part of it; attributes are not; other cookies do not disturb."""
    lines = (cookie(b"_sn=!1.428.556d.3c8e3a29; Version=1; path=/sonar_nld; HttpOnly"), cookie(b"SWEPREF=a, b; expires=Wed, 25-Nov-2026 20:00:00 GMT; path=/"))  # fmt: skip
    assert token(Answer(302, b"", lines, b"")) == b"!1.428.556d.3c8e3a29"
    assert token(Answer(302, b"", tuple(reversed(lines)), b"")) == b"!1.428.556d.3c8e3a29"


def test_a_replaced_token_is_seen(dialect, recorded) -> None:
    """Rotation: any answer may carry a new token."""
    exchange = recorded["rotated"]
    assert dialect.rotated(exchange.answer) == dict(exchange.answer.fields)[b"Set-Cookie"].split(b";")[0][4:]
    assert dialect.rotated(recorded["worklist"].answer) is None
    assert dialect.rotated(recorded["logoff"].answer) is None


def test_a_log_in_page_in_place_of_an_answer_ends_the_session(dialect, recorded) -> None:
    """Also for a script's request; an error page or a person's page does not."""
    for name in ("expired_rpc", "logoff"):
        exchange = recorded[name]
        assert dialect.ended(dialect.read(exchange.request), exchange.answer), name
    for name in ("replay", "in_region_klantbeeld", "client_export_csv", "login_ok"):
        exchange = recorded[name]
        assert not dialect.ended(dialect.read(exchange.request), exchange.answer), name


def test_a_note_cannot_end_a_session(dialect, recorded) -> None:
    """What a person typed is escaped on a page, and an export is no page."""
    exchange = recorded["client_export_csv"]
    call = dialect.read(exchange.request)
    assert isinstance(call, Call)
    fooled = replace(exchange.answer, body=exchange.answer.body + b'1;id="SWEEntryForm"\r\n')
    assert not dialect.ended(call, fooled)


@pytest.mark.parametrize("name", ["login_ok", "deep_link"])
def test_the_stamp_of_a_session_is_read_where_it_begins(dialect, recorded, name: str) -> None:
    """From the redirect, or from the form of the page: what every later link of the session carries."""
    exchange = recorded[name]
    found = dialect.stamp(exchange.answer)
    told = (*dict(exchange.answer.fields).values(), exchange.answer.body)
    assert found
    assert any(b"SRN=%b" % found.encode() in each or b'"SRN" value="%b"' % found.encode() in each for each in told)


def test_an_answer_without_a_stamp_has_none(dialect, recorded) -> None:
    """A log-in that failed shows none, and a sign that no link holds is none."""
    assert not dialect.stamp(recorded["login_failed"].answer)
    odd = (b"Location", b"/sonar_nld/start.swe?SWECmd=GotoPageTab&SRN=%0d%0a&SWEC=2")
    assert not dialect.stamp(Answer(302, b"", (odd,), b""))
