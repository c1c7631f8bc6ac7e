"""Strict YAML: nothing is converted, nothing is ignored, and every message has its line."""

import pytest

from proxy.errors import OperatorError
from proxy.policy.strict import parse


def test_values_are_read_as_what_they_are():
    """Text, number, yes or no, list and mapping."""
    keys = parse('a: text\nb: "0106"\nc: 3\nd: true\ne: [x, y]\nf: {k: v}', "m.yaml").closed(
        ("a", "b", "c", "d", "e", "f")
    )
    assert (keys["a"].text(), keys["b"].text(), keys["c"].number(), keys["d"].boolean()) == ("text", "0106", 3, True)
    assert [item.text() for item in keys["e"].items()] == ["x", "y"]
    assert keys["f"].mapping()["k"].text() == "v"


@pytest.mark.parametrize(
    "written", ["0106", "0796", "0518", "1e5", "2027-03-31", "true", "null", "~", "", "[a]", "{a: b}"]
)
def test_what_yaml_takes_for_something_else_is_no_text(written):
    """A code of digits without quotes, a number, a date or a yes is refused with its line, never converted."""
    with pytest.raises(OperatorError, match=r"m\.yaml:2: found .*allowed: a text \(put a code of digits in quotes\)"):
        parse(f"b: x\na: {written}", "m.yaml").mapping()["a"].text()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3", r"m\.yaml:3: .*'a'.*(second time|duplicate)|m\.yaml:\d: found the key 'a' a second time"),
        ("base: &x {k: v}\na:\n  <<: *x", r"m\.yaml:3: found '<<' \(merge\)"),
        ("a: [1\nb: 2", r"m\.yaml:\d: .*allowed: valid YAML"),
        ("", r"m\.yaml:1: found nothing"),
        ("- a", r"m\.yaml:1: found a list; allowed: a mapping"),
        ("a: 1\n---\nb: 2", r"m\.yaml:\d+: .*document"),
    ],
)
def test_what_a_reviewer_would_overlook_is_refused(text, told):
    """A key twice, a merge, a broken line, another document: refused with the line."""
    with pytest.raises(OperatorError, match=told):
        read_deep(text)


def read_deep(text: str) -> None:
    """Read the mapping and the mappings in it."""
    for place in parse(text, "m.yaml").mapping().values():
        if not place.is_text():
            place.closed(("k",))


def test_closed_sets_name_what_is_allowed():
    """An unknown key or word says where it is and which ones exist."""
    root = parse("a: blue\nb: [red, blue]", "m.yaml")
    with pytest.raises(OperatorError, match=r"m\.yaml:2: found the key 'b'; allowed: a"):
        root.closed(("a",))
    with pytest.raises(OperatorError, match=r"found no 'c'; allowed: the keys a, b, c are needed"):
        root.closed(("a", "b", "c"))
    keys = root.mapping()
    with pytest.raises(OperatorError, match=r"m\.yaml:1: found the colour 'blue'; allowed: red, green"):
        keys["a"].word({"red": 1, "green": 2}, "colour")
    with pytest.raises(OperatorError, match=r"m\.yaml:2: found the colour 'blue'"):
        keys["b"].words({"red": 1, "green": 2}, "colour")


@pytest.mark.parametrize("written", ["yes", "on", "1", "True", "[true]"])
def test_only_true_and_false_are_true_and_false(written):
    """YAML's other spellings are refused."""
    with pytest.raises(OperatorError, match="allowed: true or false"):
        parse(f"a: {written}", "m.yaml").mapping()["a"].boolean()


def test_all_means_every_word_of_the_set():
    """`all` follows the enumeration, so a new member is in it."""
    assert parse("a: all", "m.yaml").mapping()["a"].words({"x": 1, "y": 2}, "w") == {1, 2}
