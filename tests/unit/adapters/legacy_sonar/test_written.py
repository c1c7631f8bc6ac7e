"""Claims about the one argument of ours in a client's request: where it goes, and that nothing else changes."""

import pytest

from adapters.legacy_sonar import wire
from adapters.legacy_sonar.wire import OddError
from adapters.legacy_sonar.written import MOST_OF_A_TARGET, Addition, written
from proxy.model.http import Request

FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
ROW = Addition("SWERowId", "1-7ABC3")


def posted(body: bytes) -> Request:
    """A form."""
    fields = (FORM, (b"content-LENGTH", b"%d" % len(body)))
    return Request(b"POST", b"/sonar_nld/start.swe", b"HTTP/1.1", fields, body, "192.0.2.7")


def asked(query: bytes) -> Request:
    """A link."""
    return Request(b"GET", b"/sonar_nld/start.swe?" + query, b"HTTP/1.1", (), b"", "192.0.2.7")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"SWECmd=Gv&SWEView=SNR+CV+View&C=4", b"SWECmd=Gv&SWERowId=1-7ABC3&SWEView=SNR+CV+View&C=4"),
        (b"SWERowId=&SWECmd=GotoView&SWERowIds=", b"SWERowId=1-7ABC3&SWECmd=GotoView&SWERowIds="),
        (b"r=&SWECmd=GotoView", b"r=1-7ABC3&SWECmd=GotoView"),
        (
            b"SWECmd=InvokeMethod&SWEMethod=WriteRecord&s_5_1_1_0=%80+1",
            b"SWECmd=InvokeMethod&SWEMethod=WriteRecord&SWERowId=1-7ABC3&s_5_1_1_0=%80+1",
        ),
    ],
)
def test_it_goes_where_the_client_left_it_blank_else_behind_the_method(before, after):
    """In a form and in a link; the length follows, every other byte is the client's."""
    sent = written(posted(before), ROW)
    assert sent is not None
    assert (sent.body, sent.fields) == (after, (FORM, (b"content-LENGTH", b"%d" % len(after))))
    link = written(asked(before), ROW)
    assert link is not None
    assert link.target == b"/sonar_nld/start.swe?" + after


def test_a_row_is_never_written_into_a_chain_and_never_beside_another():
    """Which link would get it, and which of two legacy would take, is legacy's own affair."""
    assert written(posted(b"SWECmd=GotoView&SWEView=V&SWEAC=SWECmd%3DGotoPage"), ROW) is None
    assert written(posted(b"SWECmd=GotoView&SWERowId=1-7XXXX"), ROW) is None
    assert written(posted(b"SWETS=1"), ROW) is None


def test_what_counts_for_the_whole_request_may_stand_beside_a_chain():
    """The sequence number is one for all links."""
    sent = written(posted(b"SWECmd=GotoView&SWEView=V&SWEAC=SWECmd%3DGotoPage"), Addition("SWEC", "7"))
    assert sent is not None
    assert sent.body == b"SWECmd=GotoView&SWEC=7&SWEView=V&SWEAC=SWECmd%3DGotoPage"
    assert wire.read(sent, b"").shared == {"SWEC": "7"}


def test_a_link_that_would_be_too_long_stays_as_it_is():
    """Old servers cut."""
    assert written(asked(b"SWECmd=GotoView&SWETS=" + b"1" * MOST_OF_A_TARGET), ROW) is None


def test_what_has_no_reading_is_not_written_into():
    """It is refused elsewhere."""
    with pytest.raises(OddError):
        written(posted(b"SWECmd=GotoView&Vreemd=1"), ROW)
