"""Claims about what goes over the socket."""

import msgspec
import pytest

from proxy.model.decision import Scope
from proxy.model.person import Category
from proxy.model.principal import Listing
from proxy.model.shadow import Judged
from proxy.shadow.frame import HEAD, MOST, Frame, FrameError, Tally, decode, encode, length
from tests.doubles.offers import call, offer, statement

TALLY = Tally("vacancies", "c", "vacancy.search", "html", 3, 1)


def test_a_frame_comes_back_as_it_went():
    """Every type of an offer survives: sets, tuples, bytes of any kind, places, lists."""
    asked = call(vacancy="V1", asks=frozenset({Category.ID}))
    listing = Listing("vacancy.search", "legacy", ("1-V1", "1-V2"), query="title=Kok", asked=frozenset({Category.CT}))
    told = statement(asked, scope=Scope(frozenset({"AM01"}), None))
    judged = (Judged("1-7A", kept=True, hidden=frozenset({Category.CN})), Judged(None, kept=False))
    sent = Frame(
        "gateway-1", (TALLY,), "html", offer(bytes(range(256)), asked, listing=listing, statement=told, judged=judged)
    )
    written = encode(sent)
    assert length(written[:HEAD]) == len(written) - HEAD
    assert decode(written[HEAD:]) == sent


def test_counts_go_alone_too():
    """A gateway that drops everything still says so."""
    assert decode(encode(Frame("gateway-1", (TALLY,)))[HEAD:]).tallies == (TALLY,)


@pytest.mark.parametrize(
    "payload", [b"", b"\x93", b"\xc1", msgspec.msgpack.encode(["a", [], "", {"exchange": 1}]), b"x" * 40]
)
def test_what_is_no_frame_is_refused_without_its_text(payload):
    """Cut, foreign or of other types: an error that quotes nothing."""
    with pytest.raises(FrameError) as told:
        decode(payload)
    assert len(str(told.value)) < 40


@pytest.mark.parametrize("size", [0, MOST + 1, 2**32 - 1])
def test_a_length_that_no_answer_has_is_refused(size):
    """Nobody makes us keep gigabytes."""
    with pytest.raises(FrameError, match="allowed are"):
        length(size.to_bytes(4))


def test_a_frame_that_is_too_long_is_not_made():
    """An export of hundreds of megabytes is not compared."""
    with pytest.raises(FrameError, match="allowed are"):
        encode(Frame("gateway-1", offer=offer(bytes(MOST))))
