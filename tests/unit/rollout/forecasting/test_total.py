"""Claims about the sums of a dry run."""

from proxy.model.route import Core
from rollout.forecast import Verdict
from rollout.forecasting.total import Line, People, Total

BACK = Verdict(frozenset({("newcore", "legacy")}))
STAYS = Verdict(frozenset({("legacy", "legacy")}))
OPEN = Verdict(frozenset({("legacy", "legacy"), ("legacy", "newcore")}), ("shape",))
IDLE = Verdict(frozenset({("legacy", "legacy"), ("newcore", "newcore")}), ("own-write",))


def total() -> Total:
    """Requests of two functions and two roles."""
    made = Total()
    made.add(Line("vacancy.search", "AW", "UWV AM01", "AM01"), BACK, 3)
    made.add(Line("vacancy.search", "AW", "UWV AM01", "AM01"), STAYS, 4)
    made.add(Line("vacancy.search", "WSP", "UWV AM01"), OPEN, 5)
    made.add(Line("employer.view", "AW"), IDLE, 6)
    made.add(Line("employer.view", "AW"), STAYS)
    return made


def test_every_request_is_counted_once():
    """Stays, changes, or cannot be told."""
    told = total().whole().document()
    assert (told["requests"], told["stay"], told["change"], told["cannot_be_told"]) == (19, 5, 3, 11)
    assert told["requests"] == told["stay"] + told["change"] + told["cannot_be_told"]
    assert told["may_change"] == 5
    assert told["changes"] == [{"from": "newcore", "to": "legacy", "requests": 3}]
    assert {"lacks": ["own-write"], "requests": 6} in told["lacking"]


def test_the_same_requests_are_told_by_each_of_four_words():
    """And those with most to say come first."""
    made = total()
    assert list(made.by("function")) == ["vacancy.search", "employer.view"]
    for name in ("function", "role", "organisation", "region"):
        assert sum(each.requests for each in made.by(name).values()) == 19
    assert made.by("role")["AW"].changed == 3
    assert made.by("region")["-"].may == 5


def test_only_lines_that_have_something_to_say_are_listed():
    """A line of which every request stays, in every world, is not one of them."""
    assert [line.function for line, _ in total().concerned()] == ["vacancy.search", "vacancy.search"]


def test_a_user_is_counted_once_however_many_functions_move():
    """And apart where the region of the person decides."""
    people = People()
    to = frozenset({("legacy", Core.NEWCORE.value)})
    people.add("a", to)
    people.add("a", to)
    people.add("b", frozenset({("newcore", "legacy")}))
    people.add("c", frozenset({("legacy", "legacy")}))
    people.add("d", frozenset({("legacy", "legacy"), ("legacy", "newcore")}))
    people.add("e", frozenset({("legacy", "legacy"), ("newcore", "newcore")}))
    assert people.document() == {"users": 3, "to_newcore": 1, "to_legacy": 1, "by_region_of_the_person": 1}
