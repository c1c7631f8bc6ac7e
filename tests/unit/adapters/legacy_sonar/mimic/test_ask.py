"""Claims about records and names as they cross between the cores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.legacy_sonar.mimic.ask import record
from proxy.model.statement import camel


def test_a_record_has_the_names_of_the_control_map_and_texts_only():
    """What is no text, such as a version, is no field of a screen."""
    found = record({"id": "1-71000", "version": 7, "postalCity": "Assen", "clientNumber": "1", "flag": None})
    assert found == {"id": "1-71000", "postal_city": "Assen", "client_number": "1"}


@pytest.mark.parametrize("document", [{}, {"id": ""}, {"id": 7}])
def test_a_record_without_an_id_is_none(document):
    """A row that cannot be named cannot be decided about."""
    with pytest.raises(ValueError, match="id"):
        record(document)


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=4))
def test_a_name_comes_back_from_the_interface(parts):
    """Both ways lead to the same field."""
    name = "_".join(parts)
    assert record({"id": "1", camel(name): "x"}).get(name) == "x"
