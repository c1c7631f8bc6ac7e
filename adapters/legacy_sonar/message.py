"""A group message: to whom it goes, and whether anything is attached to it.

Rules:
1. Legacy sends to the whole list where no recipient is named, and nobody but legacy knows who is in it: no reading.
2. Every recipient is named by row and counts as a person on whom the call acts; all must be allowed, or nothing is sent.
3. Anything attached makes it another function, which no role has: a list of addressees attached to a message leaked nine
   times before legacy's own makers closed that way.
"""

from dataclasses import replace

from adapters.legacy_sonar.fielddata import Args, Tables, place, places
from adapters.legacy_sonar.part import Part
from adapters.legacy_sonar.rows import plain
from adapters.legacy_sonar.views import Shape
from adapters.legacy_sonar.wire import OddError
from proxy.model.call import Kind, Link

SEND = "Send"
ATTACHED = "message.group.attach"
MOST = 250
"""Recipients of one message; the same as the rows of an export."""
_ROWS_OF_ANOTHER_KIND = ("SWERowId", "SWERowId0", "SWEPostnRowId")
_FIELD = "attachment"


def send(link: Link, args: Args, tables: Tables) -> Part:
    """Read the sending of a message; raises OddError where it is not told to whom."""
    form = tables.views.views[link.view].applet(link.applet)
    if form is None or form.shape is not Shape.FORM:
        raise OddError("unknown-applet")
    rows = recipients(args, tables.views.row_ids)
    found = [(place(name, link.view, tables.views)[1], value) for name, value in places(args).items()]
    attached = any(control.field == _FIELD and value.strip() for control, value in found)
    return Part(
        (Link(ATTACHED if attached else link.function, link.view, link.applet, link.command, link.method, rows[0]),),
        Kind.MUTATE,
        rows=rows,
        writes=frozenset(control.category for control, _ in found),
        aliases=tuple((control.field, value) for control, value in found),
    )


def recipients(args: Args, row_ids: Args) -> tuple[str, ...]:
    """Name the recipients, each once; they stand in one place, and are persons all."""
    person = row_ids["client"]
    named = tuple(dict.fromkeys(plain(row, "SWERowIds") for row in args.get("SWERowIds", "").replace(",", " ").split()))
    if any(args.get(name) for name in _ROWS_OF_ANOTHER_KIND):
        raise OddError("two-rows")
    if not named:
        raise OddError("no-recipients")
    if len(named) > MOST:
        raise OddError("too-many-recipients")
    if not all(row.startswith(person) for row in named):
        raise OddError("row-of-other-kind")
    return named


def uploaded(part: Part) -> Part:
    """Read a part that came in a form which can carry a file: what it sends has an attachment."""
    links = tuple(replace(link, function=ATTACHED) if link.method == SEND else link for link in part.links)
    return replace(part, links=links)
