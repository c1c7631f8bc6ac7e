"""Claims about requests for functions of the gateway itself: one reading, or none, and never the legacy's."""

from dataclasses import replace

import pytest

from proxy.model.call import Format, Kind, Unclear
from proxy.model.http import Request
from tests.doubles.playbook import TOKEN, asked, house

GET = "GET /sonar_nld/poort/{} HTTP/1.1\r\nHost: sonar.example\r\n\r\n"
POST = "POST /sonar_nld/poort/{} HTTP/1.1\r\nHost: sonar.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{}"


def read(request: Request):
    """Read by the product's own tables."""
    return house().dialect.read(request)


def test_a_get_shows_and_a_post_asks():
    """Only what asks for something takes the session for itself."""
    shown = read(asked(GET.format("benaderen?kaart=00ff")))
    assert (shown.function, shown.kind, shown.own, shown.context) == ("grant.request", Kind.CONSULT, True, False)
    assert (shown.token, shown.format, dict(shown.aliases)) == (TOKEN, Format.HTML, {"kaart": "00ff"})
    done = read(asked(POST.format("benaderen", "kaart=00ff&reden=voordragen&toelichting=%80+en+%E9")))
    assert (done.kind, done.context, dict(done.aliases)["toelichting"]) == (Kind.MUTATE, True, "€ en é")


@pytest.mark.parametrize(
    "target",
    [
        "",
        "Benaderen",
        "benaderen/",
        "benaderen/x",
        "../start.swe",
        "%62enaderen",
        "onbekend",
        "start.swe?SWECmd=Logoff",
    ],
)
def test_a_path_that_is_not_catalogued_has_no_reading(target):
    """Nothing below the reserved path is ever the legacy's."""
    found = read(asked(GET.format(target)))
    assert isinstance(found, Unclear)
    assert found.reason in {"unknown-own-path", "path"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GET.format("overzicht").replace("GET", "HEAD"), "method"),
        (GET.format("overzicht").replace("GET", "DELETE"), "method"),
        (POST.format("benaderen?kaart=1", "reden=x"), "method"),
        (POST.format("benaderen", "kaart=1&kaart=2"), "duplicate"),
        (POST.format("benaderen", "Kaart=1"), "unknown-argument"),
        (POST.format("benaderen", "SWECmd=Logoff"), "unknown-argument"),
        (POST.format("benaderen", "kaart=%zz"), "percent-encoding"),
        (POST.format("benaderen", "&".join(["kaart=1"] * 21)), "too-many-parameters"),
        (POST.format("benaderen", "kaart=1").replace("x-www-form-urlencoded", "json"), "content-type"),
        (POST.format("benaderen", "kaart=1").replace("Host", "X-HTTP-Method: GET\r\nHost"), "method-override"),
    ],
)
def test_a_form_with_two_readings_has_none(text, reason):
    """The names of fields are a closed list, each once, in the one content type of a form."""
    found = read(asked(text))
    assert isinstance(found, Unclear)
    assert found.reason == reason


def test_the_token_of_an_address_is_none_here():
    """Only the cookie says who asks: an address can be written by anybody."""
    assert isinstance(read(asked(GET.format("overzicht?_sn=abc"), b"")), Unclear)
    assert read(replace(asked(GET.format("overzicht"), b""))).token is None
