"""A profile as legacy's service tells it (SuwiML), from newcore's clients, registrations and services. Pure.

Rules:
1. One question of one operation about one BSN, written as legacy reads it; everything else is legacy's. For which day it
   is asked makes no difference, as in legacy. Who asks has said so in the call: there is no session.
2. Several clients with one BSN are told one after another, in the order of lists; without any, nothing is found. A BSN has
   nine digits, days are YYYYMMDD, a flag is J, N or nothing: newcore keeps what the screens show.
3. What the statement does not name is not asked for and left out, element and all, as the gateway cuts it out of legacy's
   own answer. Whose profile it is cannot be left out.
4. A client of whom newcore has no registration, or a list that is not whole, is no answer of newcore's.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from adapters.legacy_sonar import suwi
from adapters.legacy_sonar.mimic import frame as frames
from adapters.legacy_sonar.mimic.ask import Ask, Document, Made, Record, UntranslatableError, Walk, record
from adapters.legacy_sonar.mimic.criteria import plain
from adapters.legacy_sonar.mimic.query import Query
from adapters.legacy_sonar.mimic.search import MOST
from proxy.model.call import Call, Format, SearchClass
from proxy.model.person import Category
from proxy.model.statement import Statement

_DAY = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})")
_REGISTRATIONS, _SERVICES = "registrations", "services"
_ALL = (("limit", str(MOST)), ("offset", "0"))
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n'
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>'
    f'<ns:{suwi.OPERATION}_Output xmlns:ns="{suwi.NAMESPACE}">{{}}</ns:{suwi.OPERATION}_Output>'
    "</SOAP-ENV:Body></SOAP-ENV:Envelope>"
)


def walk(call: Call, statement: Statement) -> Walk:
    """Answer a question for a profile; raises UntranslatableError."""
    bsn, shown = _asked(call), statement.categories
    if Category.ID not in shown:
        raise UntranslatableError("a profile of nobody")
    told = yield (Ask("/clients/_search", body=Query((("bsn", plain("bsn", bsn)),)).body(MOST)),)
    people = _whole(told[0], "clients")
    names = (_REGISTRATIONS, _SERVICES) if Category.SV in shown else (_REGISTRATIONS,)
    places = [(each["id"], name) for each in people for name in names]
    told = (yield tuple(Ask(f"/clients/{row}/{name}", _ALL) for row, name in places)) if places else ()
    found: dict[str, dict[str, tuple[Record, ...]]] = {}
    for (row, name), document in zip(places, told, strict=True):
        found.setdefault(row, {})[name] = _whole(document, name)
    profiles = "".join(_profile(each, found[each["id"]], shown) for each in people)
    return Made(frames.message(_ENVELOPE.format(profiles or "<ns:NietsGevonden/>")))


def _asked(call: Call) -> str:
    """Give the BSN that is asked for; raises UntranslatableError."""
    if call.format is not Format.SOAP or len(call.links) != 1:
        raise UntranslatableError("not one question of a service")
    link, search = call.links[0], call.search
    if (link.view, link.method) != (suwi.NAMESPACE, suwi.OPERATION):
        raise UntranslatableError("another service")
    if search is None or search.by is not SearchClass.BSN or not (search.bsn or "").strip("0"):
        raise UntranslatableError("no person is asked for")
    if "bsn" not in dict(call.aliases):
        raise UntranslatableError("written as legacy would not read it")
    return search.bsn or ""


def _whole(document: Document | None, name: str) -> tuple[Record, ...]:
    """Read a list that is all there is; raises ValueError, KeyError or TypeError for what is none."""
    if document is None:
        raise ValueError("a list of nobody")
    total, found = document["total"], tuple(map(record, document[name]))
    if type(total) is not int or total != len(found):
        raise ValueError("a list that is not whole")
    return found


def _profile(person: Record, found: Mapping[str, tuple[Record, ...]], shown: Collection[Category]) -> str:
    """Write one client; raises ValueError or KeyError where something is missing."""
    (registration,) = found[_REGISTRATIONS]
    texts = _as_told(person) | {name: text for name, text in registration.items() if name not in person}
    inner = "".join(_elements(suwi.CLIENT, texts, shown))
    for each in found.get(_SERVICES, ()):
        inner += _element(suwi.SERVICE, "".join(_elements(suwi.SERVICE, each, shown)))
    if Category.BN in shown:
        inner += _element(suwi.BENEFIT, "".join(_elements(suwi.BENEFIT, registration, shown)))
    return _element(suwi.CLIENT, inner)


def _as_told(person: Record) -> dict[str, str]:
    """Give the texts of a screen as the service tells them."""
    day = _DAY.fullmatch(person["birth_date"])
    return {
        **person,
        "bsn": person["bsn"].zfill(9),
        "surname": person["surname"].rstrip(),
        "birth_date": "".join(day.group(3, 2, 1)) if day else person["birth_date"],
        "registered": person["registered"].strip().upper().replace("Y", "J"),
    }


def _elements(of: str, texts: Record, shown: Collection[Category]) -> Iterator[str]:
    """Write the elements of a record whose category was stated; raises KeyError for a text that is not there."""
    for name, field in suwi.FIELDS[of].items():
        if suwi.CATEGORIES[of][field] in shown:
            yield _element(name, texts[field].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _element(name: str, inner: str) -> str:
    return f"<ns:{name}>{inner}</ns:{name}>" if inner else f"<ns:{name}/>"
