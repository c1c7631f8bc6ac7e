"""The municipal query over HTTP."""

from xml.etree import ElementTree as ET

import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.visitor import EAI, SOAP_HEADERS, Visitor, soap_body

NS = "{http://sonar.example/SonarKlantInfoGSD/v0100}"


@pytest.fixture
async def machine(standin):
    """The municipality's system."""
    async with Visitor(standin.url, "GEM0106", PASSWORDS["GEM0106"]) as client:
        yield client


async def test_data_are_utf8_and_padded(machine, seeded):
    """A known BSN gives the person, nine digits, dates as YYYYMMDD, whatever his region."""
    old = next(p for p in seeded.tables["client"].values() if p["bsn"].startswith("0"))
    reply = await machine.soap(old["bsn"].lstrip("0"))
    root = ET.fromstring(reply.body)
    assert reply.status == 200
    assert reply.header("Content-Type") == "text/xml; charset=utf-8"
    assert root.findtext(f".//{NS}Burgerservicenr") == old["bsn"]
    assert root.findtext(f".//{NS}Geboortedat") == old["birth_date"]
    assert root.findtext(f".//{NS}SignificantDeelVanDeAchternaam") == old["surname"].rstrip()


async def test_a_double_registration_gives_two_persons(machine, seeded):
    """Two registrations of one BSN are two ClientSuwi."""
    double = next(p["bsn"] for p in seeded.tables["client"].values() if len(seeded.with_bsn(p["bsn"])) == 2)
    root = ET.fromstring((await machine.soap(double)).body)
    assert len(root.findall(f".//{NS}ClientSuwi")) == 2


async def test_nobody_is_nietsgevonden(machine):
    """An unknown BSN is answered with NietsGevonden, status 200."""
    reply = await machine.soap("123456782")
    assert reply.status == 200
    assert ET.fromstring(reply.body).find(f".//{NS}NietsGevonden") is not None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (soap_body(("GEM0106", "fout"), "999990019"), "SNR-1001"),
        (
            soap_body(("GEM0106", PASSWORDS["GEM0106"]), "1").replace(b"KlantprofielOpvragen_Input", b"X_Input"),
            "SNR-1002",
        ),
        (b"<soapenv:Envelope", "SNR-1003"),
        (soap_body(("GEM0106", PASSWORDS["GEM0106"]), "12A"), "SNR-1004"),
    ],
)
async def test_errors_are_faults_with_a_code(machine, body, code):
    """Every error is a 500 with a SOAP fault and an FWI code."""
    reply = await machine.exchange("POST", EAI, body, SOAP_HEADERS)
    assert reply.status == 500
    assert ET.fromstring(reply.body).findtext(f".//{NS}Code") == code


async def test_busy_is_a_fault(standin, machine):
    """Busy is told in SOAP."""
    standin.modes(busy=True)
    assert b"<ns:Code>SNR-0099</ns:Code>" in (await machine.soap("999990019")).body


async def test_a_session_token_is_good_for_one_call(machine):
    """Stateless: each answer has a new token, which replaces the password once."""
    first = await machine.soap("999990019", "Stateless")
    token = first.text.split('webservices">')[1].split("<")[0]
    second = await machine.soap("999990019", "Stateless", token)
    assert second.status == 200
    assert token not in second.text
    assert (await machine.soap("999990019", "Stateless", token)).status == 500


async def test_the_password_may_stand_in_the_url(machine):
    """Username and Password in the URL are accepted."""
    body = soap_body(("", ""), "999990019")
    reply = await machine.exchange(
        "POST", f"{EAI}&Username=GEM0106&Password={PASSWORDS['GEM0106']}", body, SOAP_HEADERS
    )
    assert reply.status == 200
