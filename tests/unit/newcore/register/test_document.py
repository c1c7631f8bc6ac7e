import pytest

from newcore.app import KINDS
from newcore.clients.model import CLIENT
from newcore.problem import camel
from newcore.register.document import DATE_FORMAT, filter_parameters, schemas
from newcore.search import Form
from newcore.vacancies.model import VACANCY


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_described_by_itself(kind):
    """Every field, what a change needs, what an answer always has, and which names a question may have."""
    described = schemas(kind)
    names = {camel(name) for name in kind.names}
    change, record, question = (described[kind.title + each] for each in ("AtVersion", "", "Question"))
    assert set(change["properties"]) == set(change["required"]) == names | {"version"}
    assert set(record["properties"]) == names | {"id", "version"}
    assert set(record["required"]) == {"id", "version"}
    assert set(question["properties"]["filters"]["properties"]) == {camel(name) for name in kind.filters}
    assert all(each["additionalProperties"] is False for each in (change, record, question))


def test_a_date_says_what_it_is():
    """A text of its source, with a format of its own: an unknown day is no date of any standard."""
    described = schemas(CLIENT)["Client"]["properties"]
    dates = {camel(each.name) for each in CLIENT.fields if each.form is Form.DATE}
    assert {name for name, schema in described.items() if schema.get("format") == DATE_FORMAT} == dates


def test_an_address_takes_the_filters_of_its_kind():
    """And the order and the part."""
    named = {each["name"] for each in filter_parameters(VACANCY)}
    assert named == {camel(name) for name in VACANCY.filters} | {"sort", "limit", "offset"}
