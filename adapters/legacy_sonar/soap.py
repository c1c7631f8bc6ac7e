"""Service calls (SOAP) -> call, and their answers -> persons.

Rules: every name that some server could follow is compared - body element, SOAPAction, wsa:Action, the `action` of
SOAP 1.2, the query - and a contradiction has no reading; the account is that of the UsernameToken; messages are only
read, never written again. What may not be seen is left out of an answer (`service.py`).
"""

from collections.abc import Iterator

from lxml import etree

from adapters.legacy_sonar import envelope, wire
from adapters.legacy_sonar.content import UnreadableError, decode
from adapters.legacy_sonar.criteria import normalise_bsn
from adapters.legacy_sonar.envelope import EnvelopeError
from adapters.legacy_sonar.wire import OddError
from proxy.catalogue import Catalogue
from proxy.model.call import Call, Format, Link, Search, SearchClass
from proxy.model.http import Answer, Request

CREDENTIALS = "http://siebel.com/webservices"
_ADDRESSING = ("http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing")
_QUERY = {"SWEExtSource": "WebService", "SWEExtCmd": "Execute", "WSSOAP": "1"}
_NAMED = (("PasswordText", "UsernameToken"), ("PasswordText", "SessionType", "UsernameToken"))
_MEDIA = frozenset({b"text/xml", b"application/soap+xml"})


def read(request: Request, query: bytes, catalogue: Catalogue) -> Call:
    """Read a service call; raises OddError."""
    wire.check_head(request)
    if request.method != b"POST":
        raise OddError("method")
    asked = wire.service_query(query)
    if any(asked.get(name) != value for name, value in _QUERY.items()):
        raise OddError("service-query")
    try:
        return _call(request, asked, catalogue)
    except EnvelopeError as error:
        raise OddError(f"soap-{error.reason}") from error


def _call(request: Request, asked: dict[str, str], catalogue: Catalogue) -> Call:
    media, parameters = wire.content_type(request)
    if media not in _MEDIA:
        raise OddError("content-type")
    root = envelope.parse(request.body, parameters.get(b"charset", b"").lower())
    operations = envelope.children(envelope.part(root, "Body"))
    if len(operations) != 1:
        raise OddError("soap-body")
    space, element = envelope.name(operations[0])
    operation = element.removesuffix("_Input")
    header = envelope.part(root, "Header")
    _check_actions([*_actions(request, parameters), *_addressed(header)], operation)
    function = catalogue.operation(space, operation)
    if function is None:
        raise OddError("unknown-operation")
    link = Link(function.id, space, "", "Execute", operation)
    account, password = _credentials(header, asked)
    return Call(
        Format.SOAP,
        (link,),
        function.id,
        function.kind,
        account=account,
        password=password,
        context=False,
        repeatable=operation.endswith("Opvragen"),
        search=_search(operations[0]),
        aliases=tuple(_plain(root, operations[0])) if operation.endswith("Opvragen") else (),
    )


def _actions(request: Request, parameters: dict[bytes, bytes]) -> Iterator[str]:
    found = [value for key, value in request.fields if key.strip().lower().replace(b"_", b"-") == b"soapaction"]
    if len(found) > 1:
        raise OddError("action")
    for value in (*found, parameters.get(b"action", b"")):
        yield value.decode("latin-1").strip().strip('"').strip()


def _addressed(header: etree._Element | None) -> Iterator[str]:
    for child in envelope.children(header):
        space, name = envelope.name(child)
        if space in _ADDRESSING and name == "Action":
            yield (child.text or "").strip()


def _check_actions(actions: list[str], operation: str) -> None:
    """An action names the operation behind its last `:`, `/` or `#`; an empty one names nothing."""
    for action in actions:
        named = (
            action.replace("#", ":").replace("/", ":").rpartition(":")[2].removesuffix("_Input").removesuffix("Request")
        )
        if action and named != operation:
            raise OddError("action")


def _credentials(header: etree._Element | None, asked: dict[str, str]) -> tuple[str, bytes | None]:
    """Read the one account that is claimed, and the password beside it where that is one too."""
    texts: dict[str, list[str]] = {}
    for child in envelope.children(header):
        space, name = envelope.name(child)
        if space == CREDENTIALS:
            texts.setdefault(name, []).append((child.text or "").strip())
    if "SessionToken" in texts or texts.get("SessionType", ["None"]) != ["None"]:
        raise OddError("session-type")
    users = {*texts.get("UsernameToken", ()), asked.get("Username", ""), asked.get("SWEUserName", "")} - {""}
    if len(users) != 1 or len(texts.get("UsernameToken", ())) > 1:
        raise OddError("account")
    passwords = {*texts.get("PasswordText", ()), asked.get("Password", ""), asked.get("SWEPassword", "")} - {""}
    return str(users.pop()), passwords.pop().encode() if len(passwords) == 1 else None


def _search(operation: etree._Element) -> Search | None:
    found = [child for child in envelope.children(operation) if envelope.name(child)[1] == "Burgerservicenr"]
    if len(found) > 1 or any(len(child) for child in found):
        raise OddError("duplicate", "Burgerservicenr")
    bsn = normalise_bsn(found[0].text or "") if found else None
    return Search(SearchClass.BSN, bsn) if bsn else Search(SearchClass.OTHER)


def _plain(root: etree._Element, operation: etree._Element) -> Iterator[tuple[str, str]]:
    """Give the number that is asked by, where legacy too can only read the question so; it may be translated then.

    Legacy knows one envelope, one form of the operation, digits alone, and credentials by their bare name.
    """
    space, element = envelope.name(operation)
    told = sorted(envelope.name(child) for child in envelope.children(envelope.part(root, "Header")))
    alone = [[(CREDENTIALS, name) for name in names] for names in _NAMED]
    found = operation.findtext(f"{{{space}}}Burgerservicenr", "").strip()
    digits = found.isascii() and found.isdigit() and len(found) in {8, 9}
    if digits and element.endswith("_Input") and told in alone and root.tag == f"{{{envelope.SOAP_11}}}Envelope":
        yield "bsn", found


def accepted(answer: Answer) -> bool:
    """Tell whether an answer shows that legacy took the credentials: a result, and no Fault."""
    if answer.status != 200:
        return False
    try:
        content = decode(answer)
        results = envelope.children(envelope.part(envelope.parse(content.body, content.charset), "Body"))
    except (EnvelopeError, UnreadableError):
        return False
    return len(results) == 1 and envelope.name(results[0])[1].endswith("_Output")
