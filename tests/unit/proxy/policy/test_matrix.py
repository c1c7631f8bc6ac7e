"""The matrix file: closed, complete, and refused at the first thing that cannot hold."""

import re
from dataclasses import replace

import pytest

from proxy.errors import OperatorError
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.matrix import load


def test_the_matrix_of_this_release_has_a_cell_for_everything_it_grants(matrix, catalogue):
    """Every function is stated; every granted role has a cell per kind of organisation, and no other cell exists."""
    assert set(matrix.subjects) == set(catalogue.by_id)
    assert set(matrix.roles) == set(Role)
    granted = {(function, use.role) for function, offer in catalogue.by_id.items() for use in offer.roles}
    assert {(function, role) for function, role, _ in matrix.index} == granted
    assert len(matrix.index) == len(granted) * len(OrganisationKind)


def test_every_rule_can_be_signed(matrix):
    """A Dutch sentence that ends, and a ground."""
    for rule in matrix.rules:
        assert rule.text.endswith(".")
        assert len(rule.text.split()) > 4
        assert len(rule.ground) > 5


def test_every_rule_does_something(matrix, catalogue, source):
    """A rule whose removal changes no cell is dead, or a typing error made it so."""
    dead = []
    for rule in matrix.rules:
        cut = re.sub(rf"\n  - id: {re.escape(rule.id)}\n.*?(?=\n  - id: |\Z)", "\n", source, flags=re.DOTALL)
        less = load(cut, catalogue)
        assert len(less.rules) == len(matrix.rules) - 1
        if less.cells == matrix.cells:
            dead.append(rule.id)
    assert dead == []


def test_the_hash_is_that_of_the_bytes(matrix, catalogue, source):
    """Any change of the file, also of a remark, is another version in the log."""
    assert load(source, catalogue).hash == matrix.hash
    assert load(source + "# remark\n", catalogue).hash != matrix.hash
    assert load(source, catalogue).source == source


@pytest.mark.parametrize(
    ("found", "instead", "told"),
    [
        ("version: 1", "version: 2", r"authorisation\.yaml:\d+: found another version; allowed: 1"),
        ("\nowner:", "\nowners:", r"found the key 'owners'; allowed: version, owner"),
        ("\ngroups:", "\nextra: x\ngroups:", r"found the key 'extra'"),
        ("impersonal: [VA, EM]", "impersonal: [VA, XX]", r"found the category 'XX'; allowed: ID, CT"),
        ("  AW: {name: Adviseur werk", "  AX: {name: Adviseur werk", r"found the key 'AX'; allowed: AW, IDV"),
        ("  MIG: {name: Migratie-engineer, width: national, own: []}\n", "", r"found no 'MIG'"),
        (
            "width: region, own: [caseload, assigned]}\n  IDV",
            "width: wide, own: []}\n  IDV",
            r"the width 'wide'; allowed: caseload",
        ),
        ("  client.search: {AW: all", "  client.serch: {AW: all", r"found the key 'client.serch'"),
        ("  list.export: {EXP: all}\n", "", r"found no 'list.export'"),
        (
            "  list.export: {EXP: all}",
            "  list.export: {EXP: all, AW: all}",
            r"the role 'AW' in list.export.*catalogue offers: EXP",
        ),
        (
            "client.benefit.view: {AW: all, IDV: all, KM: own}",
            "client.benefit.view: {KM: all}",
            r"more for KM in client.benefit",
        ),
        ("KCC: [ID, CT], WSP", "KCC: all, WSP", r"more for KCC in client.overview.view"),
        ("KCC: [ID, CT], WSP", "KCC: [ID, BN], WSP", r"more for KCC in client.overview.view"),
        ("client.fml.view: {AD: all}", "client.fml.view: {AD: [XX]}", r"found the category 'XX'; allowed: ID, CT"),
        ("client.fml.view: {AD: all}", "client.fml.view: {AD: some}", r"found the scope 'some'; allowed: all, own"),
        ("effect: mask", "effect: hide", r"found the effect 'hide'; allowed: allow, forbid, mask"),
        ("    mode: enforce", "    mode: report", r"found the mode 'report'; allowed: enforce"),
        (
            "relations: [team, municipality, region]",
            "relations: [nearby]",
            r"found the relation 'nearby'; allowed: caseload",
        ),
        ("classes: [secret]", "classes: [vip]", r"found the classes 'vip'; allowed: ordinary"),
        ("functions: referral", "functions: referrals", r"found the group 'referrals'; allowed: all, matching"),
        ("requires: [vacancy]", "requires: [ticket]", r"found the requirement 'ticket'"),
        ("    hide: [CT]\n", "", r"a rule of effect mask without 'hide'"),
        ("    hide: [CT]\n", "    hide: [CT]\n    show: [ID]\n", r"the key 'show' in a rule of effect mask"),
        ("  - id: RG3.matching", "  - id: RG3", r"found the rule 'RG3' a second time"),
        ("    ground: Wsw; Participatiewet art. 10b\n", "", r"found no 'ground'"),
        ("    ground: Wsw; Participatiewet art. 10b\n", "    ground: ''\n", r"found an empty text"),
    ],
)
def test_a_typing_error_refuses_the_load(source, catalogue, found, instead, told):
    """File and line, what was found, what is allowed; never a rule that is silently ignored."""
    assert found in source
    with pytest.raises(OperatorError, match=told) as refused:
        load(source.replace(found, instead, 1), catalogue)
    assert re.match(r"authorisation\.yaml:\d+: ", str(refused.value))


def test_a_new_function_of_the_catalogue_must_be_stated(source, catalogue):
    """Nobody adds a function without saying who may use it."""
    more = {**catalogue.by_id, "client.new": replace(catalogue.by_id["client.search"], id="client.new")}
    with pytest.raises(OperatorError, match=r"found no 'client\.new'"):
        load(source, replace(catalogue, by_id=more))
