"""Claims about asking legacy for the same page in a session of our own."""

from dataclasses import replace

import pytest

from adapters.legacy_sonar.again import again
from adapters.legacy_sonar.suwi import NAMESPACE, OPERATION
from proxy.model.call import Call, Format, Link
from proxy.model.decision import Scope

SCOPE = Scope(frozenset({"AM01", "AM02"}))


@pytest.fixture
def read(dialect, views, post, settled):
    """Read a request, write it again, and read what was written: two calls."""

    def both(body: bytes, scope: Scope | None = None) -> tuple[Call, Call | None]:
        first = dialect.read(post(body))
        assert isinstance(first, Call), first
        first = settled(first, "client.search")
        written = again(first, scope, views)
        if written is None:
            return first, None
        second = dialect.read(written)
        assert isinstance(second, Call), second
        return first, settled(second, "client.search")

    return both


@pytest.mark.parametrize(
    "body",
    [
        b"SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Klant+Zoek+View&SWEApplet=SNR+Klant+List+Applet&s_1_1_2_0=V%E9en*",
        b"C=Inv&M=ExecuteQuery&V=SNR+Klant+Zoek+View&A=SNR+Klant+Zoek+Applet&s_1_1_7_0=012345678&s_1_1_5_0=01-01-1990",
        (
            b"SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Match+Kandidaat+View&SWEApplet=SNR+Match+Kandidaat+List+Applet"
            b"&s_14_1_1_0=2000001"
        ),
    ],
)
def test_a_search_asks_the_same(read, body):
    """The same function by the same criteria, whatever names it was written in."""
    first, second = read(body)
    assert (second.function, second.kind, second.aliases) == (first.function, first.kind, first.aliases)
    assert second.links[0].view == first.links[0].view
    assert second.token is None


def test_the_scope_is_written_into_it_as_into_the_clients_own(read):
    """One criterion more, in a field of place."""
    first, second = read(
        b"SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Klant+Zoek+View&SWEApplet=SNR+Klant+List+Applet&s_1_1_2_0=Veen",
        SCOPE,
    )
    more = dict(second.aliases).items() - dict(first.aliases).items()
    assert {name for name, _ in more} == {"region"}
    assert "AM02" in dict(second.aliases)["region"]


@pytest.mark.parametrize("command", [b"GotoView", b"GotoPageTab"])
def test_a_record_is_opened_by_its_row(read, command):
    """Also where the client clicked on it in a list."""
    first, second = read(b"SWECmd=" + command + b"&SWEView=SNR+Klantbeeld+View&SWERowId=1-7ABC")
    assert second.row_ids == first.row_ids == ("1-7ABC",)
    drilled, opened = read(
        b"SWECmd=InvokeMethod&SWEMethod=Drilldown&SWEView=SNR+Klant+Zoek+View&SWEApplet=SNR+Klant+List+Applet"
        b"&SWEField=s_1_1_7_3&SWERowId=1-7ABC"
    )
    assert (opened.row_ids, opened.links[0].view, opened.function) == (
        ("1-7ABC",),
        "SNR Klantbeeld View",
        drilled.function,
    )


def test_a_list_of_everything_is_asked_for_as_a_search_for_nothing(read):
    """Legacy would show the list that this session had there before."""
    _, second = read(b"SWECmd=GotoView&SWEView=SNR+Vacature+Zoek+View")
    assert (second.links[0].method, second.function) == ("ExecuteQuery", "vacancy.search")


def test_the_tab_of_the_current_record_is_asked_for_by_its_row(views):
    """The line has settled which one that is."""
    link = Link("client.note.view", "SNR Contacthistorie View", command="GotoView")
    call = Call(Format.RPC, (link,), "client.note.view", "consult", row_ids=("1-7ABC",))
    written = again(call, None, views)
    assert b"SWERowId=1-7ABC" in written.body
    assert written.body.endswith(b"SWERPC=1")


@pytest.mark.parametrize(
    "link",
    [
        Link("home.worklist.view", "SNR Werkvoorraad View", command="GotoPageTab"),
        Link("client.search", "SNR Klant Zoek View", command="InvokeMethod", method="GotoNextSet"),
        Link("client.search", "SNR Klant Zoek View", command="InvokeMethod", method="SortAscending"),
        Link("client.search", "SNR Klant Zoek View", command="GotoView"),
        Link("client.search", "", command="GotoPage"),
        Link("client.search", "Unknown View", command="GotoView", row_id="1-7A"),
    ],
)
def test_what_only_the_clients_session_knows_is_not_asked(views, link):
    """Its work list, its place in a list, what it saw last."""
    assert again(Call(Format.HTML, (link,), link.function, "consult"), None, views) is None


def test_a_chain_is_not_asked(views):
    """Two commands are never sent by us."""
    link = Link("vacancy.search", "SNR Vacature Zoek View", command="GotoView")
    call = Call(Format.HTML, (link, replace(link, method="WriteRecord")), "vacancy.search", "consult")
    assert again(call, None, views) is None


def test_a_question_of_a_service_is_not_asked_again(views):
    """Only the one who asks has the credentials, and legacy knows no other way to be asked."""
    link = Link("iface.gem.client.query", NAMESPACE, "", "Execute", OPERATION)
    call = Call(Format.SOAP, (link,), link.function, "interface", account="GEM0106", repeatable=True)
    assert again(call, None, views) is None
    named = Link("client.overview.view", "SNR Klantbeeld View", command="GotoView", row_id="1-7A")
    assert again(replace(call, links=(named,)), None, views) is None
