"""Which functions newcore answers, and how each of their screens is had from it: the one place where a function is added.

Rules: a call is translated by its function *and* its view, so that nothing is shown under another function than the one
that was decided; a function that is not here, a view that is not its own and a chain of commands are legacy's; an export is translated by
the function of its list. Every page needs the session stamp of its caller (SRN), which only the request tells. A question
of a service has no screen and no session.
"""

from collections.abc import Callable, Mapping

from adapters.legacy_sonar.mimic import record, search, suwi
from adapters.legacy_sonar.mimic.ask import UntranslatableError, Walk
from adapters.legacy_sonar.mimic.frame import Frame, Setting
from adapters.legacy_sonar.mimic.record import Child, Records
from adapters.legacy_sonar.mimic.search import Lists
from adapters.legacy_sonar.views import PERSON
from proxy.model.call import Call, Format, Kind
from proxy.model.principal import Session
from proxy.model.statement import Statement

_CLIENTS, _CLIENT = Lists("clients", posted=True), Records("clients", PERSON)
_EMPLOYER = Records("employers", "employer", through="vacancy", way="vacancies", by="kvk")
_NOTES = Records("clients", PERSON, {"note": Child("contact-notes", "contactNotes")})
_CANDIDATE = Records("clients", PERSON, {"referral": Child("referrals", "referrals")})

TABLE: Mapping[str, Mapping[str, Lists | Records]] = {
    "vacancy.search": {
        "SNR Vacature Zoek View": Lists("vacancies", filled=True),
        "SNR Vacature View": Records("vacancies", "vacancy"),
    },
    "employer.view": {"SNR Werkgever Zoek View": Lists("employers", filled=True), "SNR Werkgever View": _EMPLOYER},
    "client.search": {"SNR Klant Zoek View": _CLIENTS},
    "client.search.national": {"SNR Klant Zoek Alle Organisaties View": _CLIENTS},
    "client.overview.view": {"SNR Klantbeeld View": _CLIENT},
    "client.identity.view": {"SNR Klant Persoon View": _CLIENT},
    "client.contact.update": {"SNR Klant Contactgegevens View": _CLIENT},
    "client.note.view": {"SNR Contacthistorie View": _NOTES},
    "match.candidate.open": {"SNR Kandidaat View": _CANDIDATE},
    "match.candidates.search": {"SNR Match Kandidaat View": Lists("clients", posted=True, within="vacancy_id")},
    "home.worklist.view": {"SNR Werkvoorraad View": Lists("tasks", posted=True, renewed=True, row="client_id")},
}
"""Function -> its views -> how each is filled."""
SERVICES: Mapping[str, Callable[[Call, Statement], Walk]] = {"iface.gem.client.query": suwi.walk}
"""Function of a service -> what answers its question."""


def translate(call: Call, session: Session | None, statement: Statement, setting: Setting) -> Walk:
    """Give the walk that answers a call; it raises UntranslatableError at its first step where legacy has to."""
    service = SERVICES.get(call.function or "")
    if service is not None:
        return (yield from service(call, statement))
    if session is None:
        raise UntranslatableError("a screen of no session")
    return (yield from _screen(call, session, statement, setting))


def _screen(call: Call, session: Session, statement: Statement, setting: Setting) -> Walk:
    exports = call.kind is Kind.EXPORT and len(call.links) > 1
    function, links = (call.links[0].function, call.links[1:]) if exports else (call.function, call.links)
    name = links[0].view or session.view
    entry = TABLE.get(function or "", {}).get(name)
    if entry is None or len(links) != 1 or (call.kind is Kind.EXPORT and not isinstance(entry, Lists)):
        raise UntranslatableError("a screen that newcore has not")
    at = (_frame(call, session, statement, setting), setting.views.views[name])
    if isinstance(entry, Lists):
        return (yield from search.walk(entry, call, session, at))
    return (yield from record.walk(entry, call, session, at))


def _frame(call: Call, session: Session, statement: Statement, setting: Setting) -> Frame:
    link, srn = call.links[-1], dict(call.aliases).get("srn") or session.stamp
    if not srn and call.kind is not Kind.EXPORT:
        raise UntranslatableError("no session stamp")
    shown_before = call.sequence is None or link.command == "GetCachedFrame"  # with the numbers of that time
    used = session.sequence or 0 if shown_before else call.sequence or 0
    view = setting.views.views.get(link.view or session.view)
    part = link.command == "GetApplet" and view is not None and view.applet(link.applet) is not None
    whole = call.format is not Format.RPC and not part
    return Frame(setting, session.user, srn, used + 1, whole, statement.categories)
