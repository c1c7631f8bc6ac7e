"""Cells: default deny; forbid before mask before allow; a chain shows either, an export only both."""

from dataclasses import replace

import pytest

from proxy.model.decision import Reason
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind
from proxy.policy.rule import Does, Grant
from proxy.policy.table import DENIED, Outcome, Seat, cell, joined
from tests.unit.proxy.policy.test_rule import KM, NOTES, RULE

HERE = (Relation.CASELOAD, PersonClass.ORDINARY)
HOME = Seat(KM, OrganisationKind.MUNICIPALITY)
FORBID = replace(RULE, id="F", does=Does.FORBID, show=frozenset())
MASK = replace(RULE, id="M", does=Does.MASK, show=frozenset(), hide=frozenset({Category.ID}))
ALLOW = replace(RULE, id="A", show=frozenset({Category.ID, Category.CN, Category.WC}))
ALL = Grant()


def outcome(*rules, grant: Grant = ALL, subject=NOTES) -> Outcome:
    """The outcome of these rules at the caseload."""
    return cell(subject, HOME, grant, rules).outcomes[HERE]


def test_without_a_rule_nothing_is_allowed():
    """Default deny, for every relation and class."""
    compiled = cell(NOTES, HOME, Grant(), ())
    assert set(compiled.outcomes.values()) == {DENIED}
    assert len(compiled.outcomes) == len(Relation) * len(PersonClass)


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
    assert cell(NOTES, HOME, Grant(), (ALLOW, forbid)).outcomes[Relation.CASELOAD, held].reason is reason


def test_an_outcome_that_shows_only_the_head_is_no_permission():
    """A page of which the function's own categories are all hidden is not opened for its name alone."""
    only_head = replace(ALLOW, show=frozenset({Category.ID}))
    assert outcome(only_head) == Outcome(frozenset(), Reason.HIDDEN_CATEGORY, ("A",), whole=False)


def test_a_grant_limits_whatever_the_rules_show():
    """Categories in the cell are a ceiling."""
    assert outcome(ALLOW, grant=Grant(only=frozenset({Category.CN}))).visible == {Category.CN}


def test_an_own_cell_is_opened_by_the_rule_for_own_cells_alone():
    """An "(eigen)" cell shuts out every other rule, and only "(eigen)" cells know that rule."""
    own = replace(ALLOW, id="own", own_cells=True)
    assert outcome(ALLOW, own, grant=Grant(own=True)).rules == ("own",)
    assert outcome(ALLOW, own).rules == ("A",)
    assert outcome(own) == DENIED


def test_requirements_hold_where_every_allow_has_them():
    """One allow without the requirement is a way that needs none."""
    needy = replace(ALLOW, requires=frozenset({"vacancy"}))
    assert cell(NOTES, HOME, Grant(), (needy,)).requires == {"vacancy"}
    assert cell(NOTES, HOME, Grant(), (needy, replace(ALLOW, id="B"))).requires == frozenset()


ID, CN = frozenset({Category.ID}), frozenset({Category.CN})


def test_a_chain_needs_both_and_shows_either():
    """Two links of one request: each must be allowed; the answer may be of either."""
    one, two = Outcome(ID, Reason.ALLOWED, ("A",), whole=True), Outcome(CN, Reason.ALLOWED, ("B",), whole=False)
    assert joined(one, two, narrow=False) == Outcome(ID | CN, Reason.ALLOWED, ("A", "B"), whole=False)
    assert joined(one, DENIED, narrow=False) is DENIED
    assert joined(DENIED, one, narrow=False) is DENIED


def test_an_export_shows_only_what_both_show():
    """Exporting shows no more than the list, and the list no more than may be exported."""
    one, two = Outcome(ID | CN, Reason.ALLOWED, ("A",), whole=True), Outcome(ID, Reason.ALLOWED, ("B",), whole=True)
    assert joined(one, two, narrow=True).visible == ID
    disjoint = joined(Outcome(CN, Reason.ALLOWED, ("A",), whole=True), two, narrow=True)
    assert (disjoint.visible, disjoint.reason) == (frozenset(), Reason.HIDDEN_CATEGORY)
