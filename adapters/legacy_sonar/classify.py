"""A request -> its call: all links of the chain joined, the strictest wins, every link listed.

Rules: kind and function are those of the most sensitive link; all rows that any link names count; a chain of which
the names could be read across its links is read only where every link opens a view, and then both readings ask for
the same functions.
"""

from collections.abc import Mapping

from adapters.legacy_sonar import link as links
from adapters.legacy_sonar import message
from adapters.legacy_sonar.fielddata import Tables
from adapters.legacy_sonar.part import Part
from adapters.legacy_sonar.views import Shape
from adapters.legacy_sonar.vocabulary import BY_PLACE, COMMANDS, LOGIN_VIEW, OPENING, UPLOADING, WITHOUT_EFFECT
from adapters.legacy_sonar.wire import OddError, Parameters
from proxy.model.call import Call, Format, Kind, Link, Search

STRICTNESS = (Kind.CONSULT, Kind.SEARCH, Kind.REPORT, Kind.INTERFACE, Kind.ADMIN, Kind.EXPORT, Kind.MUTATE)
_OPENERS = OPENING | {"ExecuteLogin"}
_MOST_DIGITS = 9


def classify(read: Parameters, format_: Format, tables: Tables) -> Call:
    """Join the links of a request into one call; raises OddError where it has no single reading."""
    if read.tangled and not all(_command(args) in _OPENERS for args in read.links):
        raise OddError("chain-tangled")
    if read.upload and not all(args.get("SWEView") in UPLOADING for args in read.links):
        raise OddError("multipart")
    if not read.links[0].keys() - WITHOUT_EFFECT and len(read.links) == 1:
        parts: tuple[Part, ...] = (_bare(read.token),)
    else:
        parts = tuple(part for args in read.links for part in links.classify(args, tables))
    if read.upload:
        parts = tuple(map(message.uploaded, parts))
    return _join(parts, read, format_, tables)


def _command(args: Mapping[str, str]) -> str:
    found = args.get("SWECmd", "")
    return COMMANDS.get(found, found)


def _bare(token: bytes | None) -> Part:
    """No command at all: the log-in page for who has no session, else the current view again."""
    if token is None:
        return Part((Link("session.login", LOGIN_VIEW, command="Login"),), Kind.ADMIN)
    return Part((Link(None, command="GotoPage"),), Kind.CONSULT)


def _join(parts: tuple[Part, ...], read: Parameters, format_: Format, tables: Tables) -> Call:
    every = tuple(link for part in parts for link in part.links)
    logins = {part.login for part in parts if part.login is not None}
    vacancies = {part.vacancy for part in parts if part.vacancy}
    if len(logins) > 1 or len(vacancies) > 1:
        raise OddError("duplicate")
    if any(part.login for part in parts[1:]) or (len(parts) > 1 and any(part.logoff for part in parts)):
        raise OddError("session-in-chain")
    if len(parts) > 1 and any(part.kind is Kind.EXPORT for part in parts) and any(part.rows for part in parts):
        raise OddError("export-in-chain")  # it would move SONAR's cursor to a person whom the answer does not show
    sequence = _sequence(read.shared.get("SWEC"))
    return Call(
        format=format_,
        links=every,
        function=_function(every, tables),
        kind=max((part.kind for part in parts), key=STRICTNESS.index),
        token=read.token,
        login=next(iter(logins), None),
        logoff=any(part.logoff for part in parts),
        row_ids=tuple(dict.fromkeys(row for part in parts for row in part.rows)),
        by_cursor=any(part.by_cursor for part in parts),
        by_place=any(_counts(link, tables) for link in every),
        moves_cursor=any(part.moves_cursor for part in parts),
        pages=any(part.pages for part in parts),
        context=any(part.context for part in parts),
        repeatable=sequence is None and all(part.repeatable for part in parts),
        first_page=parts[-1].first_page and len(parts) == 1,
        opens=parts[-1].opens and len(parts) == 1,
        again=parts[-1].again and len(parts) == 1,
        by_child=any(part.by_child for part in parts),
        sequence=sequence,
        search=_search(parts),
        vacancy=next(iter(vacancies), None),
        asks=frozenset().union(*(part.asks for part in parts)),
        writes=frozenset().union(*(part.writes for part in parts)),
        aliases=_aliases(parts, read),
    )


def _counts(link: Link, tables: Tables) -> bool:
    """Tell whether a link acts on a place in a list; on a view without a list it acts on the cursor."""
    if link.method not in BY_PLACE or link.row_id is not None:
        return False
    view = tables.views.views.get(link.view)
    listed = view is None or any(applet.shape is Shape.LIST for applet in view.applets)
    return listed or link.method == "Drilldown"  # which by now names the view that it leads to


def _function(every: tuple[Link, ...], tables: Tables) -> str | None:
    named = [tables.catalogue.function(link.function) for link in every if link.function is not None]
    if not named:
        return None
    return max(named, key=lambda function: (function.sensitivity, STRICTNESS.index(function.kind))).id


def _search(parts: tuple[Part, ...]) -> Search | None:
    found = [part.search for part in parts if part.search is not None]
    if len(found) > 1:
        raise OddError("two-searches")
    return found[0] if found else None


def _sequence(text: str | None) -> int | None:
    if text is None or not text.isascii() or not text.isdecimal():
        return None
    if len(text) > _MOST_DIGITS:
        raise OddError("sequence")
    return int(text)


def _aliases(parts: tuple[Part, ...], read: Parameters) -> tuple[tuple[str, str], ...]:
    srn = (("srn", read.shared["SRN"]),) if "SRN" in read.shared else ()
    record = tuple(("record", part.record) for part in parts if part.record)
    return (*(alias for part in parts for alias in part.aliases), *record, *srn)
