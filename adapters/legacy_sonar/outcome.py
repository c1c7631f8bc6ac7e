"""How a mutation ended, by what the answer says.

Rules:
1. Only a readable page with a notice that something was stored, and no error, is ACKED.
2. An error of which legacy says that nothing was changed is REJECTED; so is a log-in page: nothing was executed.
3. Everything else - busy, empty, cut, a success followed by an error, a shape that nobody knows - is UNKNOWN.
"""

from adapters.legacy_sonar.content import UnreadableError, decode
from adapters.legacy_sonar.page import NOTICES, Grammar, Page, parse
from proxy.model.call import Call, Format
from proxy.model.entry import OutcomeState
from proxy.model.http import Answer

_REFUSED = frozenset(
    {"SNR-0003", "SNR-0004", "SNR-0009", "SNR-0010", "SNR-0012", "SNR-0021", "SNR-0022", "SNR-0031", "SNR-0098"}
)
_OPENING_ROW = frozenset({"NewRecord", "CreateRecord", "CopyRecord"})


def outcome(call: Call, answer: Answer, grammar: Grammar) -> OutcomeState:
    """Tell how a mutation ended."""
    if call.format is Format.SOAP:
        return _service(answer)
    if answer.status != 200:
        return OutcomeState.UNKNOWN
    try:
        content = decode(answer)
        page = parse(content.body, grammar) if content.media == b"text/html" else Page()
    except UnreadableError:
        return OutcomeState.UNKNOWN
    return _screen(call, page)


def _screen(call: Call, page: Page) -> OutcomeState:
    if page.login or page.error in _REFUSED:
        return OutcomeState.REJECTED
    if page.error or not page.fragments:
        return OutcomeState.UNKNOWN
    if NOTICES.get(page.notice, False):
        return OutcomeState.ACKED
    if page.notice.startswith("Geen record geselecteerd"):
        return OutcomeState.REJECTED
    only_opened = call.links[-1].method in _OPENING_ROW and not page.notice and not _data(call)
    return OutcomeState.ACKED if only_opened else OutcomeState.UNKNOWN


def _data(call: Call) -> bool:
    return any(name not in {"srn", "record"} for name, _ in call.aliases)


def _service(answer: Answer) -> OutcomeState:
    """A stored message answers with an Output element; a fault that is the client's was refused."""
    try:
        body = decode(answer).body
    except UnreadableError:
        return OutcomeState.UNKNOWN
    if answer.status == 200 and b"_Output" in body and b"Fault" not in body and b"Fout>" not in body:
        return OutcomeState.ACKED
    return OutcomeState.REJECTED if answer.status == 500 and b":Client</faultcode>" in body else OutcomeState.UNKNOWN
