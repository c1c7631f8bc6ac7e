"""Claims about the way to legacy: what goes up before a request, and when the request does not go up at all."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from proxy.errors import UnplacedError, UpstreamError
from proxy.listener import way
from proxy.model.call import Call, Format, Kind, Link, StaticCall
from proxy.model.http import Answer, Request
from proxy.model.principal import Astray
from tests.doubles.playbook import EXCHANGE, answer, asked, house, session

LOOK = Call(Format.HTML, (Link("client.overview.view"),), "client.overview.view", Kind.CONSULT, repeatable=True)
CHANGE = replace(LOOK, kind=Kind.MUTATE, repeatable=False)
ROW = "1-71000"
TAB = asked(
    "POST /sonar_nld/start.swe HTTP/1.1\r\nHost: sonar.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    "SWECmd=InvokeMethod&SWEMethod=UndoRecord&SWEView=SNR+Contacthistorie+View&SWEC=9"
)
LOST = session(view="SNR Klantbeeld View", current=ROW, sequence=8, astray=Astray(view=True, person=True, sequence=4))


@dataclass(slots=True)
class Legacy:
    """A core that keeps what it gets and answers in turn; a fault is raised."""

    answers: list[Answer | UpstreamError]
    got: list[Request] = field(default_factory=list)

    async def send(self, request: Request, **_: Any) -> Answer:
        """Answer with the next one."""
        self.got.append(request)
        given = self.answers.pop(0)
        if isinstance(given, UpstreamError):
            raise given
        return given


def call_of(sent: Request) -> Call:
    """The call of a request, settled as far as this needs."""
    found = house().dialect.read(sent)
    assert isinstance(found, Call)
    return found


async def placed(core: Legacy, **over: Any) -> way.Ready:
    """Place a call that shows the person on whom SONAR stands, without saying who."""
    return await way.placed(core, house().dialect, (TAB, call_of(TAB), replace(LOST, **over)), b"k")


async def test_a_session_for_which_legacy_stands_right_goes_up_as_it_came():
    """Also one that nobody has, and a static file: not a byte is added."""
    core = Legacy([])
    for held in (None, session(), session(current=ROW)):
        ready = await way.placed(core, house().dialect, (TAB, call_of(TAB), held), b"k")
        assert (ready.request is TAB, ready.positioned, core.got) == (True, False, [])
    static = await way.placed(core, house().dialect, (TAB, StaticCall("/s/"), LOST), b"k")
    assert static.request is TAB


async def test_the_read_of_ours_goes_first_and_says_nothing_but_where():
    """It opens the record on its view, with the client's token, without number and without values."""
    page = answer("in_region_klantbeeld")
    core = Legacy([page])
    row = page.body.partition(b'name="SWERowId0" value="')[2].split(b'"')[0].decode()
    ready = await placed(core, current=row)
    (first,) = core.got
    assert first.body == b"SWECmd=GotoView&SWEView=SNR+Contacthistorie+View&SWERowId=" + row.encode()
    assert dict(first.fields)[b"Cookie"] == dict(TAB.fields)[b"Cookie"]
    assert (ready.request, ready.positioned, ready.over) == (TAB, True, False)


@pytest.mark.parametrize("name", ["in_region_klantbeeld", "client_search_name", "record_unknown"])
async def test_a_read_that_does_not_show_the_record_ends_the_call(name):
    """Another person, a list, an error: nothing of the call was sent."""
    core = Legacy([answer(name)])
    with pytest.raises(UnplacedError) as raised:
        await placed(core, current="1-7ZZZZ")
    assert raised.value.sent
    assert len(core.got) == 1


async def test_what_cannot_be_placed_at_all_is_not_asked():
    """Nobody knows on whom the user stands: legacy hears nothing."""
    core = Legacy([])
    with pytest.raises(UnplacedError) as raised:
        await placed(core, current=None)
    assert (raised.value.sent, core.got) == (False, [])


async def test_a_read_that_gets_no_answer_is_not_sent_again():
    """The fault is the call's."""
    core = Legacy([UpstreamError("cut", sent=True)])
    with pytest.raises(UpstreamError):
        await placed(core)
    assert len(core.got) == 1


async def test_where_legacy_ended_the_session_its_log_in_page_is_the_answer():
    """As it would have been, had newcore never answered."""
    ready = await placed(Legacy([answer("login_page")]))
    assert (ready.over, ready.first) == (True, answer("login_page"))


def test_a_token_that_came_with_the_read_of_ours_reaches_the_client():
    """Unless the answer itself brings a newer one."""
    dialect, page = house().dialect, answer("in_region_klantbeeld")
    fresh = (b"Set-Cookie", b"_sn=fresh__; path=/sonar_nld; HttpOnly")
    first = replace(page, fields=(*page.fields, fresh))
    ready = way.Ready(TAB, first)
    assert way.handed(dialect, ready, page).fields == (*page.fields, fresh)
    newer = replace(page, fields=(*page.fields, (b"Set-Cookie", b"_sn=newer__; path=/sonar_nld")))
    assert way.handed(dialect, ready, newer) is newer
    assert way.handed(dialect, way.Ready(TAB), page) is page
    assert way.handed(dialect, way.Ready(TAB, page), page) is page


def test_an_upstream_connection_belongs_to_a_session_to_statics_or_to_one_exchange():
    """A log-in has no session yet: nobody may use its connection after it."""
    assert way.owner_of(LOOK, session(), EXCHANGE) == session().key
    assert way.owner_of(StaticCall("/s/"), None, EXCHANGE) == b"static"
    assert way.owner_of(LOOK, None, EXCHANGE) == EXCHANGE.bytes


def test_only_what_is_marked_may_go_out_twice():
    """A mutation never is."""
    assert way.is_repeatable(LOOK)
    assert way.is_repeatable(StaticCall("/s/"))
    assert not way.is_repeatable(CHANGE)


@pytest.mark.parametrize("kind", Kind)
def test_only_reports_and_exports_may_take_long(kind):
    """Everything else, log-in, write and static file included, gets the limit of a page."""
    asked = Call(Format.HTML, (Link("list.export"),), "list.export", kind)
    assert way.is_slow(asked) == (kind in {Kind.REPORT, Kind.EXPORT})
    assert not way.is_slow(StaticCall("/s/"))
