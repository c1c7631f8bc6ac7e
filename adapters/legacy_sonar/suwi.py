"""The words of SuwiML: which element tells which field, and an answer of a service in words that can be compared. Pure.

Rules:
1. Persons are a list; the services and the benefits of each are lists of their own. Elements are known by their local
   name, as where an answer is masked, and by its categories.
2. The frame is the whole message as any reader of XML has it: namespaces instead of prefixes, attributes in order, `1` and
   `true` of `xsi:nil` the same, no blanks between elements. An element that is absent is none that is empty.
3. What cannot be read as persons is not read.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lxml import etree

from adapters.legacy_sonar import envelope, service
from adapters.legacy_sonar.content import Content, UnreadableError
from proxy.model.person import Category
from proxy.model.shadow import Item, Part, Seen

NAMESPACE, OPERATION = "http://sonar.example/SonarKlantInfoGSD/v0100", "KlantprofielOpvragen"
CLIENT, SERVICE, BENEFIT = "ClientSuwi", "Dienst", "Uitkering"
FIELDS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    CLIENT: {
        "Burgerservicenr": "bsn", "SignificantDeelVanDeAchternaam": "surname", "Voorvoegsel": "name_prefix",
        "Voornamen": "given_names", "Geboortedat": "birth_date", "CdGemeenteGba": "municipality",
        "IndGeregistreerdWerkzoekende": "registered", "DatBInschrijving": "registered_from",
        "DatEInschrijving": "registered_until", "CdTrede": "ladder_step",
    },
    SERVICE: {"CdDienst": "code", "DatB": "start"},
    BENEFIT: {"CdSzWet": "law_code", "DatB": "benefit_from"},
})  # fmt: skip
"""Element that holds others -> its elements, in legacy's order -> canonical field."""
CATEGORIES: Mapping[str, Mapping[str, Category]] = MappingProxyType({
    CLIENT: {field: service.SHOWN[element] for element, field in FIELDS[CLIENT].items()},
    SERVICE: dict.fromkeys((*FIELDS[SERVICE].values(), "ended"), service.SHOWN[SERVICE]),
    BENEFIT: dict.fromkeys((*FIELDS[BENEFIT].values(), "ended"), service.SHOWN[BENEFIT]),
})  # fmt: skip
"""The same -> canonical field -> category."""
_ENDED = {"DatE": "ended"}
"""May stand in an answer, and is in none of legacy's."""
_OF = {CLIENT: "client", SERVICE: "service", BENEFIT: "registration"}
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def seen(status: int, content: Content) -> Seen:
    """Say what an answer of a service shows; raises UnreadableError."""
    if content.media not in {b"text/xml", b"application/soap+xml"} or status not in {200, 500}:
        raise UnreadableError("content-type")
    reading = service.persons(content)
    root = envelope.parse(content.body, content.charset)
    (result,) = envelope.children(envelope.part(root, "Body"))
    space, name = envelope.name(result)
    notice, error = _fault(result) if name == "Fault" else ("", "")
    found = envelope.children(result) if reading.persons else []
    if not found and not error:
        notice = envelope.name(envelope.children(result)[0])[1]
    media, view = f"{content.media.decode()};{content.charset.decode()}", f"{{{space}}}{name}"
    return Seen(status, media, view, notice, error, () if error else tuple(_parts(found)), reading, frame(root))


def _fault(fault: etree._Element) -> tuple[str, str]:
    """Give the text of a fault, and the code of the application or else of the message."""
    texts: dict[str, str] = {}
    for each in fault.iter("*"):
        texts.setdefault(envelope.name(each)[1], (each.text or "").strip())
    code = texts.get("Code", "") or texts.get("faultcode", "") or texts.get("Value", "") or "Fault"
    return texts.get("Tekst", "") or texts.get("faultstring", "") or texts.get("Text", ""), code


def _parts(clients: list[etree._Element]) -> Iterator[Part]:
    """Give the persons, then what belongs to each of them."""
    yield _part(CLIENT, clients)
    for place, client in enumerate(clients, 1):
        for name in (SERVICE, BENEFIT):
            yield _part(name, [each for each in envelope.children(client) if envelope.name(each)[1] == name], place)


def _part(name: str, elements: list[etree._Element], parent: int = 0) -> Part:
    items = tuple(Item(str(place), _values(name, each)) for place, each in enumerate(elements, 1))
    whose = str(parent) if parent else ""
    return Part(name, "list", _OF[name], items, CATEGORIES[name], whose, total=len(items), first=1 if items else 0)


def _values(name: str, element: etree._Element) -> Mapping[str, str]:
    fields = {**FIELDS[name], **_ENDED}
    texts = ((envelope.name(each)[1], each.text or "") for each in envelope.children(element))
    return {fields[element]: text for element, text in texts if element in fields}


def frame(root: etree._Element) -> bytes:
    """Give a message as any reader of XML has it, so that only the way in which it is written falls away."""
    whole = (*reversed(list(root.itersiblings(preceding=True))), root, *root.itersiblings())
    return "".join(text for each in whole for text in _written(each)).encode()


def _written(element: etree._Element) -> Iterator[str]:
    if not isinstance(element.tag, str):
        yield f"<!{element.text}>"
        return
    attributes = sorted((str(name), _meant(element, str(name), str(value))) for name, value in element.attrib.items())
    yield f"<{element.tag}{''.join(f' {name}={value!r}' for name, value in attributes)}>"
    yield _told(element.text, bool(len(element)))
    for each in element:
        yield from _written(each)
        yield _told(each.tail, beside=True)
    yield "</>"


def _told(text: str | None, beside: bool) -> str:
    """Give a text; blanks beside an element are none."""
    return "" if text is None or (beside and not text.strip()) else repr(text)


def _meant(element: etree._Element, name: str, value: str) -> str:
    """Say what the value of an attribute means: of a type that it names, the namespace counts and not the prefix."""
    if name == f"{_XSI}nil":
        return {"1": "true", "0": "false"}.get(value.strip(), value)
    prefix, colon, local = value.strip().partition(":")
    return f"{{{element.nsmap.get(prefix, prefix)}}}{local}" if name == f"{_XSI}type" and colon else value
