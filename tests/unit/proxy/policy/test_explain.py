"""Explaining: what people read is what the table decides."""

from proxy.model.decision import Reason
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.explain import explain


def test_every_relation_and_class_has_a_line(matrix):
    """Nothing that is decided stays unexplained."""
    lines = list(explain(matrix, Role.AW, "client.overview.view", OrganisationKind.UWV))
    assert {(line.relation, line.protection) for line in lines} == {(r, c) for r in Relation for c in PersonClass}


def test_a_line_says_what_is_hidden_and_why(matrix):
    """The categories beyond what is visible, the reason and the rules."""
    lines = explain(matrix, Role.IDV, "client.workcapacity.view", OrganisationKind.UWV)
    line = next(each for each in lines if (each.relation, each.protection) == (Relation.REGION, PersonClass.ORDINARY))
    assert (line.visible, line.hidden) == ((), (Category.ID, Category.WC))
    assert (line.reason, line.rules) == (Reason.HIDDEN_CATEGORY, ("RG2",))


def test_what_a_role_has_not_has_no_lines(matrix):
    """No cell, nothing to explain."""
    assert list(explain(matrix, Role.WSP, "client.benefit.view", OrganisationKind.UWV)) == []
