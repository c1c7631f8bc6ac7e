"""Cells: default deny; forbid before mask before allow before card; a chain shows either, an export only both."""

from dataclasses import replace

import pytest

from proxy.model.decision import Duty, Reason
from proxy.model.person import Category, PersonClass, Relation
from proxy.policy.rule import STANDINGS, Cells, Does, Grant, Rule
from proxy.policy.table import DENIED, Cell, Outcome, joined, target
from tests.unit.proxy.policy.test_rule import NOTES, RULE, SEAT

HERE = (Relation.CASELOAD, PersonClass.ORDINARY)
FORBID = replace(RULE, id="F", does=Does.FORBID, show=frozenset())
MASK = replace(RULE, id="M", does=Does.MASK, show=frozenset(), hide=frozenset({Category.ID}))
ALLOW = replace(RULE, id="A", show=frozenset({Category.ID, Category.CN, Category.WC}))
CARD = replace(RULE, id="K", does=Does.CARD)
ALL = Grant()


def cell(*rules: Rule, grant: Grant = ALL, subject=NOTES) -> Cell:
    """The cell of these rules."""
    return next(iter(target([replace(SEAT, subject=subject, given=grant)], rules).cells.values()))


def outcome(*rules: Rule, grant: Grant = ALL, subject=NOTES) -> Outcome:
    """The outcome of these rules at the caseload."""
    return cell(*rules, grant=grant, subject=subject).at(*HERE)


def test_without_a_rule_nothing_is_allowed():
    """Default deny, for every standing."""
    compiled = cell()
    assert set(compiled.outcomes) == {DENIED}
    assert len(compiled.outcomes) == len(STANDINGS)


def test_what_is_not_given_has_no_cell():
    """No rule opens a function that the matrix does not give to the role."""
    assert target([replace(SEAT, given=None)], (ALLOW,)).cells == {}


def test_visible_is_what_the_function_holds_and_the_rule_shows():
    """A rule cannot show what the function's screen does not hold."""
    assert outcome(ALLOW) == Outcome(frozenset({Category.ID, Category.CN}), Reason.ALLOWED, ("A",), whole=True)


def test_several_allows_add_up_and_masks_take_away():
    """Visible is the union of what is shown, minus every hide; both kinds of rules are named."""
    parts = (
        replace(ALLOW, id="A1", show=frozenset({Category.ID})),
        replace(ALLOW, id="A2", show=frozenset({Category.CN})),
    )
    assert outcome(*parts).visible == {Category.ID, Category.CN}
    masked = outcome(*parts, MASK)
    assert (masked.visible, masked.rules, masked.whole) == ({Category.CN}, ("A1", "A2", "M"), True)


def test_a_forbid_beats_everything_and_names_itself():
    """Whatever is allowed beside it."""
    assert outcome(ALLOW, MASK, FORBID) == Outcome(frozenset(), Reason.OUT_OF_REACH, ("F",), whole=False)


@pytest.mark.parametrize(
    ("held", "reason"), [(PersonClass.STAFF, Reason.PROTECTED), (PersonClass.ORDINARY, Reason.OUT_OF_REACH)]
)
def test_a_forbid_for_protected_classes_says_protected(held, reason):
    """Compliance sees which refusals come from the protection of a dossier."""
    forbid = replace(FORBID, classes=frozenset({held}))
    assert cell(ALLOW, forbid).at(Relation.CASELOAD, held).reason is reason


def test_an_outcome_that_shows_only_the_head_is_no_permission():
    """A page of which the function's own categories are all hidden is not opened for its name alone."""
    only_head = replace(ALLOW, show=frozenset({Category.ID}))
    assert outcome(only_head) == Outcome(frozenset(), Reason.HIDDEN_CATEGORY, ("A",), whole=False)


def test_a_grant_limits_whatever_the_rules_show():
    """Categories in the cell are a ceiling."""
    assert outcome(ALLOW, grant=Grant(only=frozenset({Category.CN}))).visible == {Category.CN}


def test_an_own_cell_is_opened_by_the_rule_for_own_cells_alone():
    """An "(eigen)" cell shuts out every other rule, and only "(eigen)" cells know that rule."""
    own = replace(ALLOW, id="own", cells=Cells.OWN)
    assert outcome(ALLOW, own, grant=Grant(own=True)).rules == ("own",)
    assert outcome(ALLOW, own).rules == ("A",)
    assert outcome(own) == DENIED


def test_a_card_is_the_least_that_may_be_shown():
    """Where something may be seen in full the card rule is silent; a forbid ends it as anything else."""
    card = outcome(CARD)
    assert (card.card, card.visible, card.rules) == (True, {Category.CN}, ("K",))
    assert (outcome(CARD, ALLOW).card, outcome(CARD, ALLOW).rules) == (False, ("A",))
    assert not outcome(CARD, FORBID).card
    hidden = outcome(CARD, replace(MASK, hide=frozenset(Category)))
    assert (hidden.card, hidden.reason) == (False, Reason.HIDDEN_CATEGORY)


def test_duties_of_all_permissions_add_up_and_end_with_the_permission():
    """Every rule that opened something says what must be done; a denial obliges to nothing."""
    banner = replace(ALLOW, id="B", duties=frozenset({Duty.BANNER}))
    review = replace(ALLOW, id="C", duties=frozenset({Duty.REVIEW}))
    assert outcome(banner, review).duties == {Duty.BANNER, Duty.REVIEW}
    assert outcome(banner, FORBID).duties == frozenset()
    assert outcome(banner, replace(MASK, hide=frozenset(Category))).duties == frozenset()


def test_an_emergency_adds_to_the_relation():
    """Beside whatever the relation shows, the emergency rule shows its own."""
    urgent = replace(ALLOW, id="E", emergency=True, show=frozenset({Category.CN}))
    compiled = cell(replace(ALLOW, show=frozenset({Category.ID, Category.CN})), urgent)
    assert compiled.at(*HERE).rules == ("A",)
    assert compiled.at(*HERE, emergency=True).rules == ("A", "E")


def test_requirements_hold_where_every_allow_has_them():
    """One allow without the requirement is a way that needs none."""
    needy = replace(ALLOW, requires=frozenset({"vacancy"}))
    assert cell(needy).requires == {"vacancy"}
    assert cell(needy, replace(ALLOW, id="B")).requires == frozenset()


def test_a_function_without_persons_is_open_by_its_rule_alone():
    """No standing, nothing to see of anybody."""
    plain = replace(NOTES, persons=False)
    assert not cell(subject=plain).open
    opened = cell(replace(RULE, persons=False), subject=plain)
    assert (opened.open, opened.outcomes, opened.at(*HERE)) == (True, (), DENIED)


ID, CN = frozenset({Category.ID}), frozenset({Category.CN})


def test_a_chain_needs_both_and_shows_either():
    """Two links of one request: each must be allowed; the answer may be of either; duties and doubts of both count."""
    one = Outcome(ID, Reason.ALLOWED, ("A",), whole=True, duties=frozenset({Duty.BANNER}))
    two = Outcome(CN, Reason.ALLOWED, ("B",), whole=False, card=True, pending=("P",))
    assert joined(one, two, narrow=False) == Outcome(
        ID | CN, Reason.ALLOWED, ("A", "B"), whole=False, duties=frozenset({Duty.BANNER}), card=True, pending=("P",)
    )
    assert joined(one, DENIED, narrow=False) is DENIED
    assert joined(DENIED, one, narrow=False) is DENIED


def test_an_export_shows_only_what_both_show():
    """Exporting shows no more than the list, and the list no more than may be exported."""
    one, two = Outcome(ID | CN, Reason.ALLOWED, ("A",), whole=True), Outcome(ID, Reason.ALLOWED, ("B",), whole=True)
    assert joined(one, two, narrow=True).visible == ID
    disjoint = joined(Outcome(CN, Reason.ALLOWED, ("A",), whole=True), two, narrow=True)
    assert (disjoint.visible, disjoint.reason) == (frozenset(), Reason.HIDDEN_CATEGORY)
