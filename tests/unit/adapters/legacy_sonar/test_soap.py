"""Service messages: persons of the answers, and nothing released that is not known."""

from dataclasses import replace

import pytest

from proxy.model.person import Category, Unreadable


def persons(dialect, exchange, *swap: bytes):
    """Read the persons of an answer, after replacing one text by another."""
    answer = exchange.answer
    if swap:
        assert swap[0] in answer.body
        answer = replace(answer, body=answer.body.replace(*swap))
    return dialect.persons(dialect.read(exchange.request), answer)


def test_the_person_of_a_profile(dialect, recorded) -> None:
    """BSN, municipality and the categories of what is told."""
    exchange = recorded["soap_data"]
    (person,) = persons(dialect, exchange).persons
    assert person.bsn == exchange.persons[0]["bsn"]
    assert person.municipality == exchange.persons[0]["municipality_code"]
    assert {Category.ID, Category.LD} <= person.categories <= {Category.ID, Category.LD, Category.SV, Category.BN}


def test_nobody_in_errors_and_in_nothing_found(dialect, recorded) -> None:
    """Faults and NietsGevonden show nobody."""
    for name in ("soap_nothing", "soap_bsn_wrong", "soap_login_failed"):
        assert persons(dialect, recorded[name]).persons == ()


@pytest.mark.parametrize(
    "swap",
    [
        (b"<ns:CdTrede>", b"<ns:Telefoon>050</ns:Telefoon><ns:CdTrede>"),
        (b"<SOAP-ENV:Header/>", b"<SOAP-ENV:Header><x>999990007</x></SOAP-ENV:Header>"),
        (b"</ns:ClientSuwi>", b"</ns:ClientSuwi><ns:Meer/>"),
        (b"<ns:Burgerservicenr>", b"<ns:Burgerservicenr>x"),
        (b"</SOAP-ENV:Body>", b"<x/></SOAP-ENV:Body>"),
        (b"</SOAP-ENV:Envelope>", b""),
    ],
)
def test_an_element_that_nobody_mapped_keeps_the_answer_back(dialect, recorded, swap) -> None:
    """Unknown elements, headers, results and broken XML are not released."""
    assert isinstance(persons(dialect, recorded["soap_data"], *swap), Unreadable)


def test_a_page_in_answer_to_a_service_is_not_read(dialect, recorded) -> None:
    """HTML is no service answer."""
    exchange = replace(recorded["soap_data"], answer=recorded["login_page"].answer)
    assert persons(dialect, exchange) == Unreadable("content-type")


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
