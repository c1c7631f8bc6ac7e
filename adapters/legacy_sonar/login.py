"""What an answer says of the session: who logged in, that it is over, that its token was replaced.

Rules: a log-in succeeded only where a new token came with a redirect into the application or with a page that is no
log-in and no error page - the status says nothing; a log-in page in place of an answer means that the session is over,
also for a script's request.
"""

import re

from adapters.legacy_sonar.content import UnreadableError, decode, values
from adapters.legacy_sonar.page import Grammar, Page, parse
from adapters.legacy_sonar.vocabulary import SESSION_NAME
from proxy.model.call import Call, Credentials, Format
from proxy.model.http import Answer

_COOKIE = re.compile(rb"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,512}")
_ENTRY = b'id="SWEEntryForm"'
_INTO = b"/sonar_nld/start.swe?SWECmd=Goto"
_STAMPED = (
    re.compile(rb"[?&]SRN=([A-Za-z0-9._~-]{1,128})(?:&|$)"),
    re.compile(rb'name="SRN" value="([A-Za-z0-9._~-]{1,128})"'),
)


def token(answer: Answer) -> bytes | None:
    """Give the one session token that an answer sets; b"": it takes the token away; None: it says nothing."""
    found = {value for line in values(answer, b"set-cookie") if (value := _cookie(line)) is not None}
    if len(found) != 1:
        return None
    value = found.pop()
    return value if not value or _COOKIE.fullmatch(value) else None


def _cookie(line: bytes) -> bytes | None:
    crumb, *attributes = line.split(b";")
    name, equals, value = crumb.partition(b"=")
    if not equals or name.strip() != SESSION_NAME.encode():
        return None
    gone = any(part.strip().lower().replace(b" ", b"") == b"max-age=0" or b"1970" in part for part in attributes)
    return b"" if gone else value.strip()


def logged_in(call: Call, answer: Answer, grammar: Grammar) -> tuple[Credentials, bytes] | None:
    """Say who logged in and under which token; None: the log-in failed."""
    fresh = token(answer)
    if call.login is None or not fresh:
        return None
    if answer.status in {302, 303}:
        location = values(answer, b"location")
        inside = len(location) == 1 and _INTO in location[0] and not answer.body
        return (call.login, fresh) if inside else None
    page = _page(answer, grammar)
    if answer.status == 200 and page is not None and not page.login and not page.error and page.fragments:
        return call.login, fresh
    return None


def stamp(answer: Answer) -> str:
    """Give the number that legacy writes into every link and form of this session, as a log-in shows it; empty: it does not."""
    into, inside = _STAMPED
    try:
        found = [into.search(each) for each in values(answer, b"location")] or [inside.search(decode(answer).body)]
    except UnreadableError:
        return ""
    return found[0][1].decode("ascii") if len(found) == 1 and found[0] else ""


def ended(call: Call, answer: Answer, grammar: Grammar) -> bool:
    """Tell whether the legacy session is over."""
    if call.format is Format.SOAP:
        return False
    if call.logoff or token(answer) == b"":
        return True
    if call.login is not None and logged_in(call, answer, grammar) is not None:
        return False
    return is_entry(answer)


def is_entry(answer: Answer) -> bool:
    """Tell whether an answer is the log-in page; data cannot imitate it, since quotes in it are escaped."""
    if values(answer, b"content-disposition"):
        return False
    try:
        return _ENTRY in decode(answer).body
    except UnreadableError:
        return False


def _page(answer: Answer, grammar: Grammar) -> Page | None:
    try:
        return parse(decode(answer).body, grammar)
    except UnreadableError:
        return None
