"""Field data: by which categories a query asks, which a change writes, and what is refused."""

import pytest

from proxy.model.call import Call, Kind, SearchClass, Unclear
from proxy.model.person import Category

SEARCH = b"SWECmd=InvokeMethod&SWEMethod=%s&SWEView=SNR+Klant+Zoek+View&SWEApplet=SNR+Klant+Zoek+Applet"
CT, ID = Category.CT, Category.ID
EVERYTHING = frozenset(Category)


def asks(dialect, post, body: bytes) -> frozenset[Category]:
    """By what a request asks."""
    call = dialect.read(post(body))
    assert isinstance(call, Call), call
    return call.asks


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (b"&s_1_1_2_0=Jansen*", {ID}),
        (b"&s_1_1_8_0=9401AA", {CT}),
        (b"&s_1_1_2_0=Jansen*&s_1_1_12_0=Assen", {ID, CT}),
        (b"&s_1_1_2_0=Jansen*&s_1_1_12_0=", {ID}),
        (b"", set()),
        (b"&s_1_1_2_0=Jansen+OR+%5BPostcode%5D%3D%229401AA%22", EVERYTHING),
        (b"&s_1_1_2_0=%5BGeheim%5D%3D%22J%22", EVERYTHING),
    ],
)
def test_a_query_asks_by_the_categories_of_its_fields(dialect, post, fields: bytes, expected) -> None:
    """An empty field asks nothing; an expression can ask about any other field."""
    for method in (b"ExecuteQuery", b"RefineQuery"):
        assert asks(dialect, post, SEARCH % method + fields) == expected


def test_a_saved_query_may_ask_anything(dialect, post) -> None:
    """Only the two that legacy ships ask nothing about anybody."""
    named = SEARCH % b"ExecuteNamedQuery" + b"&SWEQueryName="
    assert asks(dialect, post, named + b"Mijn+klanten") == frozenset()
    assert asks(dialect, post, named + b"eigen+zoekvraag") == EVERYTHING


def test_a_sort_asks_by_its_column(dialect, post) -> None:
    """The order of rows tells their values."""
    sort = b"SWECmd=InvokeMethod&SWEMethod=SortAscending&SWEView=SNR+Klant+Zoek+View&SWEField=s_1_1_%d_0"
    assert asks(dialect, post, sort % 8) == {CT}
    assert asks(dialect, post, sort % 2) == {ID}


def test_other_requests_ask_nothing(dialect, post) -> None:
    """Opening a view, another set, a vacancy query."""
    assert asks(dialect, post, b"SWECmd=GotoView&SWEView=SNR+Klant+Zoek+View") == frozenset()
    assert asks(dialect, post, b"SWECmd=InvokeMethod&SWEMethod=GotoNextSet&SWEView=SNR+Klant+Zoek+View") == frozenset()
    vacancies = b"SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Vacature+Zoek+View&s_11_1_2_0=kok"
    assert asks(dialect, post, vacancies) == frozenset()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"SWEMethod=WriteRecord&SWEView=SNR+Klant+Persoon+View&s_3_1_2_0=x&s_3_1_7_0=y", {ID, Category.NA}),
        (b"SWEMethod=WriteRecord&SWEView=SNR+Klant+Persoon+View&s_3_1_12_0=", {CT}),
        (b"SWEMethod=NewRecord&SWEView=SNR+Contacthistorie+View&s_4_1_6_0=x", {Category.CN}),
        (b"SWEMethod=NewRecord&SWEView=SNR+Verwijzing+View&s_15_1_1_0=2000001", {Category.RF}),
        (b"SWEMethod=Drilldown&SWEView=SNR+Klant+Zoek+View&SWEField=s_1_1_7_0&s_5_1_1_0=050", {CT}),
        (b"SWEMethod=GotoNextSet&SWEView=SNR+Klant+Zoek+View&s_4_1_6_0=x", {Category.CN}),
        (b"SWEMethod=WriteRecord&SWEView=SNR+Klant+Persoon+View", set()),
    ],
)
def test_a_change_writes_the_categories_of_its_controls(dialect, post, body: bytes, expected) -> None:
    """Also an empty value is a value, also on a read that saves first."""
    call = dialect.read(post(b"SWECmd=InvokeMethod&SWERowId=1-7ABC3&" + body))
    assert isinstance(call, Call), call
    assert call.kind is Kind.MUTATE
    assert call.writes == expected


def test_raw_bytes_of_an_old_client_are_read_and_go_up_as_they_came(dialect, get) -> None:
    """A name with an unencoded 0xFC on the search view changes nothing: it is judged as a search, and forwarded."""
    request = get(b"SWECmd=GotoView&SWEView=SNR+Klant+Zoek+View&s_1_1_2_0=M\xfcller")
    call = dialect.read(request)
    assert isinstance(call, Call), call
    assert call.kind is not Kind.MUTATE
    assert call.search is not None
    assert call.search.by is SearchClass.NAME
    assert call.asks == EVERYTHING
    assert dialect.forward(request).target == request.target
    assert "ller" not in repr(call)


@pytest.mark.parametrize(
    "query",
    [
        b"SWECmd=GotoView&SWEView=SNR+Klant+Zoek+View&s_2_1_4_0=x",
        b"SWECmd=GotoView&SWEView=SNR+Klant+Zoek+View&s_1_1_99_0=x",
        b"SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&s_1_1_2_0=x",
        b"SWECmd=GotoView&SWEView=SNR+Match+Kandidaat+View&s_1_1_2_0=x",
        b"SWECmd=InvokeMethod&SWEMethod=GotoNextSet&SWEView=SNR+Klant+Zoek+View&s_1_1_2_0=x",
    ],
)
def test_query_fields_in_any_other_request_have_no_reading(dialect, get, query: bytes) -> None:
    """Fields of another view, unknown ones, and fields on a page that only turns."""
    assert isinstance(dialect.read(get(query)), Unclear)


def test_fields_of_a_list_that_somebody_writes_are_a_change(dialect, get) -> None:
    """The list of vacancies can be written, so its fields in a read stay a mutation."""
    call = dialect.read(get(b"SWECmd=GotoView&SWEView=SNR+Vacature+Zoek+View&s_11_1_2_0=x"))
    assert isinstance(call, Call)
    assert call.kind is Kind.MUTATE
