"""Claims about lists that newcore answers; newcore is played by hand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.legacy_sonar.mimic.ask import Ask, UntranslatableError, Walk
from adapters.legacy_sonar.mimic.search import Lists, walk
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.principal import Listing, Session
from tests.doubles.asked import ended

NOW = datetime(2020, 11, 24, 9, tzinfo=UTC)
VIEW, NATIONAL = "SNR Klant Zoek View", "SNR Klant Zoek Alle Organisaties View"
SESSION = Session(b"k", 1, "AWE0421", NOW, NOW, view=VIEW)
CLIENTS, VACANCIES = Lists("clients", posted=True), Lists("vacancies", filled=True)
HELD = Listing("client.search", "newcore", ("1-71000",), query="surname=Jansen", offset=10, view=VIEW)
TOLD = {"total": 35, "clients": [{"id": "1-71000", "surname": "Jansen"}]}


def call(action: str, *aliases: tuple[str, str], view: str = VIEW, row: str | None = None) -> Call:
    """A call on a list."""
    opens = action.startswith(("Goto", "Reload", "Get")) and not action.endswith("Set")
    names = {"command": action} if opens else {"command": "InvokeMethod", "method": action}
    link = Link("client.search", view, row_id=row, **names)
    return Call(Format.HTML, (link,), "client.search", Kind.SEARCH, sequence=4, aliases=aliases)


def asked(framed, views, lists: Lists, made: Call, session: Session = SESSION) -> Ask:
    """The first question of a walk."""
    (ask,) = next(shown(framed, views, lists, made, session))
    return ask


def shown(framed, views, lists: Lists, made: Call, session: Session = SESSION) -> Walk:
    """The walk of a call."""
    return walk(lists, made, session, (framed(), views.views[made.links[0].view]))


def test_before_anybody_searched_nothing_is_asked(framed, views):
    """A list of persons is empty, and stays so while it is turned or sorted; one of vacancies holds everything."""
    found = ended(shown(framed, views, CLIENTS, call("GotoView")))
    assert b"Geen records gevonden" in found.answer.body
    held = replace(SESSION, listing=found.listing)
    for action in ("GotoNextSet", "SortAscending", "GotoPage", "GotoView"):
        again = ended(shown(framed, views, CLIENTS, call(action, ("sort", "surname")), held))
        assert b"Geen records gevonden" in again.answer.body
    everything = asked(framed, views, VACANCIES, call("GotoView", view="SNR Vacature Zoek View"))
    assert everything == Ask("/vacancies", (("limit", "10"), ("offset", "0")))
    refined = asked(framed, views, CLIENTS, call("RefineQuery", ("surname", "Jansen")), held)
    assert refined.body["filters"] == {"surname": "Jansen"}


def test_an_opened_view_shows_its_list_where_it_stood(framed, views):
    """As legacy does after a look at one of its persons; also in the other view that has the same list."""
    held = replace(SESSION, listing=HELD)
    for view in (VIEW, NATIONAL):
        ask = asked(framed, views, CLIENTS, call("GotoView", view=view), held)
        assert ask.body == {"filters": {"surname": "Jansen"}, "limit": 10, "offset": 10}
    behind = replace(SESSION, listing=Listing("x", "legacy", (), view="SNR Vacature Zoek View"), lists=(HELD,))
    assert asked(framed, views, CLIENTS, call("GotoView"), behind).body["offset"] == 10
    worklist = Lists("tasks", posted=True, renewed=True, row="client_id")
    again = replace(SESSION, listing=replace(HELD, view="SNR Werkvoorraad View"))
    anew = asked(framed, views, worklist, call("GotoView", view="SNR Werkvoorraad View"), again)
    assert anew.body == {"filters": {}, "limit": 10, "offset": 0}


@pytest.mark.parametrize(
    ("made", "sort", "offset"),
    [
        (call("GetCachedFrame"), None, 10), (call("ToggleTo"), None, 10), (call("GetApplet"), None, 10),
        (call("GotoNextSet"), None, 20), (call("GotoFirstSet"), None, 0), (call("GotoPage"), None, 10),
        (call("PositionOnRow", row="1-71000"), None, 10), (call("SortDescending", ("sort", "birth_date")), "-birthDate", 0),
    ],
)  # fmt: skip
def test_a_list_is_gone_on_with(framed, views, made, sort, offset):
    """The criteria stay; the request holds none."""
    body = asked(framed, views, CLIENTS, made, replace(SESSION, listing=HELD)).body
    assert (body["filters"], body.get("sort"), body["offset"]) == ({"surname": "Jansen"}, sort, offset)


def test_behind_the_last_set_is_the_last_set(framed, views):
    """The total tells which one that is, so it is asked for once more."""
    steps = walk(CLIENTS, call("GotoLastSet"), replace(SESSION, listing=HELD), (framed(), views.views[VIEW]))
    assert next(steps)[0].body["offset"] == 0
    assert steps.send((TOLD,))[0].body["offset"] == 30
    with pytest.raises(StopIteration) as stop:
        steps.send((TOLD,))
    made = stop.value.value
    assert b"31 - 31 van 35" in made.answer.body
    assert (made.listing.offset, made.listing.view, made.listing.core) == (30, VIEW, "newcore")


@pytest.mark.parametrize(
    ("made", "listing"),
    [
        (call("GotoNextSet"), None),
        (call("GotoNextSet"), replace(HELD, core="legacy")),
        (call("GotoView"), replace(HELD, core="legacy")),
        (call("RefineQuery", ("surname", "a OR b")), HELD),
        (call("ExecuteQuery", ("surname", "[BSN]")), None),
        (call("ExecuteNamedQuery", ("query_name", "Mijn klanten")), None),
        (call("SaveQueryAs", ("query_name", "Mijn")), HELD),
        (call("PositionOnRow", row="1-79999"), HELD),
        (call("GotoView", row="1-71000"), None),
    ],
)
def test_what_only_legacy_knows_is_legacys(framed, views, made, listing):
    """A list of its own, an expression, a query by its name, a row that is not in the list."""
    with pytest.raises(UntranslatableError):
        asked(framed, views, CLIENTS, made, replace(SESSION, listing=listing))


def test_a_search_in_a_work_list_is_legacys(framed, views):
    """It finds persons of the whole country, who have no task."""
    with pytest.raises(UntranslatableError):
        asked(
            framed, views, Lists("tasks", posted=True, renewed=True), call("ExecuteQuery", view="SNR Werkvoorraad View")
        )


def test_candidates_are_those_of_a_vacancy(framed, views):
    """Its number stands in the address, and is no filter; without one there is legacy's own error, and no list."""
    candidates, view = Lists("clients", posted=True, within="vacancy_id"), "SNR Match Kandidaat View"
    search = replace(call("ExecuteQuery", ("vacancy_id", "2000001"), ("region", "AM01"), view=view), vacancy="2000001")
    ask = asked(framed, views, candidates, search)
    assert (ask.path, ask.body["filters"]) == ("/vacancies/2000001/candidates/_search", {"region": "AM01"})
    found = ended(shown(framed, views, candidates, search), ({"total": 0, "clients": []},))
    assert (found.listing.vacancy, found.listing.query) == ("2000001", "vacancy_id=2000001&region=AM01")
    for wrong in (call("ExecuteQuery", view=view), call("ExecuteQuery", ("vacancy_id", "2*"), view=view)):
        refused = ended(shown(framed, views, candidates, wrong))
        assert (b"VacatureId is verplicht" in refused.answer.body, refused.listing) == (True, None)
    unknown = ended(shown(framed, views, candidates, search), (None,))
    assert b"VacatureId is verplicht" in unknown.answer.body


def test_a_row_of_a_work_list_is_the_row_of_its_person(framed, views):
    """What is clicked there opens a person, not a task."""
    worklist, view = Lists("tasks", posted=True, renewed=True, row="client_id"), "SNR Werkvoorraad View"
    told = {"total": 1, "tasks": [{"id": "1-71000.AWE0421", "clientId": "1-71000", "task": "Oproep"}]}
    made = ended(shown(framed, views, worklist, call("GotoView", view=view)), (told,))
    assert made.listing.rows == ("1-71000",)
    assert b"SWERowId=1-71000&amp;" in made.answer.body


@pytest.mark.parametrize(
    "told",
    [
        {}, {"total": 1}, {"total": True, "clients": []}, {"total": 0, "clients": [{"id": "1"}]},
        {"total": 99, "clients": [{"id": str(number)} for number in range(11)]}, None,
    ],
)  # fmt: skip
def test_what_is_no_set_is_a_fault(framed, views, told):
    """No total, more than were asked for, nothing at all."""
    steps = walk(CLIENTS, call("ExecuteQuery"), SESSION, (framed(), views.views[VIEW]))
    next(steps)
    with pytest.raises((ValueError, KeyError, TypeError)):
        steps.send((told,))


def exported(scope: str = "AllRows", form: str = "XLS") -> Call:
    """An export of the list that is shown, as the line has settled it."""
    last = Link("list.export", VIEW, command="InvokeMethod", method="ExportList")
    aliases = (("export_format", form), ("export_scope", scope))
    links = (Link("client.search", command="ExportedList"), last)
    return Call(Format.HTML, links, "list.export", Kind.EXPORT, pages=True, aliases=aliases)


def test_an_export_is_all_of_its_list_or_the_set_that_is_shown(framed, views):
    """Newcore gives so many records at once, so that it is asked until there are no more."""
    held, at = replace(SESSION, listing=HELD), (framed(), views.views[VIEW])
    steps = walk(CLIENTS, exported(), held, at)
    assert next(steps)[0].body == {"filters": {"surname": "Jansen"}, "limit": 200, "offset": 0}
    two = {"total": 3, "clients": [{"id": "1", "surname": "Jansen"}, {"id": "2", "surname": "Jansen"}]}
    assert steps.send((two,))[0].body["offset"] == 2
    with pytest.raises(StopIteration) as stop:
        steps.send(({"total": 3, "clients": [{"id": "3", "surname": "Jansen"}]},))
    assert stop.value.value.answer.body.count(b"\tJansen\t") == 3
    assert stop.value.value.listing is None
    shown = walk(CLIENTS, exported("CurrentRows", "CSV"), held, at)
    assert next(shown)[0].body == {"filters": {"surname": "Jansen"}, "limit": 10, "offset": 10}
    with pytest.raises(StopIteration) as stop:
        shown.send((two,))
    assert stop.value.value.answer.body.count(b";Jansen;") == 2


def test_an_export_of_a_list_of_legacy_is_legacys(framed, views):
    """And so is one of no list at all; a list in which nobody searched is a file of headings."""
    at = (framed(), views.views[VIEW])
    for listing in (None, replace(HELD, core="legacy")):
        with pytest.raises(UntranslatableError):
            next(walk(CLIENTS, exported(), replace(SESSION, listing=listing), at))
    nothing = replace(HELD, query=".nothing=")
    made = ended(walk(CLIENTS, exported(), replace(SESSION, listing=nothing), at))
    assert made.answer.body.count(b"\r\n") == 1
