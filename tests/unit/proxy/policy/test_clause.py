"""Clauses: a rule is read to what it means, with the names of groups and what goes with every rule."""

from datetime import date

import pytest

from proxy.errors import OperatorError
from proxy.model.decision import Duty
from proxy.model.person import Authorship, Category, Relation
from proxy.policy.clause import Names, read_practices, read_rules
from proxy.policy.rule import Cells, Does, Mode, Practice
from proxy.policy.strict import parse

NAMES = Names(("client.search", "client.cv.view"), {"finding": frozenset({"client.search"})}, frozenset({Category.VA}))
HEAD = "- {id: R, text: Iedereen mag., ground: Wet art. 1, owner: UWV, since: 2026-11-26, roles: all, "


def rule(keys: str):
    """The one rule of a file."""
    return read_rules(parse(HEAD + keys + "}", "m.yaml"), NAMES)[0]


def test_a_permission_shows_what_is_no_personal_data_too():
    """`impersonal` goes with every rule that shows something."""
    read = rule("effect: allow, mode: enforce, relations: [region], show: [ID], functions: finding, duties: [banner]")
    assert (read.show, read.functions) == ({Category.ID, Category.VA}, {"client.search"})
    assert (read.relations, read.duties, read.cells) == ({Relation.REGION}, {Duty.BANNER}, Cells.ANY)
    assert (read.since, read.enforced, read.owner) == (date(2026, 11, 26), True, "UWV")


def test_a_warning_says_from_which_day_it_holds():
    """The day stands in the rule, so that the screen can say it."""
    read = rule("effect: forbid, mode: warn, enforces_on: 2027-01-31, relations: all, cells: absent")
    assert (read.mode, read.enforces_on, read.does) == (Mode.WARN, date(2027, 1, 31), Does.FORBID)
    assert (read.show, read.cells) == (frozenset(), Cells.ABSENT)


def test_own_relations_are_those_of_the_role():
    """`relations: own` waits for the role's row."""
    assert rule("effect: card, mode: report, relations: own, show: [ED]").relations is None


def test_a_mask_may_look_at_who_wrote_a_row():
    """It then hides rows, never a place that nobody wrote; `all` is everybody but the reader."""
    read = rule("effect: mask, mode: enforce, relations: all, hide: [CN], authors: [other, unknown]")
    assert (read.does, read.hide, read.authors) == (Does.MASK, {Category.CN}, {Authorship.OTHER, Authorship.UNKNOWN})
    everybody = rule("effect: mask, mode: enforce, relations: all, hide: [CN], authors: all").authors
    assert everybody == {*Authorship} - {Authorship.SELF}
    assert rule("effect: mask, mode: enforce, relations: all, hide: [CN]").authors == frozenset()


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("effect: card, mode: enforce, relations: all", "a rule of effect card without 'show'"),
        ("effect: allow, mode: enforce, show: [ID]", "a rule of effect allow without 'relations'"),
        ("effect: forbid, mode: enforce, relations: all, show: [ID]", "the key 'show' in a rule of effect forbid"),
        ("effect: allow, mode: report, relations: all, show: [ID], functions: losing", "the group 'losing'"),
        ("effect: allow, mode: report, relations: all, show: [ID], colour: red", "the key 'colour'"),
        ("effect: mask, mode: report, relations: all, hide: [CN], authors: [self]", "the author 'self'"),
        ("effect: mask, mode: report, relations: all, hide: [CN], authors: [AWE0421]", "the author 'AWE0421'"),
        (
            "effect: forbid, mode: report, relations: all, authors: [other]",
            "the key 'authors' in a rule of effect forbid",
        ),
        (
            "effect: allow, mode: report, relations: all, show: [CN], authors: [own]",
            "the key 'authors' in a rule of effect allow",
        ),
    ],
)
def test_a_rule_that_does_nothing_or_too_much_is_refused(keys, told):
    """Effect and keys go together, or the file is refused with the line."""
    with pytest.raises(OperatorError, match=rf"m\.yaml:1: found {told}"):
        rule(keys)


def test_a_practice_is_a_signed_sentence_too():
    """What the gateway keeps by its own working has text, ground, owner and the place where it is kept."""
    text = "- {id: P, text: Zo gaat het., ground: AVG, owner: UWV, kept_by: het antwoord}"
    assert read_practices(parse(text, "m.yaml"), ()) == (Practice("P", "Zo gaat het.", "AVG", "UWV", "het antwoord"),)
    with pytest.raises(OperatorError, match="the rule 'P' a second time"):
        read_practices(parse(f"{text}\n{text}", "m.yaml"), ())
