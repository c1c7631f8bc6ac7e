"""Claims about answers of a service in words that can be compared."""

from dataclasses import replace

import pytest

from adapters.legacy_sonar import service
from adapters.legacy_sonar.canonical import SonarPages
from adapters.legacy_sonar.suwi import CATEGORIES, FIELDS, NAMESPACE
from proxy.model.person import Category, Unreadable
from rollout.shadow.compare import compare

XSI = b'<ns:KlantprofielOpvragen_Output xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '


@pytest.fixture(scope="module")
def pages(views):
    """What reads them."""
    return SonarPages(views)


@pytest.fixture
def read(pages, dialect, recorded):
    """Read a recorded answer, after replacing texts by others."""

    def seen(name="soap_data", *swaps):
        exchange = recorded[name]
        body = exchange.answer.body
        for old, new in swaps:
            assert old in body, old
            body = body.replace(old, new)
        return pages.read(dialect.read(exchange.request), replace(exchange.answer, body=body))

    return seen


@pytest.fixture
def paths(pages, read):
    """Say where an answer differs from legacy's."""
    return lambda *swaps: [each.path for each in compare(read(), read("soap_data", *swaps), pages)]


def test_every_element_that_may_be_shown_has_a_field_with_its_category():
    """The words are those by which an answer is masked."""
    assert {*FIELDS["ClientSuwi"], "Dienst", "Uitkering"} == service.SHOWN.keys()
    assert CATEGORIES["ClientSuwi"]["ladder_step"] is Category.LD
    assert set(CATEGORIES["Dienst"].values()) == {Category.SV}
    assert set(CATEGORIES["Uitkering"].values()) == {Category.BN}


def test_a_profile_is_its_person_its_services_and_its_benefit(read, recorded):
    """Under the names that newcore has for them, and under its operation."""
    found, person = read(), recorded["soap_data"].persons[0]
    client, services, benefit = found.parts
    assert (found.status, found.media, found.notice, found.error) == (200, "text/xml;utf-8", "", "")
    assert found.view == f"{{{NAMESPACE}}}KlantprofielOpvragen_Output"
    assert [part.of for part in found.parts] == ["client", "service", "registration"]
    assert client.items[0].values["bsn"] == person["bsn"]
    assert client.items[0].values["birth_date"] == person["birth_date"]
    assert len(client.items[0].values) == 10
    assert services.items[0].values.keys() == {"code", "start"}
    assert benefit.items[0].values.keys() == {"law_code", "benefit_from"}
    assert len(found.reading.persons) == 1


def test_nothing_found_and_a_fault_have_no_person(read):
    """What was found, or what went wrong, by its code."""
    nothing, fault = read("soap_nothing"), read("soap_bsn_wrong")
    assert (nothing.notice, nothing.error, [len(part.items) for part in nothing.parts]) == ("NietsGevonden", "", [0])
    assert (fault.status, fault.error, fault.parts) == (500, "SNR-1004", ())
    assert read("soap_login_failed").error == "SNR-1001"


@pytest.mark.parametrize(
    "swaps",
    [
        [(b"<ns:", b"<s:"), (b"</ns:", b"</s:"), (b"xmlns:ns=", b"xmlns:s=")],
        [(b"SOAP-ENV:", b"e:"), (b":SOAP-ENV=", b":e=")],
        [(b"<ns:CdTrede>", b"\r\n  <ns:CdTrede>")],
        [(b"<SOAP-ENV:Header/>", b"<SOAP-ENV:Header></SOAP-ENV:Header>")],
        [(b"?>\r\n<", b"?><")],
    ],
)  # fmt: skip
def test_another_way_of_writing_the_same_message_is_no_difference(paths, read, swaps):
    """Prefixes, blanks between elements, an empty element: no reader of XML can tell."""
    assert paths(*swaps) == []


def test_nil_is_nil_however_it_is_written(pages, read):
    """`1` and `true` mean the same, `0` does not; a type counts by its namespace."""
    head = (b"<ns:KlantprofielOpvragen_Output ", XSI)

    def nil(value: bytes):
        return read("soap_data", head, (b"<ns:CdTrede>", b'<ns:CdTrede xsi:nil="%b">' % value))

    def typed(name: bytes, space: bytes):
        swap = (b"<ns:CdTrede>", b'<ns:CdTrede xsi:type="%b:string" xmlns:%b="urn:%b">' % (name, name, space))
        return read("soap_data", head, swap)

    assert compare(nil(b"1"), nil(b"true"), pages) == ()
    assert [each.path for each in compare(nil(b"1"), nil(b"0"), pages)] == ["frame"]
    assert compare(typed(b"x", b"a"), typed(b"y", b"a"), pages) == ()
    assert [each.path for each in compare(typed(b"x", b"a"), typed(b"x", b"b"), pages)] == ["frame"]


BORN = b"<ns:Geboortedat>"
SERVICE = b"<ns:Dienst><ns:CdDienst>X</ns:CdDienst><ns:DatB>20190101</ns:DatB></ns:Dienst>"


@pytest.mark.parametrize(
    ("swap", "expected"),
    [
        ((BORN, BORN + b"9"), ["birth_date"]),
        ((b"Werkzoekende>N<", b"Werkzoekende>n<"), ["registered~written"]),
        ((b"<ns:Burgerservicenr>999", b"<ns:Burgerservicenr>998"), ["bsn"]),
        ((b"<ns:Uitkering>", SERVICE + b"<ns:Uitkering>"), ["total", "rows.extra"]),
        ((b"Dienst>", b"Dienst >"), []),
        ((b"</ns:ClientSuwi>", b"<ns:CdTrede/></ns:ClientSuwi>"), ["ladder_step"]),
        ((b"v0100", b"v0200"), ["view"]),
        ((b"<SOAP-ENV:Header/>", b""), ["frame"]),
        ((b"?>\r\n", b"?><!-- x -->\r\n"), ["frame"]),
    ],
)  # fmt: skip
def test_every_other_change_is_named(paths, swap, expected):
    """A value, a number, one service more, an element more, a namespace, what stands around it."""
    assert paths(swap) == expected


def test_an_element_that_is_absent_is_none_that_is_empty(pages, read):
    """An empty code and no code are two things to whoever reads them."""
    step = b"<ns:CdTrede>6</ns:CdTrede>"
    empty, absent = read("soap_data", (step, b"<ns:CdTrede/>")), read("soap_data", (step, b""))
    assert [each.path for each in compare(empty, absent, pages)] == ["frame"]
    assert [each.path for each in compare(read(), absent, pages)] == ["ladder_step"]


def test_an_order_of_services_is_a_difference(pages, read):
    """They are told one after another."""
    other = SERVICE.replace(b">X<", b">Y<")
    one = read("soap_data", (b"<ns:Uitkering>", SERVICE + other + b"<ns:Uitkering>"))
    two = read("soap_data", (b"<ns:Uitkering>", other + SERVICE + b"<ns:Uitkering>"))
    assert [each.path for each in compare(one, two, pages)] == ["code", "code"]


def test_a_person_less_is_a_row_less(pages, read):
    """A double registration of which one is missing, and somebody in the place of nobody."""
    client = read().reading.body.partition(b"<ns:ClientSuwi>")[2].partition(b"</ns:ClientSuwi>")[0]
    twice = read("soap_data", (b"</ns:ClientSuwi>", b"</ns:ClientSuwi><ns:ClientSuwi>%b</ns:ClientSuwi>" % client))
    assert [each.path for each in compare(twice, read(), pages)] == ["total", "rows.missing", "parts"]
    assert "rows.extra" in [each.path for each in compare(read("soap_nothing"), read(), pages)]


def test_what_cannot_be_read_as_persons_is_not_read(read):
    """An element that nobody mapped, a comment among values, a page in place of an answer, broken XML."""
    for swap in ((b"<ns:CdTrede>", b"<ns:Telefoon/><ns:CdTrede>"), (b"<ns:CdTrede>", b"<!-- x --><ns:CdTrede>")):
        assert isinstance(read("soap_data", swap), Unreadable)
    assert isinstance(read("soap_data", (b"</SOAP-ENV:Envelope>", b"")), Unreadable)


def test_a_page_in_answer_to_a_question_is_not_read(pages, dialect, recorded):
    """HTML is no answer of a service."""
    call = dialect.read(recorded["soap_data"].request)
    assert pages.read(call, recorded["login_page"].answer) == Unreadable("content-type")
