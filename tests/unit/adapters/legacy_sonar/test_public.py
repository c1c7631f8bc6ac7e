"""No answer shows the legacy's own address; nothing else changes."""

import gzip
from dataclasses import replace

import pytest

from proxy.model.http import Answer, Request

HTML = (b"Content-Type", b"text/html; charset=ISO-8859-1")
REQUEST = Request(b"GET", b"/x", b"HTTP/1.1", ((b"Host", b"poort.example:8443"),), b"", "192.0.2.1", b"https")
QUERY = b"/sonar_nld/start.swe?SWECmd=GotoPageTab&SWEC=2&x=%7e+%20"


@pytest.mark.parametrize("name", [b"Location", b"Content-Location", b"LOCATION"])
@pytest.mark.parametrize(
    "start", [b"http://127.0.0.1:8200", b"https://127.0.0.1:8200", b"HTTP://127.0.0.1:8200", b"//127.0.0.1:8200"]
)
def test_an_address_in_a_field_becomes_the_gateways(dialect, name: bytes, start: bytes) -> None:
    """Scheme and authority change; path and query keep their bytes."""
    answer = Answer(302, b"Found", ((name, start + QUERY),), b"")
    assert dialect.public(answer, REQUEST).fields == ((name, b"https://poort.example:8443" + QUERY),)


PLACES = [
    b'<a href="%s">', b"<a href=%s>", b"<a href='%s'>", b'<frame src="%s">', b'<form action="%s">', b'<base href="%s">',
    b'<meta http-equiv="Refresh" content="0;url=%s">', b"<script>location='%s'</script>", b"<style>@import url(%s)</style>",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_an_address_in_a_page_becomes_the_gateways(dialect, place: bytes) -> None:
    """Wherever it stands in a page; the rest of the page is byte for byte the same."""
    before, after = b"<html>\x80\x81 ", b" M\xfcller</html>"
    page = before + place % (b"http://127.0.0.1:8200" + QUERY) + after
    found = dialect.public(Answer(200, b"OK", (HTML, (b"ETag", b"x"), (b"Content-Length", b"9")), page), REQUEST)
    assert found.body == before + place % (b"https://poort.example:8443" + QUERY) + after
    assert found.fields == (HTML,)


def test_refresh_too(dialect) -> None:
    """The field `Refresh` holds an address behind a number."""
    answer = Answer(200, b"OK", ((b"Refresh", b"0;url=http://127.0.0.1:8200/a"), HTML), b"")
    assert dialect.public(answer, REQUEST).fields[0] == (b"Refresh", b"0;url=https://poort.example:8443/a")


def test_a_packed_page_is_looked_into(dialect) -> None:
    """It goes out unpacked where something changed, as it came where nothing did."""
    packed = Answer(
        200, b"OK", (HTML, (b"Content-Encoding", b"gzip")), gzip.compress(b"<a href=http://127.0.0.1:8200/>")
    )
    assert dialect.public(packed, REQUEST) == Answer(200, b"OK", (HTML,), b"<a href=https://poort.example:8443/>")
    other = replace(packed, body=gzip.compress(b"<a href=/>"))
    assert dialect.public(other, REQUEST) is other


def test_another_address_stays(dialect) -> None:
    """A longer host, another port, plain text without slashes."""
    for text in (
        b"http://127.0.0.1:82001/",
        b"http://127.0.0.1.example/",
        b"http://127.0.0.1:8201/",
        b"host 127.0.0.1:8200",
    ):
        answer = Answer(200, b"OK", (HTML, (b"Location", text)), text)
        assert dialect.public(answer, REQUEST) is answer


def test_signed_messages_and_exports_keep_their_bytes(dialect) -> None:
    """Only pages, styles and scripts are changed."""
    for media in (b"text/xml; charset=utf-8", b"text/csv", b"application/vnd.ms-excel", b"image/gif"):
        answer = Answer(200, b"OK", ((b"Content-Type", media),), b"http://127.0.0.1:8200/")
        assert dialect.public(answer, REQUEST) is answer


def test_without_a_host_the_address_becomes_relative(dialect) -> None:
    """An HTTP/1.0 client that names no host still does not learn the legacy's."""
    request = replace(REQUEST, fields=())
    answer = Answer(302, b"Found", ((b"Location", b"http://127.0.0.1:8200/a"),), b"")
    assert dialect.public(answer, request).fields == ((b"Location", b"/a"),)


def test_the_recorded_redirect_loses_the_legacys_address(dialect, recorded, catalogue, views) -> None:
    """An absolute redirect after the log-in leads to the gateway; both cookies stay, line by line."""
    exchange = recorded["login_two_cookies_absolute"]
    inner = type(dialect)(catalogue, views, b"sonar.intern:8200")
    found = inner.public(exchange.answer, exchange.request)
    location = dict(found.fields)[b"Location"]
    assert location.startswith(b"http://sonar.example/sonar_nld/start.swe?SWECmd=GotoPageTab&")
    cookies = [field for field in exchange.answer.fields if field[0] == b"Set-Cookie"]
    assert [field for field in found.fields if field[0] == b"Set-Cookie"] == cookies
