"""The stored form of a session: complete, and closed to formats that this release does not know."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from proxy.errors import StoreError
from proxy.identity import body
from proxy.model.principal import Listing, Session

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def written(session: Session) -> bytes:
    """The stored form, as JSON."""
    return msgspec.json.encode(body.of(session))


def test_everything_a_session_knows_is_written_and_read():
    """No field is lost on the way."""
    listing = Listing("vacancy.search", "newcore", ("1-V1",), "V1", "q=x", 20)
    session = Session(
        b"k" * 32,
        3,
        "AWE0421",
        NOW,
        NOW,
        "View",
        "vacancy.search",
        "1-7A",
        listing,
        frozenset({"b", "a"}),
        {"g": 4},
        17,
    )
    held = body.read(written(session))
    assert body.restored(held.listing) == listing
    assert (held.view, held.function, held.current, held.sequence) == ("View", "vacancy.search", "1-7A", 17)
    assert (held.verified, held.wrote) == (("a", "b"), {"g": 4})


def test_an_empty_session_is_small():
    """What is at its default takes no space in a row that is written with every exchange."""
    assert written(Session(b"k" * 32, 0, "A", NOW, NOW)) == b"{}"


def test_forgetting_merges_over_a_body():
    """What a lost session forgets are the cursor and the list, under the names in which they are stored."""
    session = Session(b"k" * 32, 1, "A", NOW, NOW, "V", "f", "1-7A", Listing("f", "legacy", ("1-7A",)))
    merged = json.loads(written(session)) | json.loads(body.FORGOTTEN)
    held = body.read(json.dumps(merged))
    assert (held.current, held.listing, held.view, held.function) == (None, None, "V", "f")


@pytest.mark.parametrize("text", ["", "[]", '{"v": 1}', '{"l": ["f"]}'])
def test_an_unknown_format_is_a_fault(text):
    """A body that cannot be read is never taken for an empty one."""
    with pytest.raises(StoreError):
        body.read(text)
