"""A refusal in the caller's language: a page, an error block for scripts, a service message, plain text.

Rules: Dutch, with a reference number that the log finds; it reveals nothing of rules, persons or systems; never cached.
"Not yours" and "does not exist" are the same bytes; for services they are legacy's own answer to an unknown person.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from adapters.legacy_sonar.wire import encode
from proxy.model.call import Call, Format, Unclear
from proxy.model.decision import Reason
from proxy.model.http import Answer, Fields

SERVICE_NAMESPACE = "http://sonar.example/SonarKlantInfoGSD/v0100"


@dataclass(frozen=True, slots=True)
class Text:
    """What the user reads, and the status that goes with it."""

    status: int
    code: str
    text: str


_NOT_FOUND = Text(404, "PRT-0004", "Record niet gevonden")
_NOT_ALLOWED = Text(403, "PRT-0403", "U bent niet bevoegd voor deze functie")
_TECHNICAL = "Er is een technische storing. Probeer het later opnieuw"
TEXTS = {
    Reason.UNCLEAR: Text(400, "PRT-0400", "Dit verzoek kan niet worden gelezen en is niet uitgevoerd"),
    Reason.BAD_HEAD: Text(400, "PRT-0400", "Dit verzoek kan niet worden gelezen en is niet uitgevoerd"),
    Reason.NO_SESSION: Text(200, "PRT-0401", "Uw sessie is verlopen, meld u opnieuw aan"),
    Reason.SESSION_BUSY: Text(
        503, "PRT-0429", "Uw vorige handeling is nog niet klaar. Wacht even en probeer het opnieuw"
    ),
    Reason.LOCKED: Text(403, "PRT-0423", "Uw account is geblokkeerd. Neem contact op met de beheerder"),
    Reason.NO_AUTHORISATION: Text(403, "PRT-0407", "U hebt geen geldige autorisatie. Neem contact op met de beheerder"),
    Reason.UNKNOWN_FUNCTION: _NOT_ALLOWED,
    Reason.FUNCTION_NOT_IN_ROLE: _NOT_ALLOWED,
    Reason.OUT_OF_REACH: _NOT_FOUND,
    Reason.PERSON_UNKNOWN: _NOT_FOUND,
    Reason.NO_CURRENT_RECORD: Text(
        409, "PRT-0003", "Geen record geselecteerd. Open het record opnieuw vanuit een lijst"
    ),
    Reason.PAGE_EXPIRED: Text(200, "PRT-0009", "U hebt de knop Terug van uw browser gebruikt; deze pagina is verlopen"),
    Reason.HIDDEN_CATEGORY: Text(403, "PRT-0406", "Deze pagina bevat gegevens waarvoor u niet bevoegd bent"),
    Reason.SEARCH_NOT_ALLOWED: Text(403, "PRT-0405", "U bent niet bevoegd voor deze zoekvraag"),
    Reason.PROTECTED: _NOT_FOUND,
    Reason.UNREADABLE: Text(502, "PRT-0502", _TECHNICAL),
    Reason.MAINTENANCE: Text(503, "PRT-0098", "SONAR is niet beschikbaar wegens onderhoud. Probeer het later opnieuw"),
    Reason.UPSTREAM: Text(502, "PRT-0502", _TECHNICAL),
    Reason.OUTCOME_UNKNOWN: Text(502, "PRT-0504", "Uitkomst onbekend, niet opnieuw indienen"),
    Reason.HANDLE_NOT_ISSUED: _NOT_FOUND,
    Reason.FORM_NOT_ISSUED: Text(400, "PRT-0408", "Dit formulier is niet door de poort uitgegeven. Begin opnieuw"),
    Reason.FAULT: Text(500, "PRT-0500", _TECHNICAL),
    Reason.ALLOWED: Text(500, "PRT-0500", _TECHNICAL),
}
_PHRASES = {
    200: b"OK", 400: b"Bad Request", 403: b"Forbidden", 404: b"Not Found", 409: b"Conflict", 500: b"Internal Server Error",
    502: b"Bad Gateway", 503: b"Service Unavailable",
}  # fmt: skip
_NOBODY = frozenset({Reason.OUT_OF_REACH, Reason.PERSON_UNKNOWN, Reason.PROTECTED})
_NOT_ENTITLED = frozenset({
    Reason.FUNCTION_NOT_IN_ROLE, Reason.UNKNOWN_FUNCTION, Reason.NO_AUTHORISATION, Reason.SEARCH_NOT_ALLOWED,
    Reason.HIDDEN_CATEGORY, Reason.LOCKED,
})  # fmt: skip
_HTML, _XML = b"text/html; charset=ISO-8859-1", b"text/xml; charset=utf-8"
_OPENING = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html><head><title>SONAR - {title}</title>
<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">
<link rel="stylesheet" type="text/css" href="/sonar_nld/static/sonar.css"></head>
<body class="sonar">
"""
_ERROR = """<table class="foutmelding"><tr><td class="fout">{text} ({code}) </td></tr>
<tr><td>Referentienummer: {reference}</td></tr>
<tr><td>Vermeld dit nummer als u contact opneemt met de helpdesk. Er zijn geen gegevens getoond.</td></tr></table>
{more}</body></html>
"""
_URGENT = '<p>Kan het niet wachten? <a href="/sonar_nld/poort/noodtoegang">Vraag noodtoegang</a></p>\n'
"""Below every "niet gevonden", whether or not there is such a person."""
_ENTRY = """<form name="SWEForm1_0" id="SWEEntryForm" method="post" action="/sonar_nld/start.swe">
<table class="aanmelden">
<tr><td class="fout">{text} </td></tr>
<tr><td>Gebruikersnaam</td><td><input type="text" name="SWEUserName" value=""></td></tr>
<tr><td>Wachtwoord</td><td><input type="password" name="SWEPassword" value=""></td></tr>
</table>
<input type="hidden" name="SWEFo" value="SWEForm1_0">
<input type="hidden" name="SWENeedContext" value="false">
<input type="hidden" name="SWECmd" value="ExecuteLogin">
<input type="hidden" name="SWEView" value="Login View">
<input type="hidden" name="SWEC" value="1">
<input type="submit" value="Aanmelden">
</form>
<p>Referentienummer: {reference}</p>
</body></html>
"""
_RPC = '<div class="SWERPCError" id="SWEErr"><span class="code">{code}</span><span class="fout">{text} ({reference}) </span></div>'
_SOAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n'
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>'
    "{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
)
_RESULT = '<ns:{operation}_Output xmlns:ns="{namespace}"><ns:{result}/></ns:{operation}_Output>'
_FAULT = (
    "<SOAP-ENV:Fault><faultcode>SOAP-ENV:{whose}</faultcode><faultstring>{text}</faultstring><detail>"
    '<ns:FWI xmlns:ns="{namespace}"><ns:Fout><ns:Code>{code}</ns:Code><ns:Tekst>{text} (referentie {reference})</ns:Tekst>'
    "</ns:Fout></ns:FWI></detail></SOAP-ENV:Fault>"
)


def refuse(refused: Call | Unclear | None, reason: Reason, reference: str) -> Answer:
    """Make a refusal in the caller's dialect."""
    text = TEXTS[reason]
    format_ = Format.HTML if refused is None else refused.format
    if format_ is Format.SOAP:
        return _service(refused, reason, text, reference)
    if format_ is Format.PLAIN:
        body = f"{text.text} ({text.code}). Referentienummer: {reference}\r\n"
        return _answer(text.status, b"text/plain; charset=ISO-8859-1", encode(body))
    if reason is Reason.NO_SESSION:
        return _answer(200, _HTML, _page("Aanmelden", _ENTRY, text, reference))
    if format_ is Format.RPC:
        return _answer(200, _HTML, encode(_fill(_RPC, text, reference)))
    error = _ERROR.replace("{more}", _URGENT if reason in _NOBODY else "")
    return _answer(text.status, _HTML, _page("Foutmelding", error, text, reference))


def nothing_found(namespace: str, operation: str) -> Answer:
    """Give legacy's own answer to an unknown person, whoever makes it."""
    result = _RESULT.format(namespace=escape(namespace), operation=escape(operation), result="NietsGevonden")
    return _answer(200, _XML, _SOAP.format(body=result).encode())


def _service(refused: Call | Unclear | None, reason: Reason, text: Text, reference: str) -> Answer:
    namespace, operation = SERVICE_NAMESPACE, ""
    if isinstance(refused, Call) and refused.links:
        namespace, operation = refused.links[0].view, refused.links[0].method
    if operation and reason in _NOBODY:
        return nothing_found(namespace, operation)
    if operation and reason in _NOT_ENTITLED:
        result = _RESULT.format(namespace=escape(namespace), operation=escape(operation), result="NietGerechtigd")
        return _answer(200, _XML, _SOAP.format(body=result).encode())
    whose = "Client" if text.status < 500 else "Server"
    fault = _FAULT.format(
        namespace=escape(namespace), whose=whose, text=text.text, code=text.code, reference=escape(reference)
    )
    return _answer(500, _XML, _SOAP.format(body=fault).encode())


def _page(title: str, body: str, text: Text, reference: str) -> bytes:
    return encode((_OPENING.format(title=title) + _fill(body, text, reference)).replace("\n", "\r\n"))


def _fill(template: str, text: Text, reference: str) -> str:
    return template.format(text=text.text, code=text.code, reference=escape(reference))


def _answer(status: int, media: bytes, body: bytes) -> Answer:
    fields: Fields = ((b"Content-Type", media), (b"Cache-Control", b"no-store"), (b"Pragma", b"no-cache"))
    if status == 503:
        fields = (*fields, (b"Retry-After", b"30"))
    return Answer(status, _PHRASES[status], fields, body)
