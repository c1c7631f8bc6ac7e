"""Claims about the question of a mover and what it understands of the answer; on answers that the stand-in gave."""

from dataclasses import replace

import pytest

from adapters.legacy_sonar import profile
from adapters.legacy_sonar.content import UnreadableError, decode
from proxy.model.call import Search, SearchClass
from tests.unit.adapters.legacy_sonar.conftest import AUTHORITY

ACCOUNT = ("BATCH", 'ge<heim&"')
SHOWN = {
    "surname": "Vries  ", "name_prefix": "de", "given_names": "Anna", "birth_date": "00-03-1970", "municipality": "0106",
}  # fmt: skip
PERSON = SHOWN | {"surname": "Vries", "birth_date": "19700300"}


def told(recorded, name="soap_data", *swaps):
    """Read a recorded answer to the question for its BSN, after some texts were replaced."""
    exchange = recorded[name]
    body = exchange.answer.body
    for before, after in swaps:
        assert before in body
        body = body.replace(before, after)
    bsn = exchange.persons[0]["bsn"] if exchange.persons else "999990019"
    return profile.read(decode(replace(exchange.answer, body=body)), bsn)


def test_the_question_is_one_that_the_gateway_reads(dialect, recorded):
    """Its account, its function and its BSN; nothing of it stands in the address or in a header."""
    body = profile.question(ACCOUNT, "099990019")
    fields = [(b"Host", AUTHORITY), (b"Content-Length", b"%d" % len(body))]
    fields += [(name.encode(), value.encode()) for name, value in profile.HEADERS.items()]
    request = replace(recorded["soap_data"].request, target=profile.PATH.encode(), fields=tuple(fields), body=body)
    call = dialect.read(request)
    assert (call.function, call.account) == ("iface.gem.client.query", "BATCH")
    assert call.search == Search(SearchClass.BSN, "099990019")
    assert "099990019" not in f"{profile.PATH}{profile.HEADERS}"


@pytest.mark.parametrize(
    ("shown", "bsn"),
    [("99990019", "099990019"), (" 999990019 ", "999990019"), ("1234567", "001234567"), ("0001234567", "001234567")],
)
def test_a_bsn_is_asked_for_with_the_zeros_that_pages_lose(shown, bsn):
    """Nine digits, or it cannot be asked for."""
    assert profile.number(shown) == bsn


@pytest.mark.parametrize("shown", ["", "   ", "0", "000000000", "onbekend", "9999900190", "99999x019"])
def test_what_is_no_bsn_is_not_asked_for(shown):
    """A person may have none, and pages hold debris."""
    assert profile.number(shown) is None


def test_an_answer_is_told_as_it_stands(recorded):
    """Registration, benefit and services, in order; codes and days as they are, empty ones too."""
    more = b"<ns:Dienst><ns:CdDienst/><ns:DatB>00000000</ns:DatB></ns:Dienst><ns:Uitkering>"
    before = told(recorded).profiles[0]
    (found,) = told(recorded, "soap_data", (b"<ns:Uitkering>", more)).profiles
    assert found.services == (*before.services, {"code": "", "start": "00000000"})
    assert found.registration == before.registration
    assert set(found.registration) == {"registered_from", "registered_until", "law_code", "benefit_from"}
    assert all(text in recorded["soap_data"].answer.body.decode() for text in found.registration.values())
    assert found.person["bsn"] not in repr(found)


def test_who_has_no_services_has_a_registration_all_the_same(recorded):
    """Nothing stands where they would."""
    body = recorded["soap_data"].answer.body
    services = body[body.index(b"<ns:Dienst>") : body.index(b"<ns:Uitkering>")]
    (found,) = told(recorded, "soap_data", (services, b"")).profiles
    assert (found.services, found.registration) == ((), told(recorded).profiles[0].registration)


def test_nobody_and_errors_are_told_apart(recorded):
    """NietsGevonden is an answer, a Fault is its code, and one who may not ask knows nothing of who is there."""
    assert told(recorded, "soap_nothing") == profile.Told()
    assert told(recorded, "soap_login_failed") == profile.Told(error="SNR-1001")
    assert told(recorded, "soap_login_failed", (b"SNR-1001", b"Geheim1!")) == profile.Told(error="fault")
    denied = told(recorded, "soap_nothing", (b"NietsGevonden", b"NietGerechtigd"))
    assert denied == profile.Told(error="NietGerechtigd")


@pytest.mark.parametrize(
    "swap",
    [
        (b"</ns:CdTrede>", b"</ns:CdTrede><ns:CdTrede>1</ns:CdTrede>"),
        (b"<ns:Voornamen>", b"<ns:CdTrede>1</ns:CdTrede><ns:Voornamen>"),
        (b"</ns:Uitkering>", b"</ns:Uitkering><ns:Uitkering/>"),
        (b"</ns:Uitkering>", b"<ns:DatE>20200101</ns:DatE></ns:Uitkering>"),
        (b"<ns:CdSzWet>", b"<ns:DatE>20200101</ns:DatE><ns:CdSzWet>"),
        (b"<ns:CdTrede>", b"<ns:CdTrede xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:nil='0'>"),
        (b"<ns:CdTrede>", b"<ns:CdTrede xmlns:ns='http://sonar.example/anders'>"),
        (b"<ns:Burgerservicenr>9", b"<ns:Burgerservicenr>8"),
        (b"KlantprofielOpvragen_Output", b"KlantprofielVastleggen_Output"),
        (b"<ns:CdTrede>", b"<ns:Onbekend/><ns:CdTrede>"),
        (b"</SOAP-ENV:Envelope>", b""),
    ],
)
def test_what_is_not_understood_whole_is_unreadable(recorded, swap):
    """Something twice, elsewhere, besides, of somebody else: half of it would be another answer than legacy's."""
    with pytest.raises(UnreadableError):
        told(recorded, "soap_data", swap)


def made(day="20200101", services=(), **changes):
    """A profile of the person who is shown, with some words changed."""
    return profile.Profile(PERSON | changes, {"registered_from": day}, services)


def test_of_two_with_one_bsn_each_is_known_by_name_day_of_birth_and_municipality():
    """One word is enough; blanks at the end of a name are lost on the way."""
    for change in ({"surname": "Bakker"}, {"birth_date": "19700301"}, {"municipality": "0114"}, {"name_prefix": ""}):
        hers, other = made(), made("20190101", **change)
        assert profile.own((other, hers), SHOWN) is hers
        assert profile.own((hers, other), SHOWN) is hers


def test_who_cannot_be_told_apart_is_nobody_unless_the_same_is_told_of_both():
    """A guess would show a municipality somebody else's benefit."""
    assert profile.own((made("20200101"), made("20190101")), SHOWN) is None
    assert profile.own((made(), made(services=({"code": "D1"},))), SHOWN) is None
    assert profile.own((made(), made()), SHOWN) == made()
    assert profile.own((made(surname="A"), made(surname="B")), SHOWN) is None
    assert profile.own((), SHOWN) is None
    alone = made(surname="Anders geschreven")
    assert profile.own((alone,), SHOWN) is alone
