"""The matrix file: closed, complete, and refused at the first thing that cannot hold."""

import re
from dataclasses import replace

import pytest
from ruamel.yaml import YAML

from proxy.errors import OperatorError
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.matrix import load


def test_the_matrix_of_this_release_has_a_cell_for_everything_it_grants(matrix, catalogue, source):
    """Every function is stated; a cell for every role that has it, in each organisation that may have the role."""
    assert set(matrix.subjects) == set(catalogue.by_id)
    assert set(matrix.roles) == set(Role)
    given = YAML(typ="safe", pure=True).load(source)["functions"]
    expected = {
        (function, Role(role), kind)
        for function, row in given.items()
        for role in row
        for kind in matrix.roles[Role(role)].organisations
    }
    assert set(matrix.target.index) == expected
    assert matrix.cell("client.search", Role.AW, OrganisationKind.UWV) is not None
    assert matrix.cell("client.search", Role.AW, OrganisationKind.SW) is None


def test_the_demo_enforces_every_rule(matrix):
    """With every rule enforced what holds is what all rules together say."""
    assert matrix.settled
    assert matrix.enforced is matrix.target
    assert matrix.closing == ("RG0.dicht",)


def test_every_rule_can_be_signed(matrix):
    """A Dutch sentence that ends, and a ground."""
    for rule in matrix.rules:
        assert rule.text.endswith(".")
        assert len(rule.text.split()) > 4
        assert len(rule.ground) > 5


def test_the_hash_is_that_of_the_bytes(matrix, catalogue, source):
    """Any change of the file, also of a remark, is another version in the log."""
    assert load(source, catalogue).hash == matrix.hash
    assert load("# remark\n" + source, catalogue).hash != matrix.hash
    assert load(source, catalogue).source == source


@pytest.mark.parametrize(
    ("found", "instead", "told"),
    [
        ("version: 1", "version: 2", r"authorisation\.yaml:\d+: found another version; allowed: 1"),
        ("\nowner:", "\nowners:", r"found the key 'owners'; allowed: version, owner"),
        ("\ngroups:", "\nextra: x\ngroups:", r"found the key 'extra'"),
        ("impersonal: [VA, EM]", "impersonal: [VA, XX]", r"found the category 'XX'; allowed: ID, CT"),
        ("  AW: {name: Adviseur werk", "  AX: {name: Adviseur werk", r"found the key 'AX'; allowed: AW, IDV"),
        (
            "  MIG: {name: Migratie-engineer, organisations: [UWV, machine], width: national, own: []}\n",
            "",
            r"found no 'MIG'",
        ),
        (
            "width: region, own: [caseload, assigned], narrow: true}\n  IDV",
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
        ("effect: mask", "effect: hide", r"found the effect 'hide'; allowed: allow, forbid, mask, card"),
        ("    mode: enforce", "    mode: on", r"found the mode 'on'; allowed: report, warn, enforce"),
        ("    mode: enforce", "    mode: warn", r"a rule in warn without 'enforces_on'"),
        (
            "    mode: enforce",
            "    mode: enforce\n    enforces_on: 2027-01-01",
            r"'enforces_on' in a rule in enforce; allowed: it announces a rule in warn",
        ),
        ("    since: 2026-11-26", "    since: 26-11-2026", r"found '26-11-2026'; allowed: a date such as 2027-03-31"),
        ("    since: 2026-11-26\n", "", r"found no 'since'"),
        ("    cells: absent", "    cells: other", r"found the cells 'other'; allowed: own, absent"),
        ("    cells: own\n", "    cells: absent\n", r"cells that a role was not given in a rule of effect allow"),
        ("    duties: [banner, review]", "    duties: [banner, sing]", r"found the duty 'sing'; allowed: banner"),
        ("    emergency: true", "    emergency: maybe", r"allowed: true or false"),
        ("    hide: [CT]\n", "    hide: [CT]\n    duties: [banner]\n", r"the key 'duties' in a rule of effect mask"),
        ("  - id: RG14\n", "  - id: RG1\n", r"found the rule 'RG1' a second time"),
        ("    kept_by: de relatie team", "    kept: de relatie team", r"found the key 'kept'"),
        ("organisations: [sw]", "organisations: [zorg]", r"found the organisation 'zorg'; allowed: UWV, municipality"),
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


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95, 0.999])
def test_a_file_that_was_cut_off_is_refused(source, catalogue, kept):
    """A file that lost its last prohibitions is valid YAML all the same; the end marker says that nothing is missing."""
    lines = source.splitlines(keepends=True)
    with pytest.raises(OperatorError):
        load("".join(lines[: int(len(lines) * kept)]), catalogue)
    whole_rules = source[: source.index("  - id: RG10.eigen")] + source[source.index("\npractices:") :]
    with pytest.raises(OperatorError, match=r"found no end marker.*a cut one loses prohibitions"):
        load(whole_rules.removesuffix("...\n"), catalogue)


def test_a_new_function_of_the_catalogue_must_be_stated(source, catalogue):
    """Nobody adds a function without saying who may use it."""
    more = {**catalogue.by_id, "client.new": replace(catalogue.by_id["client.search"], id="client.new")}
    with pytest.raises(OperatorError, match=r"found no 'client\.new'"):
        load(source, replace(catalogue, by_id=more))
