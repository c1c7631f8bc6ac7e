"""What a session goes on with: the function of its view, the list that it opened, the record under SONAR's cursor.

Rules:
1. Navigation has no function of its own: it inherits that of the view it names, else of the session's view; paging
   that of the list.
2. A call without a row id acts on the record under the cursor. If its person is unknown or was withheld there is no
   current record, and the call is refused before anything is sent.
3. An export goes on with the list: the list's own function goes before it in the call, so that both rights are needed.
4. After an answer the cursor is believed only where the answer says it and its person was kept.
5. A place in a list of newcore, or in one that lost rows, means another row to legacy: a call that names no row is
   refused there. Where else newcore's answers left SONAR behind stands in `astray.py`.
6. Legacy keeps one list per view: paging goes on with the list of the view it names, never with another one.
7. A candidate that the session's own search for a vacancy returned is a match of that vacancy, for as long as the session
   lives, newest last; only persons who were shown, be it as a card, are matches.
8. An identity counts as checked (RG15) for the rows that a search by BSN *and* birth date returned, in this session only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from proxy.identity import astray
from proxy.identity.asked import asked
from proxy.identity.astray import Seen
from proxy.identity.binding import normalise
from proxy.model.call import Call, Kind, Link, SearchClass
from proxy.model.decision import Reason
from proxy.model.person import Shown
from proxy.model.principal import Listing, Session
from proxy.model.route import Core

_MOST_LISTS = 12
_MOST_MATCHES = 300  # three dozen pages of candidates; an older match is found again by the same search
MATCHING = "match.candidates.search"
_MOST_VERIFIED = 200  # a session that checks more identities than this is no conversation; older ones are asked again


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session may live."""

    idle: timedelta
    absolute: timedelta


def focused(session: Session, call: Call) -> Session:
    """Give the session with the list of the view that a call names in front; legacy keeps one list per view."""
    view = next((link.view for link in call.links if link.view), "")
    if not view or (session.listing is not None and session.listing.view == view):
        return session
    held = next((each for each in session.lists if each.view == view), None)
    if held is None and not (call.pages and view != session.view):
        return session
    return fronted(session, held)


def fronted(session: Session, listing: Listing | None) -> Session:
    """Put a list in front; the one that stood there stays for a way back, unless it stood in the same view."""
    others = (session.listing, *session.lists) if session.listing else session.lists
    kept = tuple(each for each in others if listing is None or each.view != listing.view)
    return replace(session, listing=listing, lists=kept[:_MOST_LISTS])


def settle(call: Call, session: Session | None) -> Call | Reason:
    """Fill in what the session knows (function, row under the cursor, vacancy of the list), or say what is missing."""
    inherits = any(link.function is None for link in call.links)
    if session is None:
        return Reason.NO_SESSION if inherits or call.by_cursor else call
    if (refused := _unfit(call, session)) is not None:
        return refused
    function = _inherited(call, session) if inherits or call.pages else call.function
    if function is None or (call.by_cursor and session.current is None):
        return Reason.NO_CURRENT_RECORD
    rows = _rows(call, session)
    vacancy = call.vacancy or _vacancy(call, session, rows)
    if not inherits and not call.pages and rows is call.row_ids and vacancy == call.vacancy:
        return call
    links = tuple(replace(link, function=function) if link.function is None else link for link in call.links)
    if call.kind is Kind.EXPORT and call.pages:
        links = (Link(function, command="ExportedList"), *links)
    return replace(call, links=links, function=call.function or function, row_ids=rows, vacancy=vacancy)


def _unfit(call: Call, session: Session) -> Reason | None:
    """Say why a call does not fit where the session stands."""
    if astray.replayed(session, call):
        return Reason.PAGE_EXPIRED
    lost = call.by_place and (_shows_newcore(session) or _was_cut(session))
    return Reason.NO_CURRENT_RECORD if lost or not astray.reaches(session, call) else None


def _shows_newcore(session: Session) -> bool:
    """Tell whether the client looks at a list of newcore: a place in it means another row to legacy."""
    held = (session.listing, *session.lists) if session.listing else session.lists
    return any(each.view == session.view and each.core == Core.NEWCORE for each in held)


def _was_cut(session: Session) -> bool:
    """Tell whether the client looks at a list that is numbered otherwise than legacy's."""
    return any(each.cut for each in ((session.listing, *session.lists) if session.listing else session.lists))


def _inherited(call: Call, session: Session) -> str | None:
    named = next((link for link in call.links if link.function is None and link.view), None)
    elsewhere = named is not None and named.view != session.view
    if call.pages and (named is None or elsewhere or call.kind is Kind.EXPORT):
        return session.listing.function if session.listing else None
    return named.of_view if named is not None and elsewhere else session.function


def _rows(call: Call, session: Session) -> tuple[str, ...]:
    if not call.by_cursor or session.current is None or session.current in call.row_ids:
        return call.row_ids
    return (session.current, *call.row_ids)


def _vacancy(call: Call, session: Session, rows: tuple[str, ...]) -> str | None:
    """The vacancy of the list counts for its own pages and for the persons that it showed, for nobody else."""
    listing = session.listing
    if listing is None or listing.vacancy is None:
        return None
    return listing.vacancy if call.pages or any(row in listing.rows for row in rows) else None


def checks(call: Call) -> bool:
    """Tell whether a call is the identity check of RG15: a search by complete BSN and birth date."""
    search = call.search
    return search is not None and search.by is SearchClass.BSN and search.bsn is not None and search.birth_date


def verified(session: Session | None, call: Call, shown: Shown) -> bool:
    """Tell whether the identity of a shown person was checked in this session, or is by this very search."""
    if session is not None and shown.row_id is not None and shown.row_id in session.verified:
        return True
    return checks(call) and _is_asked(call, shown)


def _is_asked(call: Call, shown: Shown) -> bool:
    number = normalise(call.search.bsn) if call.search and call.search.bsn else None
    return number is not None and shown.bsn is not None and normalise(shown.bsn) == number


def opened(key: bytes, user: str, now: datetime, call: Call) -> Session:
    """Begin the session of a log-in that succeeded; a chained log-in already has the view of its last link."""
    last = call.links[-1] if len(call.links) > 1 else None
    return Session(
        key=key,
        version=0,
        user=user,
        started_at=now,
        last_seen=now,
        view=last.view if last else "",
        function=last.function if last else None,
        sequence=call.sequence,
    )


def advance(session: Session, seen: Seen, now: datetime) -> Session:
    """Give the session after an answer: view, list, cursor, checked identities, sequence; one version further."""
    call = seen.call
    carried = call.kind is not Kind.EXPORT and (seen.reading is None or seen.reading.counted)
    current = _current(session, seen) if carried or call.moves_cursor else session.current
    listed = _alone(fronted(session, _listing(session, seen)), current, seen) if carried else session
    return replace(
        listed,
        version=session.version + 1,
        last_seen=now,
        view=_view(call, session) if carried else session.view,
        function=_function(call, session) if carried else session.function,
        current=current,
        verified=_verified(session, call, seen.kept),
        matches=_matched(session, call, (*seen.kept, *seen.cards)),
        sequence=astray.counted(session, seen),
        astray=astray.after(session, current, seen),
        below=astray.below(session, current, seen),
        records=astray.stood(session, seen),
    )


def _alone(session: Session, current: str | None, seen: Seen) -> Session:
    """Forget the rows below a person that were turned over where the page of somebody else is shown in their view."""
    reading = seen.reading
    if reading is None or reading.listed or not reading.persons:
        return session
    view, shown = _view(seen.call, session), (current,)
    front = session.listing
    gone = front is not None and front.view == view and front.rows != shown
    others = tuple(each for each in session.lists if each.view != view or each.rows == shown)
    return replace(session, listing=None if gone else front, lists=others)


def _view(call: Call, session: Session) -> str:
    return next((link.view for link in reversed(call.links) if link.view), session.view)


def _function(call: Call, session: Session) -> str | None:
    """A mutation on the view that is open leaves that view's function as it was: looking again is no second mutation."""
    if call.kind is Kind.MUTATE and session.function is not None and _view(call, session) == session.view:
        return session.function
    return next((link.function for link in reversed(call.links) if link.function), session.function)


def _current(session: Session, seen: Seen) -> str | None:
    reading = seen.reading
    if reading is not None and not reading.counted:
        return session.current
    if reading is not None and reading.cursor is not None:
        return reading.cursor if any(shown.row_id == reading.cursor for shown in seen.kept) else None
    untold = seen.call.moves_cursor or (reading is not None and bool(reading.persons) and not reading.listed)
    return None if untold else session.current


def _listing(session: Session, seen: Seen) -> Listing | None:
    call = seen.call
    opens = seen.reading.listed or seen.reading.asking if seen.reading is not None else call.first_page
    function = _function(call, session)
    if call.pages and seen.reading is not None and not opens and seen.reading.persons and function is not None:
        rows = tuple(shown.row_id for shown in seen.kept if shown.row_id is not None)
        return Listing(function, seen.core, rows, view=_view(call, session))  # rows below a person, turned over
    if not opens or function is None:
        return session.listing
    earlier = session.listing if call.pages else None
    rows = tuple(shown.row_id for shown in seen.kept if shown.row_id is not None)
    cut = seen.reading is not None and len(seen.kept) < len(seen.reading.persons)
    found = Listing(function, seen.core, rows, call.vacancy, view=_view(call, session), cut=cut)
    if earlier is not None:
        vacancy = call.vacancy or earlier.vacancy
        found = replace(earlier, function=function, core=seen.core, rows=rows, vacancy=vacancy, cut=cut)
    return replace(found, asked=asked(call, session, seen.reading))


def match_of(session: Session | None, call: Call, row_id: str | None) -> str | None:
    """Name the vacancy for which a shown row was found: by this very search, else by an earlier one of this session."""
    if call.function == MATCHING and call.vacancy is not None:
        return call.vacancy
    held = session.matches if session is not None else ()
    return next((vacancy for vacancy, row in reversed(held) if row == row_id), None)


def found_for(session: Session | None, call: Call, shown: Sequence[Shown]) -> tuple[tuple[str, str], ...]:
    """Give all matches (vacancy, row) that may count now: those of the session, and those of the answer at hand."""
    held = session.matches if session is not None else ()
    if call.function != MATCHING or call.vacancy is None:
        return held
    return (*held, *((call.vacancy, each.row_id) for each in shown if each.row_id is not None))


def _matched(session: Session, call: Call, kept: Sequence[Shown]) -> tuple[tuple[str, str], ...]:
    if call.function != MATCHING or call.vacancy is None:
        return session.matches
    found = tuple((call.vacancy, shown.row_id) for shown in kept if shown.row_id is not None)
    held = tuple(each for each in session.matches if each not in found)
    return (*held, *found)[-_MOST_MATCHES:]


def _verified(session: Session, call: Call, kept: Sequence[Shown]) -> frozenset[str]:
    if not checks(call):
        return session.verified
    found = frozenset(shown.row_id for shown in kept if shown.row_id is not None and _is_asked(call, shown))
    return found if len(session.verified) + len(found) > _MOST_VERIFIED else session.verified | found


def expired(session: Session, now: datetime, limits: Limits) -> bool:
    """Tell whether a session ended by lying idle or by its age."""
    return now - session.last_seen > limits.idle or now - session.started_at > limits.absolute
