"""One link: the view decides; what legacy would ignore is refused."""

import pytest

from proxy.model.call import Unclear


@pytest.mark.parametrize("field", ["s_4_1_6_0=x", "s_5_1_1_0=1", "s_12_1_2_0=x", "s_6_1_4_0=1", "s_3_1_7_0=x"])
@pytest.mark.parametrize(
    "read",
    [
        "SWECmd=GotoView&SWEView=SNR+Klantbeeld+View",
        "SWECmd=InvokeMethod&SWEMethod=ToggleTo&SWEView=SNR+Contacthistorie+View",
    ],
)
def test_a_read_with_field_data_is_a_mutation(dialect, post, catalogue, field: str, read: str) -> None:
    """A read that carries changed fields saves first: it is the function that writes them, on the current record."""
    call = dialect.read(post(f"{read}&{field}".encode()))
    assert call.kind == "mutate"
    writer = catalogue.function(call.links[0].function)
    assert writer.kind == "mutate"
    assert call.by_cursor == (writer.shows_persons or "Klantbeeld" in read)
    assert not call.repeatable
    assert dialect.read(post(read.encode())).kind == "consult"


@pytest.mark.parametrize("field", ["s_1_1_2_0=x", "s_2_1_4_0=x", "s_14_1_3_0=x", "s_99_1_1_0=x", "s_4_1_99_0=x"])
def test_fields_that_no_function_writes_have_no_reading(dialect, post, field: str) -> None:
    """Nobody can say what a server does with them."""
    assert isinstance(dialect.read(post(f"SWECmd=GotoView&SWEView=SNR+CV+View&{field}".encode())), Unclear)


def test_every_mapped_view_opens_a_catalogued_function(dialect, get, views) -> None:
    """No screen of the map is without a function, and a named row always counts as a person's there."""
    for view in views.views.values():
        call = dialect.read(get(f"SWECmd=GotoView&SWEView={view.name}".replace(" ", "+").encode()))
        assert call.function is not None
        assert call.links[0].view == view.name
        assert call.by_cursor == view.single


def test_every_link_on_every_list_opens_its_target(dialect, post, views, catalogue) -> None:
    """A drill-down is the function of the view that the clicked column opens, or the one the catalogue names for it."""
    for view in views.views.values():
        for applet in view.applets:
            for control in applet.controls:
                if control.link is None:
                    continue
                row = "1-7ABC3" if view.persons else "1-V100" if "Vacature" in view.name else "1-E100"
                place = f"s_{applet.set}_{applet.number}_{control.id}_0"
                body = f"SWECmd=InvokeMethod&SWEMethod=Drilldown&SWEView={view.name}&SWEField={place}&SWERowId={row}"
                call = dialect.read(post(body.replace(" ", "+").encode()))
                own = catalogue.find(view.name, "", "InvokeMethod", "Drilldown")
                assert call.function == (own or catalogue.find(control.link, "", "GotoView")).id
                assert call.links[0].view == control.link


def test_asking_whether_one_may_is_no_doing(dialect, get) -> None:
    """CanInvokeMethod names a method and does nothing with it; it touches no session context."""
    call = dialect.read(get(b"SWECmd=CanInvokeMethod&SWEMethod=WriteRecord"))
    assert (call.kind, call.context, call.repeatable) == ("consult", False, True)


@pytest.mark.parametrize("name", ["KeepAlive", "keepalive", "IsPortlet"])
@pytest.mark.parametrize("value", ["1", "TRUE", "T", "ON", "Y", "0", ""])
def test_a_session_cannot_be_kept_alive(dialect, get, name: str, value: str) -> None:
    """The argument has no reading in any spelling, with any value."""
    query = f"SWECmd=GotoView&SWEView=SNR+Werkvoorraad+View&{name}={value}".encode()
    assert dialect.read(get(query)).reason == "keep-alive"


def test_a_mutation_always_names_its_view(dialect, post) -> None:
    """Without a view a write would inherit the right to read."""
    for method in ("WriteRecord", "NewRecord", "DeleteRecord", "CreateRecord", "CopyRecord", "ExecuteQuery"):
        body = f"SWECmd=InvokeMethod&SWEMethod={method}&SWERowId=1-7ABC3".encode()
        assert dialect.read(post(body)).reason == "no-view"


INVOKE, NOTES = (
    "SWECmd=InvokeMethod&SWEMethod=",
    "SWEView=SNR+Contacthistorie+View&SWEApplet=SNR+Contactverslag+List+Applet",
)


@pytest.mark.parametrize(
    ("query", "flags"),
    [
        ("SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWERowId=1-7ABC3", {"opens"}),
        ("SWECmd=GotoView&SWEView=SNR+Klantbeeld+View", {"opens"}),
        (f"{INVOKE}Drilldown&SWEView=SNR+Klant+Zoek+View&SWEField=s_1_1_7_0&SWERowId=1-7ABC3", {"opens"}),
        (f"{INVOKE}Drilldown&SWEView=SNR+Klant+Zoek+View&SWEField=s_1_1_7_0", {"opens", "by_place"}),
        ("SWECmd=GotoView&SWEView=SNR+Vacature+View&SWERowId=1-V100", {"opens"}),
        ("SWECmd=GotoView&SWEView=SNR+Klant+Zoek+View", {"first_page", "again"}),
        ("SWECmd=GotoPageTab&SWEScreen=SNR+Vacature+Screen", {"first_page", "again"}),
        ("SWECmd=GotoView&SWEView=SNR+Werkvoorraad+View", {"first_page"}),
        (f"{INVOKE}ExecuteQuery&SWEView=SNR+Klant+Zoek+View", {"first_page"}),
        (f"{INVOKE}GotoNextSet&SWEView=SNR+Klant+Zoek+View", {"pages"}),
        (f"{INVOKE}NewQuery&SWEView=SNR+Klant+Zoek+View", set()),
        (f"{INVOKE}PositionOnRow&SWEView=SNR+Klant+Zoek+View&SWERowId=1-7ABC3", {"again"}),
        (f"{INVOKE}PositionOnRow&SWEView=SNR+Klant+Zoek+View", {"again", "by_place"}),
        (f"{INVOKE}UndoRecord&{NOTES}", set()),
        ("SWECmd=GotoPage", {"again"}),
        ("SWECmd=GetCachedFrame", {"again"}),
        ("SWECmd=CanInvokeMethod&SWEMethod=NewQuery", set()),
        (f"{INVOKE}WriteRecord&{NOTES}&s_4_1_6_0=x", {"by_child"}),
        (f"{INVOKE}DeleteRecord&{NOTES}", {"by_child"}),
        (f"{INVOKE}WriteRecord&{NOTES}&SWERowId=1-7ABC3&s_4_1_6_0=x", set()),
        (f"{INVOKE}NewRecord&{NOTES}&s_4_1_6_0=x", set()),
        (f"{INVOKE}WriteRecord&SWEView=SNR+Klant+Contactgegevens+View&s_5_1_1_0=1", set()),
        (f"{INVOKE}WriteRecord&SWEView=SNR+Vacature+View&s_12_1_2_0=1", set()),
        (f"{INVOKE}WriteRecord&SWEView=SNR+Vacature+Zoek+View&s_11_1_2_0=1", {"by_place"}),
        ("SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWEQMMethod=ToggleTo", set()),
    ],
)
def test_it_says_what_it_opens_shows_again_or_counts_on(dialect, post, query: str, flags: set[str]) -> None:
    """What may move, what stays where it began, and what acts on a place that the request does not name."""
    call = dialect.read(post(query.encode()))
    named = ("opens", "again", "first_page", "pages", "by_place", "by_child")
    assert {name for name in named if getattr(call, name)} == flags


def test_a_deletion_stores_no_value_whatever_it_carries(dialect, post) -> None:
    """A record that is being written is not what it deletes."""
    assert dialect.read(post(f"{INVOKE}DeleteRecord&{NOTES}&s_4_1_6_0=x".encode())).writes == frozenset()
