"""Claims about a scope written into a query: what is asked for, where it stands, and what stays as it came."""

import pytest

from adapters.legacy_sonar import narrow, wire
from adapters.legacy_sonar.standin import applets, query
from proxy.model.call import Call
from proxy.model.decision import Scope

OWN = Scope(frozenset({"AM06", "AM01"}))
HEAD = b"SWECmd=InvokeMethod&SWEMethod=ExecuteQuery"
LIST = b"&SWEView=SNR+Klant+Zoek+View&SWEApplet=SNR+Klant+Zoek+Applet"
OURS = (
    b"%22AM01%22+OR+%22AM06%22+OR+%5BVerantwoordelijke+regio%5D+%3D+%22AM01%22"
    b"+OR+%5BVerantwoordelijke+regio%5D+%3D+%22AM06%22"
)


@pytest.fixture
def narrowed(dialect, post):
    """The body after narrowing a posted one, or None where the very same request came back."""

    def write(body: bytes, scope: Scope = OWN, asked: bytes = b"") -> bytes | None:
        request = post(body, asked, (b"Content-Length", b"%d" % len(body)))
        call = dialect.read(request)
        assert isinstance(call, Call)
        after = dialect.narrowed(request, call, scope)
        if after is request:
            return None
        assert [name for name, _ in after.fields] == [name for name, _ in request.fields]
        assert (b"Content-Length", b"%d" % len(after.body)) in after.fields
        return after.body

    return write


@pytest.mark.parametrize(
    "name", ["client_search_name", "client_search_all", "client_search_expression", "client_search_unreadable"]
)
def test_a_recorded_search_differs_by_one_parameter(dialect, recorded, name):
    """Every other byte is the client's: order, blanks, hexadecimals, empty fields."""
    request = recorded[name].request
    after = dialect.narrowed(request, dialect.read(request), OWN)
    assert after.body == request.body.replace(HEAD, HEAD + b"&s_1_1_10_0=" + OURS)
    assert (after.target, after.method) == (request.target, request.method)
    call = dialect.read(after)
    assert ("region", wire.decode(wire.plain(OURS))) in call.aliases


@pytest.mark.parametrize(
    "name",
    ["client_search_bsn", "client_search_nothing", "client_query_form", "client_search_national", "candidate_search",
     "vacancy_search", "worklist", "in_region_klantbeeld"],
)  # fmt: skip
def test_a_recorded_request_of_another_kind_goes_as_it_came(dialect, recorded, name):
    """One person, a form, a page, candidates (their list has no responsible region), vacancies."""
    request = recorded[name].request
    assert dialect.narrowed(request, dialect.read(request), OWN) is request


def test_a_field_that_the_form_sent_empty_is_filled(narrowed):
    """In its place, once; a blank is no criterion of anybody."""
    body = HEAD + LIST + b"&s_1_1_2_0=V*&s_1_1_10_0=&s_1_1_9_0="
    assert narrowed(body) == body.replace(b"s_1_1_10_0=", b"s_1_1_10_0=" + OURS)
    assert narrowed(body.replace(b"10_0=", b"10_0=++")) == body.replace(b"s_1_1_10_0=", b"s_1_1_10_0=" + OURS)


@pytest.mark.parametrize(
    "asked",
    [
        b"&s_1_1_7_0=999990226", b"&s_1_1_1_0=12345", b"&s_1_1_10_0=AM06", b"&s_1_1_10_0=AM20", b"&s_1_1_13_0=AM06",
        b"&s_1_1_9_0=Apeldoorn", b"&s_1_1_14_0=0200",
    ],
)  # fmt: skip
def test_one_person_or_a_plain_place_of_the_users_own_stays(narrowed, asked):
    """It is as narrow, or contradicts ours: the answer is filtered anyway."""
    assert narrowed(HEAD + LIST + b"&s_1_1_2_0=V*" + asked) is None


def test_a_wider_place_of_the_users_own_gets_ours_in_another_field(narrowed):
    """Never beside what was typed, which can hold anything."""
    asked = b"&s_1_1_10_0=AM0*+OR+%5BNr%5D+%3E+0"
    body = narrowed(HEAD + LIST + asked)
    assert body is not None
    assert asked in body
    assert b"&s_1_1_13_0=%22AM01%22+OR+%22AM06%22+OR+%5BRegio%5D+%3D+%22AM01%22" in body
    assert narrowed(HEAD + LIST + asked + b"&s_1_1_13_0=*") is None


def test_a_municipality_is_asked_by_its_code(narrowed):
    """A plain region of the user's own is wider than it."""
    body = HEAD + LIST + b"&s_1_1_10_0=AM06"
    assert narrowed(body, Scope(municipality="0200")) == body.replace(HEAD, HEAD + b"&s_1_1_14_0=%220200%22")
    assert narrowed(body + b"&s_1_1_14_0=02*", Scope(municipality="0200")) is None


def test_the_form_of_the_request_is_kept(narrowed):
    """Blanks as %20 where the request writes them so; a query in the URL stays in the URL; names in any case."""
    spaced = HEAD + LIST.replace(b"+", b"%20") + b"&s_1_1_2_0=M%fcller&&SWENeedContext&s_1_1_2_0=M%fcller"
    assert narrowed(spaced) == spaced.replace(HEAD, HEAD + b"&s_1_1_10_0=" + OURS.replace(b"+", b"%20"))
    odd = b"swecmd=InvokeMethod&sWEmethod=ExecuteQuery" + LIST + b"&S_1_1_10_0="
    assert narrowed(odd) == odd + OURS


def test_a_search_in_the_url_is_narrowed_there(dialect, get):
    """A bookmark, and a raw byte of an old browser, which stays raw."""
    target = HEAD + LIST + b"&s_1_1_2_0=M\xfcller"
    request = get(target)
    after = dialect.narrowed(request, dialect.read(request), OWN)
    assert after.target == request.target.replace(HEAD, HEAD + b"&s_1_1_10_0=" + OURS)
    assert after.body == b""
    long = get(target + b"&s_1_1_8_0=" + b"1" * 1800)
    assert dialect.narrowed(long, dialect.read(long), OWN) is long


@pytest.mark.parametrize(
    "body",
    [
        HEAD.replace(b"ExecuteQuery", b"RefineQuery") + LIST + b"&s_1_1_2_0=V*",
        HEAD.replace(b"ExecuteQuery", b"ExecuteNamedQuery") + LIST + b"&SWEQueryName=Alle+klanten",
        HEAD.replace(b"ExecuteQuery", b"GotoNextSet") + LIST,
        HEAD + LIST + b"&s_1_1_10_0=&s_1_1_2_0=V*&s_1_1_10_0=",
        b"SWECmd=GotoView&SWEView=SNR+Klant+Zoek+View&SWEAC=" + HEAD.replace(b"&", b"%26").replace(b"=", b"%3D")
        + LIST.replace(b"&", b"%26").replace(b"=", b"%3D"),
    ],
)  # fmt: skip
def test_whatever_is_not_one_plain_query_stays(narrowed, body):
    """The list that legacy remembers, a saved question, a chain, a field that occurs twice."""
    assert narrowed(body) is None


def test_a_scope_that_is_no_place_any_more_is_not_written(narrowed):
    """More than some twenty regions; no region; a code that is none."""
    body = HEAD + LIST + b"&s_1_1_2_0=V*"
    assert narrowed(body, Scope(frozenset(f"AM{n:02}" for n in range(1, 36)))) is None
    assert narrowed(body, Scope()) is None
    assert narrowed(body, Scope(frozenset({'AM"1'}))) is None


@pytest.mark.parametrize(
    ("home", "there", "found"),
    [("AM01", "AM09", True), ("AM09", "AM06", True), ("AM09", "AM09", False), ("", "", False), ("AM011", "", False)],
)
def test_the_stand_in_reads_ours_as_it_is_meant(home, there, found):
    """Living in one of the regions, or the responsibility of one."""
    regio = applets.Control(10, "Regio", "CT", "region", "", ())
    responsible = applets.Control(13, "Verantwoordelijke regio", "CT", "responsible_region", "", ())
    text = narrow.criterion(["AM01", "AM06"], ["Verantwoordelijke regio"])
    test = query.compiled(text, regio, query.fields_of((regio, responsible)))
    assert test({"region": home, "responsible_region": there}) is found


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("AM06", True),
        ("Den Haag", True),
        ("AM0*", False),
        ("A OR B", False),
        ("=X", False),
        ("IS NULL", False),
        ("or", True),
    ],
)
def test_a_plain_value_has_no_sign_of_the_language(value, plain):
    """Reserved words count in capitals only."""
    assert narrow.is_plain(value) is plain
