"""Answers of the services: their persons, what is left out of them, and nothing released that is not known."""

import re
from dataclasses import replace

import pytest

from proxy.disclosure.withhold import Cut, withhold
from proxy.model.person import Category, Reading, Unreadable


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
        (b"<ns:CdTrede>", b"<!-- 050-9900123 --><ns:CdTrede>"),
        (b"<ns:CdTrede>", b'<ns:CdTrede tel="050-9900123">'),
        (b"<ns:CdTrede>", b"050-9900123<ns:CdTrede>"),
        (b"<ns:CdSzWet>", b"<ns:Rekening>NL00</ns:Rekening><ns:CdSzWet>"),
        (b"<ns:CdTrede>", b"<?x 050-9900123?><ns:CdTrede>"),
    ],
)
def test_an_element_that_nobody_mapped_keeps_the_answer_back(dialect, recorded, swap) -> None:
    """Unknown elements, headers, results and broken XML are not released."""
    assert isinstance(persons(dialect, recorded["soap_data"], *swap), Unreadable)


def test_a_page_in_answer_to_a_service_is_not_read(dialect, recorded) -> None:
    """HTML is no service answer."""
    exchange = replace(recorded["soap_data"], answer=recorded["login_page"].answer)
    assert persons(dialect, exchange) == Unreadable("content-type")


SIGNED = (
    b'<SOAP-ENV:Header><wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext'
    b'-1.0.xsd"><wsu:Timestamp xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'
    b'"><wsu:Created>2020-11-24T09:00:00Z</wsu:Created></wsu:Timestamp><ds:Signature xmlns:ds="http://www.w3.org/2000/09/'
    b'xmldsig#"><ds:SignatureValue>c2lnbmVk</ds:SignatureValue></ds:Signature></wsse:Security></SOAP-ENV:Header>'
)
CUT = {Category.LD: [b"CdTrede"], Category.SV: [b"Dienst"], Category.BN: [b"Uitkering"]}


def masked(exchange, reading, *categories: Category) -> bytes:
    """The answer without these categories."""
    return withhold(exchange.answer, reading, Cut(masked={0: frozenset(categories)})).body


@pytest.mark.parametrize("category", CUT)
def test_what_is_masked_is_left_out_and_the_rest_keeps_its_bytes(dialect, recorded, category) -> None:
    """An absent element is valid where an empty date is not; what is left reads as an answer without it."""
    exchange = recorded["soap_data"]
    reading = persons(dialect, exchange)
    left = masked(exchange, reading, category)
    names = b"|".join(CUT[category])
    assert left == re.sub(b"<ns:(" + names + rb")>.*?</ns:\1>", b"", exchange.answer.body)
    again = dialect.persons(dialect.read(exchange.request), replace(exchange.answer, body=left))
    assert again.persons[0].categories == reading.persons[0].categories - {category}
    assert again.persons[0].bsn == reading.persons[0].bsn


def test_who_it_is_about_cannot_be_left_out(dialect, recorded) -> None:
    """An answer about nobody is no answer: identity has no place that could be emptied."""
    exchange = recorded["soap_data"]
    reading = persons(dialect, exchange)
    with pytest.raises(ValueError, match="no places"):
        masked(exchange, reading, Category.ID)


def test_a_signed_answer_passes_whole_or_not_at_all(dialect, recorded) -> None:
    """Every byte under a signature stays; where something is hidden there is no place to cut."""
    exchange = recorded["soap_data"]
    reading = persons(dialect, exchange, b"<SOAP-ENV:Header/>", SIGNED)
    assert isinstance(reading, Reading)
    assert reading.persons[0].fields == ()
    assert withhold(exchange.answer, reading, Cut()) is exchange.answer
    with pytest.raises(ValueError, match="no places"):
        masked(exchange, reading, Category.LD)


def test_a_header_that_tells_of_the_person_keeps_the_answer_back(dialect, recorded) -> None:
    """Not even in a signature's own words."""
    exchange = recorded["soap_data"]
    number = exchange.persons[0]["bsn"].encode()
    found = persons(dialect, exchange, b"<SOAP-ENV:Header/>", SIGNED.replace(b"c2lnbmVk", number))
    assert found == Unreadable("value-in-header")


@pytest.mark.parametrize(
    "swap",
    [
        (b"<ns:CdTrede>", b"<ns:CdTrede><![CDATA["),
        (b"<ns:Voornamen>", b"<ns:Voornamen  >"),
        (b"<ns:ClientSuwi>", b'<ns:ClientSuwi xmlns:x="urn:x">'),
        (b"</ns:CdTrede>", b"</ns:CdTrede\n>"),
    ],
)
def test_other_spellings_are_read_alike_and_cut_only_where_it_is_certain(dialect, recorded, swap) -> None:
    """Another spelling of the same tree is either cut as well, or has no places."""
    exchange = recorded["soap_data"]
    body = exchange.answer.body.replace(*swap)
    if b"CDATA" in swap[1]:
        body = body.replace(b"</ns:CdTrede>", b"]]></ns:CdTrede>")
    odd = replace(exchange, answer=replace(exchange.answer, body=body))
    (person,) = persons(dialect, odd).persons
    if not person.fields:
        return
    assert b"CdTrede" not in masked(odd, persons(dialect, odd), Category.LD)


@pytest.mark.parametrize("name", ["NietGerechtigd", "NietVanToepassing"])
def test_other_results_show_nobody(dialect, recorded, name: str) -> None:
    """The closed results of a service."""
    exchange = recorded["soap_nothing"]
    assert persons(dialect, exchange, b"NietsGevonden", name.encode()).persons == ()
