"""The service KlantprofielOpvragen as a mover asks it: the question, and what the answer tells, as texts. Pure.

Rules:
1. The account and the BSN stand in the body of the question, and nowhere else.
2. An answer is understood whole or not at all: every element of a person once, in legacy's order, and none besides. Texts are
   exactly as they are told. A Fault is told by its code alone.
3. Of several persons with one BSN each is known by name, day of birth and municipality; those who cannot be told apart by
   these are nobody's, unless legacy tells the same of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from adapters.legacy_sonar import envelope, service, suwi
from adapters.legacy_sonar.content import Content, UnreadableError
from adapters.legacy_sonar.criteria import normalise_bsn
from adapters.legacy_sonar.soap import CREDENTIALS
from adapters.legacy_sonar.vocabulary import SERVICE_PATH

PATH = f"{SERVICE_PATH.decode()}?SWEExtSource=WebService&SWEExtCmd=Execute&WSSOAP=1"
HEADERS: Mapping[str, str] = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": f'"document/{suwi.NAMESPACE}:{suwi.OPERATION}"',
}
_REGISTERED = ("registered_from", "registered_until")
_KNOWN_BY = ("surname", "name_prefix", "given_names", "municipality")
_CODE = re.compile(r"[A-Z]{3}-[0-9]{4}")

type Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What the service tells of one person, beside who it is."""

    person: Texts = field(repr=False, compare=False)
    registration: Texts = field(repr=False)
    services: tuple[Texts, ...] = field(repr=False)
    """In legacy's order."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: everybody with the BSN, nobody, or an error by its code."""

    profiles: tuple[Profile, ...] = ()
    error: str = ""


def number(shown: str) -> str | None:
    """Give the BSN to ask by, of a BSN as a page shows it; None: it is none that can be asked."""
    digits = shown.strip().lstrip("0")
    return normalise_bsn(digits.zfill(9)) if digits else None


def question(account: tuple[str, str], bsn: str) -> bytes:
    """Write the question: one log-in, for this call alone."""
    root = etree.Element(f"{{{envelope.SOAP_11}}}Envelope", nsmap={"SOAP-ENV": envelope.SOAP_11})
    header = etree.SubElement(root, f"{{{envelope.SOAP_11}}}Header")
    for name, text in zip(("UsernameToken", "PasswordText", "SessionType"), (*account, "None"), strict=True):
        etree.SubElement(header, f"{{{CREDENTIALS}}}{name}").text = text
    body = etree.SubElement(root, f"{{{envelope.SOAP_11}}}Body")
    asked = etree.SubElement(body, f"{{{suwi.NAMESPACE}}}{suwi.OPERATION}_Input")
    etree.SubElement(asked, f"{{{suwi.NAMESPACE}}}Burgerservicenr").text = bsn
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def read(content: Content, bsn: str) -> Told:
    """Read the answer to the question for a BSN; raises UnreadableError."""
    persons = service.persons(content).persons
    (result,) = envelope.children(envelope.part(envelope.parse(content.body, content.charset), "Body"))
    name, found = envelope.name(result)[1], envelope.children(result)
    if name == "Fault":
        return Told(error=_code(result))
    if name != f"{suwi.OPERATION}_Output" or any(each.bsn != bsn for each in persons):
        raise UnreadableError("soap-another")
    if not persons:
        word = envelope.name(found[0])[1]
        return Told(error="" if word == "NietsGevonden" else word)
    return Told(tuple(map(_profile, found)))


def own(profiles: Sequence[Profile], shown: Texts) -> Profile | None:
    """Give the profile of the person of whom a page shows this; None: there is none that is surely hers."""
    near = profiles if len(profiles) == 1 else [each for each in profiles if _is_of(each.person, shown)]
    return near[0] if near and all(each == near[0] for each in near) else None


def _code(fault: etree._Element) -> str:
    codes = (each.text or "" for each in fault.iter("{*}Code"))
    return next((each for each in codes if _CODE.fullmatch(each)), "fault")


def _profile(client: etree._Element) -> Profile:
    texts, inner = _values(suwi.CLIENT, client)
    names = [envelope.name(each)[1] for each in inner]
    if names != [suwi.SERVICE] * (len(inner) - 1) + [suwi.BENEFIT]:
        raise UnreadableError("soap-shape")
    services = tuple(_whole(suwi.SERVICE, each) for each in inner[:-1])
    registration = {name: texts[name] for name in _REGISTERED} | _whole(suwi.BENEFIT, inner[-1])
    return Profile(texts, registration, services)


def _values(of: str, element: etree._Element) -> tuple[dict[str, str], list[etree._Element]]:
    """Give the texts that an element begins with, and the elements behind them."""
    fields, inside = suwi.FIELDS[of], envelope.children(element)
    first, others = inside[: len(fields)], inside[len(fields) :]
    names = [(envelope.name(each), dict(each.attrib)) for each in first]
    if names != [((suwi.NAMESPACE, name), {}) for name in fields]:
        raise UnreadableError("soap-shape")
    return {field: each.text or "" for field, each in zip(fields.values(), first, strict=True)}, others


def _whole(of: str, element: etree._Element) -> dict[str, str]:
    texts, others = _values(of, element)
    if others:
        raise UnreadableError("soap-shape")
    return texts


def _is_of(person: Texts, shown: Texts) -> bool:
    """Tell whether the service and a page speak of one person; a page has days as dd-mm-jjjj."""
    born = "".join(reversed(shown["birth_date"].strip().split("-")))
    return born == person["birth_date"].strip() and all(
        person[name].strip() == shown[name].strip() for name in _KNOWN_BY
    )
