"""Service calls: what they ask, however their action is written."""

from dataclasses import replace

import pytest


def test_an_action_that_agrees_in_any_form_is_read(dialect, recorded) -> None:
    """Quoted, unquoted, empty: the operation of the body is what counts, as long as nothing contradicts it."""
    request = recorded["soap_data"].request
    others = tuple(field for field in request.fields if field[0].lower() != b"soapaction")
    for value in (
        b"",
        b'""',
        b'"urn:x:KlantprofielOpvragen"',
        b"KlantprofielOpvragen",
        b"http://x/KlantprofielOpvragen_Input",
    ):
        call = dialect.read(replace(request, fields=(*others, (b"SOAPAction", value))))
        assert call.function == "iface.gem.client.query"
        assert call.account == "GEM0106"
        assert call.password


def test_two_passwords_are_none(dialect, recorded) -> None:
    """Nobody knows which of them legacy would take: then it is legacy that answers."""
    request = recorded["soap_data"].request
    other = replace(request, target=request.target + b"&Password=anders")
    call = dialect.read(other)
    assert (call.account, call.password) == ("GEM0106", None)


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("soap_data", True), ("soap_nothing", True), ("soap_login_failed", False), ("soap_bsn_wrong", False),
        ("soap_operation_unknown", False), ("soap_unreadable", False), ("login_page", False),
    ],
)  # fmt: skip
def test_only_a_result_shows_that_the_credentials_were_taken(dialect, recorded, name, accepted) -> None:
    """A Fault, a page and whatever cannot be read show nothing, also under another status."""
    answer = recorded[name].answer
    assert dialect.accepted(answer) is accepted
    assert not dialect.accepted(replace(answer, status=500))
    assert dialect.accepted(replace(answer, status=200)) is accepted


@pytest.mark.parametrize(
    "swap",
    [
        (b"Burgerservicenr>9", b"Burgerservicenr>9."),
        (b"_Input", b""),
        (b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"),
        (b"<Burgerservicenr>", b'<Burgerservicenr xmlns="urn:x">'),
        (b"<soapenv:Header>", b'<soapenv:Header><UsernameToken xmlns="urn:x">BATCH</UsernameToken>'),
        (b"<soapenv:Header>", b'<soapenv:Header><SessionToken xmlns="urn:x">BATCH</SessionToken>'),
    ],
)
def test_what_legacy_reads_otherwise_is_not_translated(dialect, recorded, swap) -> None:
    """A number with dots, a bare operation, another envelope, another vocabulary: legacy answers a Fault, so it has to answer."""
    request = recorded["soap_data"].request
    assert dict(dialect.read(request).aliases) == {"bsn": "999990226"}
    assert swap[0] in request.body
    call = dialect.read(replace(request, body=request.body.replace(*swap)))
    assert (call.function, call.search.by, call.aliases) == ("iface.gem.client.query", "bsn", ())
