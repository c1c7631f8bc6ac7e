"""Where SONAR stands elsewhere than the user sees, since newcore answered part of a session. Pure.

Why: SONAR keeps a view, a cursor per kind of record, lists and a sequence number per session, and acts on them where a
request names nothing. What newcore answers does not move them; the user goes on from what was seen. Rules:
1. An answer of newcore leaves SONAR's view and last page behind; its current person and record where the answer moved them.
2. Only an answer of legacy that shows it brings SONAR back: a page of the person, of the record, of a view.
3. A number that the client used up is used up, whichever core answered: a page that legacy never saw is as old as if it
   had. Legacy itself refuses what it saw; between the two the gateway does.
4. What stands below a person (a note that is being written, or was named last) belongs to that person alone: without a row
   nothing is done to it while the session stands on anybody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from proxy.model.call import Call, Kind
from proxy.model.person import Reading, Shown
from proxy.model.principal import HOME, Astray, Below, Listing, Session
from proxy.model.route import Core

_NEVER = -1
_MOST_BELOW = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer says to a session: which core gave it, what was read, and which persons were kept."""

    call: Call
    core: Core
    reading: Reading | None
    kept: Sequence[Shown]
    cards: Sequence[Shown] = ()
    """Persons shown as a card: matches, but nothing that the session may name by row."""


def replayed(session: Session, call: Call) -> bool:
    """Tell whether a request comes from a page that is used up, which legacy cannot know because newcore answered it."""
    seen, asked, last = session.astray.sequence, call.sequence, session.sequence
    return seen is not None and asked is not None and last is not None and seen < asked <= last


def reaches(session: Session, call: Call) -> bool:
    """Tell whether what a call does below a person is done to the person on whom the session stands."""
    if not call.by_child:
        return True
    view = next((link.view for link in reversed(call.links) if link.view), session.view)
    found = next((each for each in session.below if each.view == view), None)
    return found is not None and found.person == session.current and (bool(call.writes) or not found.unfinished)


def counted(session: Session, seen: Seen) -> int | None:
    """Give the last number that the client used up."""
    number = seen.call.sequence
    if number is None or (seen.reading is not None and not seen.reading.counted):
        return session.sequence
    return number if session.sequence is None else max(number, session.sequence)


def after(session: Session, current: str | None, seen: Seen) -> Astray:
    """Give where SONAR stands elsewhere after an answer; `current` is the person on whom the user stands by then."""
    if seen.core is Core.NEWCORE:
        return _left(session, current, seen)
    return _met(session, seen)


def _left(session: Session, current: str | None, seen: Seen) -> Astray:
    was, moved = session.astray, [each[0] for each in stood(session, seen) if each not in session.records]
    unseen = was.sequence if was.sequence is not None or seen.call.sequence is None else session.sequence
    return Astray(
        view=was.view or seen.call.kind is not Kind.EXPORT,
        person=was.person or current != session.current or (current is None and seen.call.moves_cursor),
        records=tuple(dict.fromkeys((*was.records, *moved))),
        sequence=_NEVER if unseen is None and seen.call.sequence is not None else unseen,
        since=was.since or session.last_seen,
    )


def _met(session: Session, seen: Seen) -> Astray:
    was, reading = session.astray, seen.reading
    if reading is None:
        return was if was == HOME else replace(was, sequence=None, since=None)
    records = _met_records(session, seen, reading)
    if was == HOME and not records:
        return HOME
    return Astray(
        view=was.view and not reading.view,
        person=was.person and reading.cursor is None,
        records=records,
        sequence=None if reading.counted else was.sequence,
    )


def _met_records(session: Session, seen: Seen, reading: Reading) -> tuple[str, ...]:
    """Legacy showed a record, so it stands there; a list that newcore had it may just have begun, at the first row."""
    if reading.record is None:
        return session.astray.records
    kind, row = reading.record
    held = _held(session, reading.view)
    if held is not None and held.core == Core.NEWCORE and (row is None or seen.call.first_page):
        return tuple(dict.fromkeys((*session.astray.records, kind)))
    same = row is None or (held is not None and seen.call.again)
    return session.astray.records if same else tuple(each for each in session.astray.records if each != kind)


def stood(session: Session, seen: Seen) -> tuple[tuple[str, str], ...]:
    """Give on what the user stands that is no person, per kind; a list that is looked at again moves nobody."""
    reading = seen.reading
    if reading is None or reading.record is None:
        return session.records
    kind, row = reading.record
    looked = seen.call.again and seen.call.first_page and _held(session, reading.view) is not None
    if looked or (row is None and not seen.call.pages):
        return session.records
    return ((kind, row or ""), *(each for each in session.records if each[0] != kind))


def _held(session: Session, view: str) -> Listing | None:
    lists = (session.listing, *session.lists)
    return next((each for each in lists if each is not None and each.view == view), None)


def at_home(session: Session) -> bool:
    """Tell whether SONAR has everything that the user saw: its places, and the lists."""
    lists = (session.listing, *session.lists)
    return session.astray == HOME and not any(each is not None and each.core == Core.NEWCORE for each in lists)


def below(session: Session, current: str | None, seen: Seen) -> tuple[Below, ...]:
    """Give to whom what SONAR stands on below a person belongs, per view; newcore changes nothing of it."""
    reading, call = seen.reading, seen.call
    if seen.core is not Core.LEGACY or reading is None or not reading.view or reading.listed:
        return session.below
    others = tuple(each for each in session.below if each.view != reading.view)
    if call.kind is Kind.MUTATE or any(row != current for row in call.row_ids):
        if current is None or reading.cursor != current:
            return others
        unfinished = call.kind is Kind.MUTATE and not call.writes and not call.by_child
        return (Below(reading.view, current, unfinished), *others)[:_MOST_BELOW]
    kept = call.again or call.pages or call.opens or call.first_page
    return session.below if kept else others
