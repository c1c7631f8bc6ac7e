"""The stored form of a session: complete, and closed to formats that this release does not know."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from proxy.errors import StoreError
from proxy.identity import body
from proxy.model.person import Category
from proxy.model.principal import Listing, Session

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ASKED = frozenset({Category.CT, Category.ID})


def written(session: Session) -> bytes:
    """The stored form, as JSON."""
    return msgspec.json.encode(body.of(session))


def test_everything_a_session_knows_is_written_and_read():
    """No field is lost on the way."""
    listing = Listing("vacancy.search", "newcore", ("1-V1",), "V1", "q=x", 20, "Vacatures", ASKED, cut=True)
    other = Listing("client.search", "legacy", ("1-7A",), view="Klant Zoek")
    session = Session(
        key=b"k" * 32,
        version=3,
        user="AWE0421",
        started_at=NOW,
        last_seen=NOW,
        view="View",
        function="vacancy.search",
        current="1-7A",
        listing=listing,
        verified=frozenset({"b", "a"}),
        wrote={"g": 4},
        sequence=17,
        lists=(other,),
        matches=(("1-V1", "1-7A"), ("1-V2", "1-7B")),
        noticed=frozenset({"RG2", "RG1"}),
    )
    held = body.read(written(session))
    assert body.restored(held.listing) == listing
    assert (held.view, held.function, held.current, held.sequence) == ("View", "vacancy.search", "1-7A", 17)
    assert body.restored_all(held.lists) == (other,)
    assert (held.verified, held.wrote) == (("a", "b"), {"g": 4})
    assert (held.matches, held.noticed) == (session.matches, ("RG1", "RG2"))


def test_a_list_of_an_earlier_release_may_have_been_asked_anything():
    """It did not write down by what its lists were searched."""
    held = body.read(b'{"l": ["client.search", "legacy", ["1-7A"], null, "", 0, "Klant Zoek"]}')
    listing = body.restored(held.listing)
    assert listing is not None
    assert listing.asked == frozenset(Category)


def test_an_empty_session_is_small():
    """What is at its default takes no space in a row that is written with every exchange."""
    assert written(Session(b"k" * 32, 0, "A", NOW, NOW)) == b"{}"


def test_forgetting_merges_over_a_body():
    """What a lost session forgets are the cursor and the list, under the names in which they are stored."""
    listing = Listing("f", "legacy", ("1-7A",))
    session = Session(b"k" * 32, 1, "A", NOW, NOW, "V", "f", "1-7A", listing, lists=(listing,))
    merged = json.loads(written(session)) | json.loads(body.FORGOTTEN)
    held = body.read(json.dumps(merged))
    assert (held.current, held.listing, held.lists, held.view, held.function) == (None, None, (), "V", "f")


@pytest.mark.parametrize("text", ["", "[]", '{"v": 1}', '{"l": ["f"]}'])
def test_an_unknown_format_is_a_fault(text):
    """A body that cannot be read is never taken for an empty one."""
    with pytest.raises(StoreError):
        body.read(text)
