import pytest

from newcore.clients.model import CLIENT
from newcore.employers.model import EMPLOYER
from newcore.notes.model import NOTE
from newcore.problem import Problem, camel
from newcore.register.commands import HIGHEST, MOST_RECORDS, Apply, Remove, applying, applying_many, removing
from newcore.register.model import LONGEST

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


def batch(*records, **more):
    """What is wrong with changes of several records, by place and code."""
    with pytest.raises(Problem) as refused:
        applying_many(EMPLOYER, {"records": list(records)} | more)
    assert refused.value.status == 400
    return {(each.location, each.code) for each in refused.value.errors}


def test_several_records_are_read_in_their_order():
    """Each with its id and a version of its own."""
    bodies = [BODY | {"id": f"1-E{number}", "version": number} for number in (7, 3)]
    texts = dict.fromkeys(EMPLOYER.names, "x")
    assert applying_many(EMPLOYER, {"records": bodies}) == (Apply("1-E7", 7, texts), Apply("1-E3", 3, texts))


def test_what_is_wrong_with_one_of_several_is_told_by_its_number():
    """All together, and none of them is kept."""
    sound = BODY | {"id": "1-E1"}
    found = batch(sound, "x", sound | {"id": 5, "version": True, "name": 5, "kleur": ""}, BODY, more=1)
    assert found == {
        ("body:/more", "unknown"), ("body:/records/1", "type"), ("body:/records/2/id", "id"),
        ("body:/records/2/version", "version"), ("body:/records/2/name", "type"), ("body:/records/2/kleur", "unknown"),
        ("body:/records/3/id", "id"),
    }  # fmt: skip
    assert batch(sound, sound | {"version": 9}) == {("body:/records/1/id", "twice")}


@pytest.mark.parametrize("records", [[], None, {}, "x", [BODY | {"id": "1-E1"}] * (MOST_RECORDS + 1)])
def test_no_record_and_too_many_are_refused(records):
    """And so is what is no list."""
    with pytest.raises(Problem) as refused:
        applying_many(EMPLOYER, {"records": records})
    assert [(each.location, each.code) for each in refused.value.errors] == [("body:/records", "records")]


def test_a_text_that_is_looked_up_by_is_shorter():
    """An index has less room than a record."""
    body = {camel(name): "1" for name in CLIENT.names} | {"version": 3}
    assert applying(CLIENT, "1-71", body | {"surname": "x" * 300, "skills": "x" * LONGEST}).version == 3
    for name in ("surname", "bsn", "occupationCode"):
        assert broken(kind=CLIENT, **body | {name: "x" * 301}, **dict.fromkeys(BODY.keys() - body.keys(), ...)) == {
            (f"body:/{name}", "too-long")
        }
