"""Notes by who wrote them: what stays, whether totals may be told, and what a staged rule would keep back."""

from dataclasses import replace

import pytest

from proxy.model.decision import Duty
from proxy.model.person import Authorship, Category, PersonClass, Relation, Standing
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.decide import judge_call, judge_person
from proxy.policy.rule import Mode
from proxy.policy.sift import sift
from tests.unit.proxy.policy.test_decide import TODAY, a_call, a_principal, an_authorisation, shown
from tests.unit.proxy.policy.test_staging import staged

CN, RULE = frozenset({Category.CN}), "RG3.verslagen"
SELF, OWN, OTHER, UNKNOWN = Authorship
NEAR = Standing(Relation.CASELOAD, PersonClass.ORDINARY)
EVERYBODY = (SELF, OTHER, OWN, UNKNOWN, OWN)


def judged(matrix, function="client.note.view", role=Role.AW, kind=OrganisationKind.UWV, standing=NEAR):
    """Decide about a page with notes."""
    call = judge_call(matrix, a_call(matrix, function), a_principal(an_authorisation(role, kind)), TODAY)
    return judge_person(matrix, call, shown("ID", "CN"), standing)


@pytest.mark.parametrize(
    ("function", "role", "kind", "relation"),
    [
        ("client.note.view", Role.AW, OrganisationKind.UWV, Relation.CASELOAD),
        ("client.note.view", Role.IDV, OrganisationKind.UWV, Relation.TEAM),
        ("client.note.view", Role.KM, OrganisationKind.MUNICIPALITY, Relation.MUNICIPALITY),
        ("client.note.create", Role.WSP, OrganisationKind.MUNICIPALITY, Relation.CASELOAD),
        ("client.note.create", Role.SWB, OrganisationKind.SW, Relation.ASSIGNED),
    ],
)
def test_notes_of_another_organisation_stay_with_it(matrix, function, role, kind, relation):
    """Whoever sees a contact history, in whatever function: the own ones and those of the own organisation."""
    standing = Standing(relation, PersonClass.ORDINARY)
    decision = judged(matrix, function, role, kind, standing)
    same, found = sift(matrix, (decision, standing), CN, EVERYBODY)
    assert same is decision
    assert RULE in decision.rules
    assert (found.withheld, found.limited, found.authors) == (frozenset({1, 3}), True, EVERYBODY)


def test_totals_are_limited_also_where_nothing_is_on_the_page(matrix):
    """Another page of the list may hold what is hidden."""
    _, found = sift(matrix, (judged(matrix), NEAR), CN, (OWN, SELF))
    assert (found.withheld, found.limited) == (frozenset(), True)


def test_rows_of_another_category_are_not_meant(matrix):
    """The rule speaks of contact history alone."""
    _, found = sift(matrix, (judged(matrix), NEAR), frozenset({Category.RF}), EVERYBODY)
    assert found.withheld == frozenset()


@pytest.mark.parametrize(("mode", "duties"), [(Mode.REPORT, set()), (Mode.WARN, {Duty.BANNER})])
def test_a_staged_rule_keeps_nothing_back_and_says_what_it_would(matrix, mode, duties):
    """In report the log alone knows; in warn whoever will lose a note reads a banner."""
    reported = staged(matrix, mode, RULE)
    decision, found = sift(reported, (judged(reported), NEAR), CN, EVERYBODY)
    assert (found.withheld, found.limited) == (frozenset(), False)
    assert (decision.lost, decision.pending, decision.duties) == (CN, (RULE,), duties)
    calm, _ = sift(reported, (judged(reported), NEAR), CN, (SELF, OWN))
    assert (calm.lost, calm.pending, calm.duties) == (frozenset(), (), frozenset())


def test_a_new_installation_shows_every_note(matrix):
    """With every rule in report nothing changes but the log."""
    reported = staged(matrix)
    _, found = sift(reported, (judged(reported), NEAR), CN, EVERYBODY)
    assert (found.withheld, found.limited) == (frozenset(), False)


def test_nobody_loses_the_own_notes(matrix):
    """Also under a table that says so: what somebody wrote, that account has seen."""
    pairs = frozenset((author, Category.CN) for author in Authorship)
    cells = {
        name: replace(cell, outcomes=tuple(replace(each, unseen=pairs) for each in cell.outcomes))
        for name, cell in matrix.enforced.cells.items()
    }
    closed = replace(matrix.enforced, cells=cells)
    _, found = sift(replace(matrix, enforced=closed, target=closed), (judged(matrix), NEAR), CN, EVERYBODY)
    assert found.withheld == frozenset({1, 2, 3, 4})
