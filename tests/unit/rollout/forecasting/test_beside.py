"""Claims about what a candidate tears apart."""

from functools import partial

import pytest

from proxy.model.call import Kind
from proxy.routing.table import load
from rollout.forecast import Now
from rollout.forecasting.beside import families, split, unfilled, unfollowed

KINDS = {
    "client.search": Kind.SEARCH,
    "client.overview.view": Kind.CONSULT,
    "client.contact.update": Kind.MUTATE,
    "vacancy.search": Kind.SEARCH,
    "vacancy.manage": Kind.MUTATE,
}
FILE = """\
version: 1
revision: 7
groups:
  vacancies: {{entity: vacancy, owner_key: vacancy.region, functions: [vacancy.search{write}], stage: {stage}, ramp: {ramp}}}
  {other}: {{entity: {entity}, owner_key: vacancy.region, functions: [client.search{moved}], stage: legacy, ramp: 0}}
...
"""


def table(**given: object):
    """A routing file."""
    values = {
        "write": ", vacancy.manage",
        "stage": "read",
        "ramp": 50,
        "other": "rest",
        "entity": "client",
        "moved": "",
    }
    return load(FILE.format(**(values | given)), KINDS, frozenset())


related = partial(families, openers=("client.search", "client.overview.view", "vacancy.search"))


def test_functions_of_one_entity_are_read_beside_each_other():
    """In the candidate, or in the file in force."""
    assert related(table(), table()) == {}
    found = related(table(), table(entity="vacancy"))
    assert found == {"entity vacancy": ("client.search", "vacancy.search")}
    assert related(table(entity="vacancy"), table()) == found


@pytest.mark.parametrize(
    ("cores", "moved"),
    [
        ({"a": "newcore", "b": "legacy"}, ("a",)),
        ({"a": "newcore", "b": "newcore"}, None),
        ({"a": "legacy", "b": "legacy"}, None),
        ({"a": "newcore"}, None),
    ],
)
def test_a_family_on_two_cores_is_split(cores, moved):
    """For one user; nothing is said of a function whose core is not known."""
    assert list(split(cores, {"entity x": ("a", "b")})) == ([] if moved is None else [("entity x", moved)])


def test_a_write_of_which_newcore_does_not_hear_is_told():
    """It stands in a group of its own that is not captured, and changes what newcore shows."""
    assert list(unfollowed(table(), KINDS, Now())) == []
    torn = table(write="", entity="vacancy", moved=", client.contact.update")
    assert list(unfollowed(torn, KINDS, Now())) == [("client.contact.update", "vacancy")]
    nobody = table(write="", entity="vacancy", moved=", client.contact.update", ramp=0)
    assert list(unfollowed(nobody, KINDS, Now())) == []


def test_a_group_in_read_that_was_never_filled_is_told():
    """It reads legacy whatever its stage."""
    assert unfilled(table(), Now()) == ("vacancies",)
    assert unfilled(table(), Now({"vacancies": 0})) == ()
    assert unfilled(table(stage="capture", ramp=0), Now()) == ()
