"""Explaining: what people read is what the table decides."""

import re

from proxy.model.decision import Reason
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.explain import explain, sentences
from proxy.policy.matrix import load
from proxy.policy.rule import STANDINGS


def test_every_relation_and_class_has_a_line(matrix):
    """Nothing that is decided stays unexplained."""
    lines = list(explain(matrix, Role.AW, "client.overview.view", OrganisationKind.UWV))
    assert tuple((line.relation, line.protection, line.emergency) for line in lines) == STANDINGS


def test_a_line_says_what_is_hidden_and_why(matrix):
    """The categories beyond what is visible, the reason and the rules."""
    lines = explain(matrix, Role.IDV, "client.workcapacity.view", OrganisationKind.UWV)
    here = (Relation.REGION, PersonClass.ORDINARY, False)
    line = next(each for each in lines if (each.relation, each.protection, each.emergency) == here)
    assert (line.visible, line.hidden) == ((), (Category.ID, Category.WC))
    assert (line.reason, line.rules) == (Reason.HIDDEN_CATEGORY, ("RG2",))


def test_a_line_says_whose_notes_are_kept_back(matrix, source, catalogue):
    """Today, and under all rules together; where no notes are shown, nobody's."""
    reported = load(re.sub(r"(- id: RG3.verslagen\n(?:.*\n){4}    mode: )enforce", r"\1report", source), catalogue)
    strange = (Authorship.OTHER, Authorship.UNKNOWN)
    for version, today in ((matrix, strange), (reported, ())):
        lines = list(explain(version, Role.AW, "client.note.view", OrganisationKind.UWV))
        assert {(line.unseen, line.unseen_later) for line in lines if line.later} == {(today, strange)}
        assert {line.unseen for line in explain(version, Role.AW, "client.cv.view", OrganisationKind.UWV)} == {()}
    assert all(
        line.unseen == ()
        for line in explain(matrix, Role.AW, "client.note.view", OrganisationKind.UWV)
        if not line.visible
    )


def test_what_a_role_has_not_has_no_lines(matrix):
    """No cell, nothing to explain."""
    assert list(explain(matrix, Role.WSP, "client.benefit.view", OrganisationKind.UWV)) == []


def test_the_sentences_are_the_signed_ones_in_the_order_of_the_file(matrix):
    """Rules and practices, each with its ground; an id that is none says nothing."""
    told = list(sentences(matrix, ["RG14", "RG2", "RG1", "RGX"]))
    assert [each.split(":")[0] for each in told] == ["RG1", "RG2", "RG14"]
    assert told[1].endswith("(Wet SUWI art. 10 en 30a (regionale arbeidsmarkt))")


def test_a_rule_that_is_not_enforced_says_so(catalogue, source):
    """What is only reported is told with its stage, beside what would be visible."""
    staged = load(re.sub(r"(- id: RG2\n(?:.*\n){4}    mode: )enforce", r"\1report", source), catalogue)
    assert next(sentences(staged, ["RG2"])).endswith("[report sinds 2026-11-26]")
    lines = explain(staged, Role.AW, "client.identity.view", OrganisationKind.UWV)
    line = next(each for each in lines if each.relation is Relation.REGION)
    assert (line.pending, line.later) == (("RG2",), (Category.CT, Category.ID))
    assert line.visible == (Category.CT, Category.ID, Category.NA)
