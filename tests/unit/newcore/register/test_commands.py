import pytest

from newcore.employers.model import EMPLOYER
from newcore.notes.model import NOTE
from newcore.problem import Problem, camel
from newcore.register.commands import HIGHEST, LONGEST, Apply, Remove, applying, removing

BODY = {camel(name): "x" for name in EMPLOYER.names} | {"version": 3}


def broken(identity="1-E1", kind=EMPLOYER, **changes):
    """What is wrong with a change, by place and code."""
    given = {name: value for name, value in (BODY | changes).items() if value is not ...}
    with pytest.raises(Problem) as refused:
        applying(kind, identity, given)
    assert refused.value.status == 400
    return {(each.location, each.code) for each in refused.value.errors}


def test_a_whole_record_breaks_nothing():
    """Any texts: blanks, control bytes, empty ones but for the one that gives its place."""
    found = applying(EMPLOYER, "1-E100", BODY | {"name": " \x81 ", "city": "", "version": 0})
    assert found == Apply("1-E100", 0, dict.fromkeys(EMPLOYER.names, "x") | {"name": " \x81 ", "city": ""})
    assert removing("1-E100", HIGHEST) == Remove("1-E100", HIGHEST)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"version": -1}, ("body:/version", "version")),
        ({"version": HIGHEST + 1}, ("body:/version", "version")),
        ({"version": "5"}, ("body:/version", "version")),
        ({"version": 5.0}, ("body:/version", "version")),
        ({"version": True}, ("body:/version", "version")),
        ({"version": ...}, ("body:/version", "version")),
        ({"name": ...}, ("body:/name", "missing")),
        ({"name": 5}, ("body:/name", "type")),
        ({"name": None}, ("body:/name", "type")),
        ({"name": ["x"]}, ("body:/name", "type")),
        ({"name": "a\x00b"}, ("body:/name", "null-character")),
        ({"name": "a\ud800"}, ("body:/name", "surrogate")),
        ({"name": "x" * (LONGEST + 1)}, ("body:/name", "too-long")),
        ({"kvk": " "}, ("body:/kvk", "empty")),
        ({"colour": "red"}, ("body:/colour", "unknown")),
        ({"contact_person": "x"}, ("body:/contact_person", "unknown")),
        ({"id": "1-E1"}, ("body:/id", "unknown")),
    ],
)
def test_a_change_that_breaks_a_rule_is_refused_with_its_place(changes, found):
    """A version that is none, a text that is none or cannot be kept, a name that is not known."""
    assert broken(**changes) == {found}


@pytest.mark.parametrize("identity", ["", "1/2", "1-E1\n", "é", "-1", "x" * 65])
def test_an_id_has_one_form(identity):
    """Letters, digits, dots and hyphens; nothing that an address would write otherwise."""
    assert broken(identity) == {("path:id", "id")}


def test_everything_that_is_wrong_is_told_at_once():
    """One round for whoever has to mend it; and no value is repeated."""
    assert broken("", version=-1, name=5, city=..., sector="geheim\x00", kleur="geheim") == {
        ("path:id", "id"), ("body:/version", "version"), ("body:/name", "type"), ("body:/city", "missing"),
        ("body:/sector", "null-character"), ("body:/kleur", "unknown"),
    }  # fmt: skip
    with pytest.raises(Problem) as refused:
        applying(EMPLOYER, "1-E1", BODY | {"sector": "geheim\x00"})
    assert "geheim" not in str(refused.value.document())


def test_a_record_belongs_to_somebody():
    """A note without a client would be of nobody."""
    body = {camel(name): "1" for name in NOTE.names} | {"version": 3}
    with pytest.raises(Problem) as refused:
        applying(NOTE, "1-N1", body | {"clientId": " "})
    assert [each.location for each in refused.value.errors] == ["body:/clientId"]


@pytest.mark.parametrize("version", [-1, HIGHEST + 1, "", "5", None])
def test_a_removal_needs_a_version(version):
    """Without it a late removal could not be told from a new one."""
    with pytest.raises(Problem):
        removing("1-E1", version)
