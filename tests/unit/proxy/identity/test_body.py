"""The stored form of a session: complete, and closed to formats that this release does not know."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cli.wiring import seals_of
from proxy.accesslog.persons import Keyring
from proxy.errors import StoreError
from proxy.identity import body
from proxy.model.person import Category
from proxy.model.principal import Astray, Below, Listing, Session
from tests.doubles.seals import SEALS

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ASKED = frozenset({Category.CT, Category.ID})


def written(session: Session) -> bytes:
    """The stored form, as JSON."""
    return msgspec.json.encode(body.of(session, SEALS))


def read_back(session: Session, text: bytes | str, seals: body.Seals = SEALS) -> Session:
    """The session that a stored form gives."""
    return body.session((session.key, session.version, session.user, NOW, NOW), text, seals)


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
        astray=Astray(view=True, person=True, records=("vacancy",), sequence=4, since=NOW),
        records=(("vacancy", "1-V1"), ("employer", "")),
        below=(Below("Notes", "1-7A", unfinished=True), Below("Referrals", "1-7B")),
        stamp="kq3vStempel",
    )
    assert read_back(session, written(session)) == session
    assert b"kq3vStempel" not in written(session)


@given(some.text().map("surname={}".format))
def test_by_whom_a_list_was_searched_is_never_stored_in_clear(query):
    """The query of a list of persons names them; its row does not, and gives it back."""
    listing = Listing("client.search", "newcore", (), query=query, view="Zoek")
    session = Session(b"k" * 32, 1, "A", NOW, NOW, listing=listing, lists=(listing,))
    stored = written(session)
    assert query.encode() not in stored
    assert json.dumps(query).encode() not in stored
    assert read_back(session, stored) == session


def test_equal_queries_are_not_seen_to_be_equal():
    """A fresh nonce each time: who searched for the same person cannot be told from the table."""
    listing = Listing("client.search", "newcore", (), query="surname=Jansen", view="Zoek")
    session = Session(b"k" * 32, 1, "A", NOW, NOW, listing=listing)
    assert written(session) != written(session)


def test_a_query_of_an_earlier_release_is_read_as_it_stands():
    """It was of vacancies, in clear."""
    empty = Session(b"k" * 32, 0, "A", NOW, NOW)
    held = read_back(empty, '{"l": ["vacancy.search", "newcore", ["1-V1"], null, "region=AM06", 10, "Zoek"]}')
    assert held.listing is not None
    assert (held.listing.query, held.listing.offset) == ("region=AM06", 10)


@pytest.mark.parametrize("broken", ["sealed:", "sealed:!", "sealed:00000", None])
def test_a_query_that_cannot_be_opened_is_no_list(broken):
    """Changed, or sealed under a key that is gone: the session goes on without that list."""
    listing = Listing("client.search", "newcore", (), query="surname=Jansen", view="Zoek")
    session = Session(b"k" * 32, 1, "A", NOW, NOW, "V", listing=listing, lists=(listing,))
    stored = json.loads(written(session))
    if broken is not None:
        stored["l"][4] = stored["o"][0][4] = broken
    held = read_back(session, json.dumps(stored), seals_of(Keyring(b"x" * 32)) if broken is None else SEALS)
    assert (held.listing, held.lists, held.view) == (None, (), "V")


def test_a_list_of_an_earlier_release_may_have_been_asked_anything():
    """It did not write down by what its lists were searched."""
    held = body.read(b'{"l": ["client.search", "legacy", ["1-7A"], null, "", 0, "Klant Zoek"]}')
    listing = body.restored(held.listing, SEALS)
    assert listing is not None
    assert listing.asked == frozenset(Category)


def test_an_empty_session_is_small():
    """What is at its default takes no space in a row that is written with every exchange."""
    assert written(Session(b"k" * 32, 0, "A", NOW, NOW)) == b"{}"


def test_forgetting_merges_over_a_body():
    """What a lost session forgets are the cursor and the list, under the names in which they are stored."""
    listing = Listing("f", "legacy", ("1-7A",))
    under = (Below("V", "1-7A"),)
    session = Session(b"k" * 32, 1, "A", NOW, NOW, "V", "f", "1-7A", listing, lists=(listing,), below=under)
    merged = json.loads(written(session)) | json.loads(body.FORGOTTEN)
    held = body.read(json.dumps(merged))
    assert (held.current, held.listing, held.lists, held.view, held.function) == (None, None, (), "V", "f")
    assert held.below == ()


@pytest.mark.parametrize("text", ["", "[]", '{"v": 1}', '{"l": ["f"]}'])
def test_an_unknown_format_is_a_fault(text):
    """A body that cannot be read is never taken for an empty one."""
    with pytest.raises(StoreError):
        body.read(text)
