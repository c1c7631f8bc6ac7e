"""Answers of the services (SuwiML) -> persons, and where what may be left out of them stands.

Rules:
1. Every element is known with its category; an element, a header or a result that is not keeps the answer back, and so
   does a value beside the elements: in a comment, an attribute, between two of them.
2. What is masked is left out, element and all: an absent element is valid where an empty date or code is not. Who it is
   about cannot be left out: an answer about nobody is no answer, so hiding ID hides the person.
3. Bytes are cut only where the tree and the bytes tell the same: plain elements, one after the other, no comment, no
   CDATA. A signed message is never cut: its signature would be false. Both are refused whole where something is hidden.
"""

import re
from collections.abc import Iterator

from lxml import etree

from adapters.legacy_sonar import envelope
from adapters.legacy_sonar.content import Content, UnreadableError
from adapters.legacy_sonar.criteria import normalise_bsn
from adapters.legacy_sonar.envelope import EnvelopeError
from proxy.model.http import Span
from proxy.model.person import Category, Field, Reading, Shown

_BOM = b"\xef\xbb\xbf"
SHOWN = {
    "Burgerservicenr": Category.ID, "SignificantDeelVanDeAchternaam": Category.ID, "Voorvoegsel": Category.ID,
    "Voornamen": Category.ID, "Geboortedat": Category.ID, "CdGemeenteGba": Category.ID,
    "IndGeregistreerdWerkzoekende": Category.ID, "DatBInschrijving": Category.ID, "DatEInschrijving": Category.ID,
    "CdTrede": Category.LD, "Dienst": Category.SV, "Uitkering": Category.BN,
}  # fmt: skip
"""Elements of ClientSuwi with their category; an element that is not here is not released."""
_TYPING = frozenset(
    {"{http://www.w3.org/2001/XMLSchema-instance}nil", "{http://www.w3.org/2001/XMLSchema-instance}type"}
)
_INSIDE = {"Dienst": frozenset({"CdDienst", "DatB", "DatE"}), "Uitkering": frozenset({"CdSzWet", "DatB", "DatE"})}
_SEALS = frozenset({
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2005/08/addressing",
})  # fmt: skip
"""Vocabularies of a header that is about the message: signature, time stamp, addressing."""
_CLIENT = re.compile(rb"<((?:[A-Za-z_][A-Za-z0-9_.-]*:)?)ClientSuwi>(.*?)</\1ClientSuwi\s*>", re.DOTALL)
_ELEMENT = re.compile(
    rb"\s*(<((?:[A-Za-z_][A-Za-z0-9_.-]*:)?)([A-Za-z]+)(?:\s[^<>]*)?(?:/>|(?<!/)>(?:[^<]|<(?!/\2\3\s*>))*+</\2\3\s*>))"
)


def persons(content: Content) -> Reading:
    """Read the persons of a service answer; raises UnreadableError."""
    try:
        root = envelope.parse(content.body, content.charset)
        results = envelope.children(envelope.part(root, "Body"))
        header = envelope.part(root, "Header")
    except EnvelopeError as error:
        raise UnreadableError(f"soap-{error.reason}") from error
    if len(results) != 1 or not _about_the_message(header) or not _plain(results[0]):
        raise UnreadableError("soap-body")
    if envelope.name(results[0])[1] == "Fault":
        return Reading((), content.body)
    found = list(_answers(results[0]))
    for each in found:
        _check(each)
    places = _places(content.body, found) if not envelope.children(header) else [()] * len(found)
    size = len(content.body)
    shown = tuple(_client(child, size, fields) for child, fields in zip(found, places, strict=True))
    told = "".join(header.itertext()) if header is not None else ""
    if any(person.bsn and person.bsn.lstrip("0") in told for person in shown):
        raise UnreadableError("value-in-header")
    return Reading(shown, content.body)


def _about_the_message(header: etree._Element | None) -> bool:
    inside = header.iterdescendants("*") if header is not None else ()
    return all(envelope.name(each)[0] in _SEALS for each in inside)


def _plain(result: etree._Element) -> bool:
    """Tell whether values stand in elements only: not in comments, in attributes or beside elements."""
    for each in result.iter():
        if not isinstance(each.tag, str) or set(each.attrib) - _TYPING:
            return False
        beside = (each.text, *(child.tail for child in each)) if len(each) else ()
        if any(text and text.strip() for text in beside):
            return False
    return True


def _answers(result: etree._Element) -> Iterator[etree._Element]:
    found = envelope.children(result)
    names = {envelope.name(child)[1] for child in found}
    if names == {"ClientSuwi"}:
        yield from found
    elif len(found) != 1 or not names <= {"NietsGevonden", "NietGerechtigd", "NietVanToepassing"} or len(found[0]):
        raise UnreadableError("soap-result")


def _check(element: etree._Element) -> None:
    for child in envelope.children(element):
        name = envelope.name(child)[1]
        if name not in SHOWN or not {envelope.name(each)[1] for each in child} <= _INSIDE.get(name, frozenset()):
            raise UnreadableError("soap-element")


def _client(element: etree._Element, size: int, fields: tuple[Field, ...]) -> Shown:
    found: dict[str, str] = {}
    categories: set[Category] = set()
    for child in envelope.children(element):
        name = envelope.name(child)[1]
        categories.add(SHOWN[name])
        found[name] = (child.text or "").strip()
    bsn = normalise_bsn(found.get("Burgerservicenr", ""))
    if bsn is None:
        raise UnreadableError("bsn")
    municipality = found.get("CdGemeenteGba", "")
    code = municipality if len(municipality) == 4 and municipality.isdecimal() else None
    spans: tuple[Span, ...] = ((0, size),)
    return Shown(None, bsn, code, None, frozenset(categories), spans, deliberate=True, fields=fields)


def _places(body: bytes, found: list[etree._Element]) -> list[tuple[Field, ...]]:
    """Give the fields of each person; none for anybody where bytes and tree do not tell the same."""
    clients = list(_CLIENT.finditer(body))
    cuts = [_elements(body, client.span(2)) for client in clients]
    names = [[envelope.name(child)[1] for child in envelope.children(each)] for each in found]
    declared = body.removeprefix(_BOM).startswith(b"<?xml")
    plain = body.count(b"<!") == 0 and body.count(b"<?") == declared
    if not plain or [[name for name, _ in each] for each in cuts] != names:
        return [()] * len(found)
    return [_fields(each) for each in cuts]


def _elements(body: bytes, inner: Span) -> list[tuple[str, Span]]:
    found: list[tuple[str, Span]] = []
    position, end = inner
    while (element := _ELEMENT.match(body, position, end)) is not None:
        found.append((element[3].decode("ascii"), element.span(1)))
        position = element.end()
    return found if not body[position:end].strip() else []


def _fields(elements: list[tuple[str, Span]]) -> tuple[Field, ...]:
    held: dict[Category, list[Span]] = {}
    for name, span in elements:
        held.setdefault(SHOWN[name], []).append(span)
    held.pop(Category.ID, None)
    return tuple(Field(category, tuple((span, b"") for span in spans)) for category, spans in held.items())
