"""Rules: where they speak, where they hold, and where an exemption ends them."""

from dataclasses import replace
from datetime import date

import pytest

from proxy.model.call import Kind
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.rule import (
    EVERY,
    STANDINGS,
    Cells,
    Does,
    Exemption,
    Grant,
    Mode,
    RoleRow,
    Rule,
    Seat,
    Subject,
    Width,
    place,
)

TOWN, UWV = OrganisationKind.MUNICIPALITY, OrganisationKind.UWV
KM = RoleRow(
    Role.KM,
    "Klantmanager",
    frozenset({TOWN}),
    Width.MUNICIPALITY,
    frozenset({Relation.CASELOAD, Relation.MUNICIPALITY}),
)
NOTES = Subject(
    "client.note.view", Kind.CONSULT, frozenset({Category.CN}), frozenset({Category.ID}), persons=True, open=True
)
SEAT = Seat(NOTES, KM, TOWN, Grant())
RULE = Rule(
    id="R",
    text="t",
    ground="g",
    owner="o",
    does=Does.ALLOW,
    mode=Mode.ENFORCE,
    since=date(2026, 11, 26),
    roles=frozenset({Role.KM}),
    organisations=frozenset({TOWN}),
    kinds=frozenset({Kind.CONSULT}),
    functions=frozenset({"client.note.view"}),
    relations=frozenset({Relation.CASELOAD}),
    classes=frozenset({PersonClass.ORDINARY}),
    show=frozenset({Category.CN}),
)
CASELOAD, ORDINARY = Relation.CASELOAD, PersonClass.ORDINARY


def holds(rule: Rule, relation: Relation = CASELOAD, held: PersonClass = ORDINARY, **over) -> bool:
    """Whether the rule holds for a standing in a seat."""
    seat, emergency = over.get("seat", SEAT), over.get("emergency", False)
    return bool(rule.standings(seat) >> place(relation, held, emergency=emergency) & 1)


def test_every_standing_has_a_place_of_its_own():
    """Places count the standings; a bit each."""
    assert [place(relation, held, emergency=urgent) for relation, held, urgent in STANDINGS] == list(range(80))
    assert EVERY.bit_count() == len(STANDINGS) == 80


def test_a_rule_speaks_of_its_roles_organisations_kinds_and_functions_only():
    """One thing that differs, and the rule says nothing."""
    assert RULE.concerns(SEAT)
    assert not RULE.concerns(replace(SEAT, kind=UWV))
    assert not RULE.concerns(replace(SEAT, row=replace(KM, role=Role.AW)))
    for other in ({"kind": Kind.MUTATE}, {"id": "client.cv.view"}, {"persons": False}):
        assert not RULE.concerns(replace(SEAT, subject=replace(NOTES, **other)))


@pytest.mark.parametrize(
    ("does", "cells", "speaks"),
    [  # of a cell given whole, given as (eigen), not given
        (Does.ALLOW, Cells.ANY, (True, False, False)),
        (Does.CARD, Cells.ANY, (True, False, False)),
        (Does.ALLOW, Cells.OWN, (False, True, False)),
        (Does.FORBID, Cells.ANY, (True, True, True)),
        (Does.MASK, Cells.OWN, (False, True, False)),
        (Does.FORBID, Cells.ABSENT, (False, False, True)),
    ],
)
def test_permissions_speak_of_what_was_given_and_prohibitions_of_everything(does, cells, speaks):
    """An "(eigen)" cell knows only the rules for own cells; what was not given can only be closed."""
    rule = replace(RULE, does=does, cells=cells)
    assert tuple(rule.concerns(replace(SEAT, given=given)) for given in (Grant(), Grant(own=True), None)) == speaks


def test_a_rule_for_absent_cells_speaks_of_functions_without_persons_too():
    """Closed is closed."""
    absent = replace(RULE, does=Does.FORBID, cells=Cells.ABSENT)
    assert absent.concerns(replace(SEAT, given=None, subject=replace(NOTES, persons=False)))


def test_a_rule_holds_for_its_relations_and_classes():
    """Other relations and classes are not its business; `own` are the role's own relations."""
    assert holds(RULE)
    assert not holds(RULE, Relation.MUNICIPALITY)
    assert not holds(RULE, held=PersonClass.STAFF)
    own = replace(RULE, relations=None)
    assert holds(own, Relation.MUNICIPALITY)
    assert not holds(own, Relation.REGION)


def test_an_emergency_rule_holds_in_an_emergency_only():
    """Any other rule holds with and without one."""
    assert holds(RULE)
    assert holds(RULE, emergency=True)
    urgent = replace(RULE, emergency=True)
    assert not holds(urgent)
    assert holds(urgent, emergency=True)


def test_an_exemption_needs_all_of_its_conditions():
    """Role, function and relation together end the rule; two of them do not."""
    exempt = Exemption(frozenset({Role.KM}), frozenset({"client.note.view"}), frozenset({CASELOAD}))
    rule = replace(RULE, relations=frozenset({CASELOAD, Relation.REGION}), exempt=(exempt,))
    assert not holds(rule)
    assert holds(rule, Relation.REGION)
    assert holds(rule, seat=replace(SEAT, row=replace(KM, role=Role.AW)))
    assert holds(rule, seat=replace(SEAT, subject=replace(NOTES, id="other")))


def test_only_permissions_open():
    """An allow and a card open; a forbid and a mask never."""
    assert [does for does in Does if does.opens] == [Does.ALLOW, Does.CARD]
