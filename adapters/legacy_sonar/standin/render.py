"""From a session's state to the fragments of its current view."""

from __future__ import annotations

from adapters.legacy_sonar.standin import pages, search
from adapters.legacy_sonar.standin.applets import Applet
from adapters.legacy_sonar.standin.commands import Visit, listing_of
from adapters.legacy_sonar.standin.pages import Frame, Rows
from adapters.legacy_sonar.standin.records import TEXTS

NOTHING = f"{TEXTS['SNR-0003']} (SNR-0003)"


def _rows(visit: Visit, applet: Applet) -> Rows:
    listing = listing_of(visit, applet)
    shown = listing.rows[listing.start : listing.start + search.SET_SIZE]
    records = [record for row in shown if (record := visit.store.record(row))]
    return Rows(records, listing.start, len(listing.rows), listing.parent, listing.asking)


def _fragment(visit: Visit, frame: Frame, applet: Applet) -> str:
    view = visit.view
    pending = visit.session.pending.get(applet.component, "").partition("|")[0]
    if pending and applet.kind != "head":
        return pages.form(frame, applet, view.title, {"row_id": pending})
    if applet.kind == "list":
        return pages.listing(frame, view, applet, _rows(visit, applet))
    record = visit.store.record(visit.session.cursor.get(applet.component, "")) or {}
    return pages.form(frame, applet, "Klant" if applet.kind == "head" else view.title, record)


def _lost(visit: Visit) -> bool:
    """Whether the view needs a current record that the session has not."""
    main = visit.view.main
    needed = main.parent or ("" if main.kind == "list" else main.component)
    return (
        bool(needed)
        and not visit.session.pending.get(main.component)
        and not visit.store.record(visit.session.cursor.get(needed, ""))
    )


def fragments(visit: Visit, frame: Frame) -> tuple[str, str]:
    """The notice of the page, and its fragments; the head of the person comes first."""
    applets = [visit.only] if visit.only else sorted(visit.view.applets, key=lambda applet: applet.kind != "head")
    message = NOTHING if _lost(visit) and not visit.message else visit.message
    return message, "".join(_fragment(visit, frame, applet) for applet in applets)
