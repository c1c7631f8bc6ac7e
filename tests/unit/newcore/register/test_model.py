import pytest

from newcore.app import KINDS
from newcore.clients.model import CLIENT
from newcore.notes.model import NOTE
from newcore.register.model import Field, fields
from newcore.search import Form


def test_fields_are_declared_in_a_line():
    """A category, names, and how they are compared."""
    assert fields("ID", "surname birth_date:date") == (Field("surname", "ID"), Field("birth_date", "ID", Form.DATE))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_whole(kind):
    """Its filters and its order are fields of it, none stands twice, whom it belongs to has a field."""
    assert len(set(kind.names)) == len(kind.names)
    assert {kind.first, *kind.filters} <= set(kind.names)
    assert ("client_id" in kind.names) == (kind.parent is not None)
    assert {field for own in kind.recast.values() for field in own} <= set(kind.names)


def test_only_stated_categories_are_shown():
    """Technical fields always; the others by category."""
    assert CLIENT.shown("client.search", frozenset()) == ("mod_num",)
    named = CLIENT.shown("client.search", frozenset({"ID"}))
    assert {"bsn", "name", "surname", "mod_num"} <= set(named)
    assert not {"address", "region", "phone", "nationality", "ladder_step"} & set(named)
    assert set(NOTE.shown("client.note.view", frozenset({"ID"}))) == {"client_id", "position", "mod_num"}


def test_in_the_head_of_a_dossier_the_place_tells_who_it_is():
    """There region and municipality are identity, not contact data."""
    head, contact = frozenset({"ID", "CN"}), frozenset({"CT", "CN"})
    assert {"region", "municipality", "municipality_name"} <= set(CLIENT.shown("client.note.view", head))
    assert "region" not in CLIENT.shown("client.note.view", contact)
    assert "region" in CLIENT.shown("client.overview.view", contact)
    assert "address" not in CLIENT.shown("client.note.view", head)
