"""Claims about a profile that newcore tells in the words of legacy's service; newcore is played by hand."""

from dataclasses import replace
from uuid import UUID

import pytest

from adapters.legacy_sonar.mimic.ask import UntranslatableError
from adapters.legacy_sonar.mimic.suwi import walk
from adapters.legacy_sonar.suwi import NAMESPACE
from proxy.model.call import Format, Search, SearchClass
from proxy.model.person import Category
from proxy.model.principal import Role
from proxy.model.statement import Statement
from tests.doubles.asked import ended
from tests.doubles.profiles import profile_of

CALL = profile_of("99990019")
LINK = CALL.links[0]
STATED = Statement(UUID(int=1), "GEM0106", Role.GEMSYS, "0106", "iface.gem.client.query", frozenset(Category))
CLIENT = {
    "id": "1-71000", "version": 3, "bsn": "99990019", "surname": "Öz & Zn \xa0", "namePrefix": "in 't", "givenNames": "Zoë <x>",
    "birthDate": "00-04-1970", "municipality": "0106", "registered": "y", "ladderStep": "4", "modNum": "1",
}  # fmt: skip
REGISTRATION = {
    "id": "1-71000", "version": 3, "registeredFrom": "20190301", "registeredUntil": "00000000", "lawCode": "PW",
    "benefitFrom": "20180400", "clientId": "1-71000", "position": "0",
}  # fmt: skip
SERVICES = [
    {"id": f"1-71000.{place}", "code": code, "start": "20200100", "clientId": "1-71000", "position": str(place)}
    for place, code in enumerate(("D2", "D1"))
]
FOUND = (
    {"total": 1, "clients": [CLIENT]},
    {"total": 1, "registrations": [REGISTRATION]},
    {"total": 2, "services": SERVICES},
)


def body(*told, call=CALL, **stated) -> str:
    """Give the answer to a question, newcore having told this."""
    made = ended(walk(call, replace(STATED, **stated)), *told)
    assert (made.answer.status, made.listing) == (200, None)
    assert (b"Content-Type", b"text/xml; charset=utf-8") in made.answer.fields
    return made.answer.body.decode()


def test_a_profile_is_written_as_legacy_does():
    """Nine digits, days without dashes, J for y, no blank behind the name, three signs escaped, services in their order."""
    assert body((FOUND[0],), FOUND[1:]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>'
        f'<ns:KlantprofielOpvragen_Output xmlns:ns="{NAMESPACE}"><ns:ClientSuwi>'
        "<ns:Burgerservicenr>099990019</ns:Burgerservicenr>"
        "<ns:SignificantDeelVanDeAchternaam>Öz &amp; Zn</ns:SignificantDeelVanDeAchternaam>"
        "<ns:Voorvoegsel>in 't</ns:Voorvoegsel><ns:Voornamen>Zoë &lt;x&gt;</ns:Voornamen>"
        "<ns:Geboortedat>19700400</ns:Geboortedat><ns:CdGemeenteGba>0106</ns:CdGemeenteGba>"
        "<ns:IndGeregistreerdWerkzoekende>J</ns:IndGeregistreerdWerkzoekende>"
        "<ns:DatBInschrijving>20190301</ns:DatBInschrijving><ns:DatEInschrijving>00000000</ns:DatEInschrijving>"
        "<ns:CdTrede>4</ns:CdTrede>"
        "<ns:Dienst><ns:CdDienst>D2</ns:CdDienst><ns:DatB>20200100</ns:DatB></ns:Dienst>"
        "<ns:Dienst><ns:CdDienst>D1</ns:CdDienst><ns:DatB>20200100</ns:DatB></ns:Dienst>"
        "<ns:Uitkering><ns:CdSzWet>PW</ns:CdSzWet><ns:DatB>20180400</ns:DatB></ns:Uitkering>"
        "</ns:ClientSuwi></ns:KlantprofielOpvragen_Output></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )


def test_the_criterion_is_in_a_body_and_never_in_an_address():
    """The number without its zeros, as newcore keeps it; the lists are asked for by row id."""
    steps = walk(CALL, STATED)
    (asked,) = next(steps)
    assert (asked.path, asked.parameters) == ("/clients/_search", ())
    assert asked.body == {"filters": {"bsn": "99990019"}, "limit": 200, "offset": 0}
    assert "99990019" not in repr(asked)
    places = [each.path for each in steps.send((FOUND[0],))]
    assert places == ["/clients/1-71000/registrations", "/clients/1-71000/services"]


def test_nobody_is_nothing_found():
    """As legacy says it, and nothing more is asked."""
    assert f'<ns:KlantprofielOpvragen_Output xmlns:ns="{NAMESPACE}"><ns:NietsGevonden/></ns:' in body(
        ({"total": 0, "clients": []},)
    )


def test_several_clients_with_one_number_are_told_in_their_order():
    """Each with what is its own."""
    second = CLIENT | {"id": "1-71001", "surname": "Aa", "registered": " "}
    lists = (
        *FOUND[1:],
        {"total": 1, "registrations": [REGISTRATION | {"lawCode": "IOAW"}]},
        {"total": 0, "services": []},
    )
    told = body(({"total": 2, "clients": [CLIENT, second]},), lists)
    one, other = told.split("<ns:ClientSuwi>")[1:]
    assert (one.count("<ns:Dienst>"), other.count("<ns:Dienst>")) == (2, 0)
    assert "<ns:CdSzWet>IOAW<" in other
    assert "<ns:IndGeregistreerdWerkzoekende/>" in other


@pytest.mark.parametrize(
    ("hidden", "gone"),
    [(Category.LD, "CdTrede"), (Category.SV, "Dienst"), (Category.BN, "Uitkering")],
)
def test_what_is_not_stated_is_left_out_whatever_newcore_sends(hidden, gone):
    """The element and all, every other byte stays; services are not even asked for."""
    lists = FOUND[1:2] if hidden is Category.SV else FOUND[1:]
    whole, left = body((FOUND[0],), FOUND[1:]), body((FOUND[0],), lists, categories=frozenset(Category) - {hidden})
    assert gone in whole
    assert gone not in left
    assert len(left.split("<ns:")) == len(whole.split("<ns:")) - {"CdTrede": 1, "Dienst": 6, "Uitkering": 3}[gone]


@pytest.mark.parametrize(
    "call",
    [
        replace(CALL, format=Format.HTML),
        replace(CALL, links=(LINK, LINK)),
        replace(CALL, links=(replace(LINK, method="ProfielBijwerken"),)),
        replace(CALL, links=(replace(LINK, view="urn:other"),)),
        replace(CALL, search=None),
        replace(CALL, aliases=()),
        replace(CALL, search=Search(SearchClass.OTHER)),
        replace(CALL, search=Search(SearchClass.BSN, "000000000")),
    ],
)
def test_anything_but_one_question_about_one_number_is_legacys(call):
    """Nothing is asked of newcore."""
    with pytest.raises(UntranslatableError):
        next(walk(call, STATED))


def test_a_profile_of_nobody_is_not_told():
    """Who it is about cannot be left out."""
    with pytest.raises(UntranslatableError):
        next(walk(CALL, replace(STATED, categories=frozenset({Category.SV}))))


@pytest.mark.parametrize(
    "told",
    [
        ((None,),),
        (({"total": 2, "clients": [CLIENT]},),),
        (({"total": True, "clients": [CLIENT]},),),
        ((FOUND[0],), ({"total": 0, "registrations": []}, FOUND[2])),
        ((FOUND[0],), ({"total": 2, "registrations": [REGISTRATION] * 2}, FOUND[2])),
        ((FOUND[0],), (FOUND[1], {"total": 300, "services": SERVICES})),
        ((FOUND[0],), (FOUND[1], None)),
        (({"total": 1, "clients": [{**CLIENT, "birthDate": None}]},), FOUND[1:]),
        ((FOUND[0],), ({"total": 1, "registrations": [{**REGISTRATION, "lawCode": None}]}, FOUND[2])),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_no_answer(told):
    """No registration, or two; a list cut short; a client gone meanwhile; a text that is none: legacy has to answer."""
    with pytest.raises((ValueError, KeyError)):
        ended(walk(CALL, STATED), *told)
