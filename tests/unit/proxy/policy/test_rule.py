"""Rules: where they speak, where they hold, and where an exemption ends them."""

from dataclasses import replace

from proxy.model.call import Kind
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.rule import Does, Exemption, RoleRow, Rule, Subject, Width

KM = RoleRow(Role.KM, "Klantmanager", Width.MUNICIPALITY, frozenset({Relation.CASELOAD, Relation.MUNICIPALITY}))
NOTES = Subject(
    "client.note.view", Kind.CONSULT, frozenset({Category.CN}), frozenset({Category.ID}), persons=True, open=True
)
RULE = Rule(
    id="R",
    text="t",
    ground="g",
    does=Does.ALLOW,
    roles=frozenset({Role.KM}),
    organisations=frozenset({OrganisationKind.MUNICIPALITY}),
    kinds=frozenset({Kind.CONSULT}),
    functions=frozenset({"client.note.view"}),
    relations=frozenset({Relation.CASELOAD}),
    classes=frozenset({PersonClass.ORDINARY}),
    persons=True,
    own_cells=False,
    show=frozenset({Category.CN}),
    hide=frozenset(),
    requires=frozenset(),
)


def test_a_rule_speaks_of_its_roles_organisations_kinds_and_functions_only():
    """One thing that differs, and the rule says nothing."""
    town, uwv = OrganisationKind.MUNICIPALITY, OrganisationKind.UWV
    assert RULE.concerns(NOTES, KM, town)
    assert not RULE.concerns(NOTES, KM, uwv)
    assert not RULE.concerns(NOTES, replace(KM, role=Role.AW), town)
    assert not RULE.concerns(replace(NOTES, kind=Kind.MUTATE), KM, town)
    assert not RULE.concerns(replace(NOTES, id="client.cv.view"), KM, town)
    assert not RULE.concerns(replace(NOTES, persons=False), KM, town)


def test_a_rule_holds_for_its_relations_and_classes():
    """Other relations and classes are not its business; `own` are the role's own relations."""
    ordinary = PersonClass.ORDINARY
    assert RULE.holds(NOTES, KM, Relation.CASELOAD, ordinary)
    assert not RULE.holds(NOTES, KM, Relation.MUNICIPALITY, ordinary)
    assert not RULE.holds(NOTES, KM, Relation.CASELOAD, PersonClass.STAFF)
    own = replace(RULE, relations=None)
    assert own.holds(NOTES, KM, Relation.MUNICIPALITY, ordinary)
    assert not own.holds(NOTES, KM, Relation.REGION, ordinary)


def test_an_exemption_needs_all_of_its_conditions():
    """Role, function and relation together end the rule; two of them do not."""
    both = frozenset({Relation.CASELOAD, Relation.REGION})
    exempt = Exemption(frozenset({Role.KM}), frozenset({"client.note.view"}), frozenset({Relation.CASELOAD}))
    rule = replace(RULE, relations=both, exempt=(exempt,))
    assert not rule.holds(NOTES, KM, Relation.CASELOAD, PersonClass.ORDINARY)
    assert rule.holds(NOTES, KM, Relation.REGION, PersonClass.ORDINARY)
    assert rule.holds(NOTES, replace(KM, role=Role.AW), Relation.CASELOAD, PersonClass.ORDINARY)
    assert rule.holds(replace(NOTES, id="other"), KM, Relation.CASELOAD, PersonClass.ORDINARY)
