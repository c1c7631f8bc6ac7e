"""The municipal SOAP query: KlantprofielOpvragen; docs/legacy-surface.md §7.

Rules: UTF-8; the answer is data or NietsGevonden, never NietGerechtigd; every error is a Fault with an FWI block, status 500.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.sessions import token
from adapters.legacy_sonar.standin.store import Store

_SOAP, _NS, _WS = (
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://sonar.example/SonarKlantInfoGSD/v0100",
    "http://siebel.com/webservices",
)
_TOP = '<?xml version="1.0" encoding="UTF-8"?>\r\n'
FAULTS = {
    "SNR-1001": "Aanmelden mislukt", "SNR-1002": "Onbekende operatie", "SNR-1003": "Bericht is niet leesbaar", "SNR-1004": "Burgerservicenr ontbreekt of is geen getal",
    "SNR-0099": "Server bezet, probeer later", "SNR-0098": "SONAR is niet beschikbaar wegens onderhoud",
}  # fmt: skip


@dataclass(slots=True)
class Desk:
    """Answers SOAP calls; the tokens of `Stateless` sessions live here."""

    store: Store
    tokens: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def answer(self, body: bytes, url: dict[str, str]) -> tuple[int, bytes]:
        """Status and bytes for one call."""
        try:
            root = ET.fromstring(body)  # noqa: S314 - a stand-in, fed by tests
        except ET.ParseError:
            return fault("SNR-1003")
        header = {
            element.tag.rpartition("}")[2]: (element.text or "").strip()
            for element in root.findall(f"{{{_SOAP}}}Header/*")
        }
        user = self._user(header, url)
        if not user:
            return fault("SNR-1001")
        operation = root.find(f"{{{_SOAP}}}Body/*")
        if operation is None or operation.tag != f"{{{_NS}}}KlantprofielOpvragen_Input":
            return fault("SNR-1002")
        bsn = (operation.findtext(f"{{{_NS}}}Burgerservicenr") or "").strip()
        if not (bsn.isascii() and bsn.isdigit() and len(bsn) in (8, 9)):
            return fault("SNR-1004")
        return 200, self._output(bsn, self._token(header, user))

    def _user(self, header: dict[str, str], url: dict[str, str]) -> str:
        if header.get("SessionToken"):
            return self.tokens.pop(header["SessionToken"], "")
        user = header.get("UsernameToken") or url.get("Username", "")
        password = header.get("PasswordText") or url.get("Password", "")
        return user if password and PASSWORDS.get(user) == password else ""

    def _token(self, header: dict[str, str], user: str) -> str:
        if header.get("SessionType") != "Stateless":
            return ""
        self.count += 1
        made = token(f"soap/{user}/{self.count}", 40)
        self.tokens[made] = user
        return f'<SessionToken xmlns="{_WS}">{made}</SessionToken>'

    def _output(self, bsn: str, head: str) -> bytes:
        people = [self.store.tables["client"][row] for row in self.store.with_bsn(bsn)]
        inner = "".join(self._client(person) for person in people) or "<ns:NietsGevonden/>"
        return _envelope(
            f"<SOAP-ENV:Header>{head}</SOAP-ENV:Header>" if head else "<SOAP-ENV:Header/>",
            f'<ns:KlantprofielOpvragen_Output xmlns:ns="{_NS}">{inner}</ns:KlantprofielOpvragen_Output>',
        )

    def _client(self, person: Record) -> str:
        services = "".join(
            f"<ns:Dienst>{_element('CdDienst', s['code'])}{_element('DatB', s['start'])}</ns:Dienst>"
            for s in self.store.children("service", person["row_id"])
        )
        registered = person["registered"].strip().upper().replace("Y", "J")
        fields = (
            ("Burgerservicenr", person["bsn"]), ("SignificantDeelVanDeAchternaam", person["surname"].rstrip()), ("Voorvoegsel", person["prefix"]),
            ("Voornamen", person["first_names"]), ("Geboortedat", person["birth_date"]), ("CdGemeenteGba", person["municipality_code"]),
            ("IndGeregistreerdWerkzoekende", registered), ("DatBInschrijving", person["reg_start"]), ("DatEInschrijving", "00000000"),
            ("CdTrede", person["ladder_step"]),
        )  # fmt: skip
        benefit = (
            f"<ns:Uitkering>{_element('CdSzWet', person['law_code'])}{_element('DatB', person['start'])}</ns:Uitkering>"
        )
        return f"<ns:ClientSuwi>{''.join(_element(*pair) for pair in fields)}{services}{benefit}</ns:ClientSuwi>"


def _element(name: str, value: str) -> str:
    text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<ns:{name}>{text}</ns:{name}>" if text else f"<ns:{name}/>"


def _envelope(header: str, body: str) -> bytes:
    return f'{_TOP}<SOAP-ENV:Envelope xmlns:SOAP-ENV="{_SOAP}">{header}<SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>'.encode()


def fault(code: str) -> tuple[int, bytes]:
    """A fault with the code and text of this error."""
    side = "Server" if code.startswith("SNR-00") else "Client"
    detail = f'<ns:FWI xmlns:ns="{_NS}"><ns:Fout><ns:Code>{code}</ns:Code><ns:Tekst>{FAULTS[code]}</ns:Tekst></ns:Fout></ns:FWI>'
    return 500, _envelope(
        "<SOAP-ENV:Header/>",
        f"<SOAP-ENV:Fault><faultcode>SOAP-ENV:{side}</faultcode><faultstring>{FAULTS[code]}</faultstring><detail>{detail}</detail></SOAP-ENV:Fault>",
    )
