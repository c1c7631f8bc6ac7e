"""The truth table of the letter, read as it is written: what a relation opens, for consult, search row, change and export."""

import pytest

from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.table import DENIED, Outcome

UWV, TOWN = OrganisationKind.UWV, OrganisationKind.MUNICIPALITY
TABLE = """
who  relation      consult  search  mutate    export
AW   caseload      full     full    yes       own
AW   appointment   full     full    yes       own
AW   team          basic+CN full    contact   own
AW   region        basic    full    referral  own
KM   municipality  basic    full    referral  -
WSP  grant         limited  card    referral  no
WSP  card          no       card    no        no
AW   grant         no       hidden  no        no
AW   outside       no       hidden  no        no
LB   outside       matching full    referral  no
AW   emergency     basic+BN hidden  no        no
KCC  verified      contact  full    checked   no
KCC  outside       no       hidden  no        no
"""
"""The table of the letter with the rows of RG1, RG13 and RG15 beside it, and with the referral of a candidate of the own
region, which RG2.verwijzen allows where that table says no; `-`: the role has no export."""
LINES = [line.split() for line in TABLE.strip().splitlines()[1:]]

BASIC = frozenset({"ID", "CT", "ED", "AV", "LD", "SV", "AP"})
WORDS: dict[str, frozenset[str]] = {
    "full": frozenset(Category) - {"VA", "EM"},
    "basic": BASIC,
    "basic+CN": BASIC | {"CN"},
    "basic+BN": BASIC | {"BN"},
    "limited": frozenset({"ID", "CT", "ED", "AV"}),
    "matching": frozenset({"ID", "CT", "ED", "AV", "LD", "RF"}),
    "contact": frozenset({"ID", "CT"}),
    "no": frozenset(),
}
PAGES = (
    *("client.overview.view", "client.identity.view", "client.cv.view", "client.workcapacity.view"),
    *("client.benefit.view", "client.service.view", "client.note.view", "match.candidate.open"),
)
CHANGES = (
    *("client.identity.update", "client.contact.update", "client.note.create", "client.ladder.update"),
    *("client.service.update", "referral.create", "client.measure.propose"),
)
MAY_CHANGE: dict[str, frozenset[str]] = {
    "yes": frozenset(CHANGES),
    "contact": frozenset({"client.contact.update", "client.note.create", "referral.create"}),
    "referral": frozenset({"referral.create"}),
    "checked": frozenset({"client.contact.update"}),
    "no": frozenset(),
}
"""`checked`: the identity form holds nationality, which RG15 does not show, so that it cannot be changed blind."""


def outcome(matrix, who: str, relation: str, function: str) -> Outcome:
    """What an ordinary person of this relation is to the role."""
    cell = matrix.cell(function, Role(who), TOWN if who == "KM" else UWV)
    if cell is None:
        return DENIED
    urgent = relation == "emergency"
    return cell.at(Relation.OUTSIDE if urgent else Relation(relation), PersonClass.ORDINARY, emergency=urgent)


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_what_is_consulted(matrix, line):
    """Every page shows of the role's functions what the word says, and nothing beyond it."""
    who, relation, consult, *_ = line
    for function in PAGES:
        subject, cell = matrix.subjects[function], matrix.cell(function, Role(who), TOWN if who == "KM" else UWV)
        visible = outcome(matrix, who, relation, function).visible
        own_municipality = who == "KM" and function in {"client.benefit.view", "client.workcapacity.view"}
        if cell is None or own_municipality or (who == "KM" and function == "client.note.view"):
            continue  # "(eigen)": the own municipality in whole
        assert visible <= WORDS[consult] | {"VA"}, function
        expected = subject.categories & WORDS[consult]
        reached = who in {"AW", "KM"} and relation != "emergency" and consult != "no"
        if reached and not (function == "client.workcapacity.view" and relation == "appointment"):
            assert expected <= visible, function  # nothing that the word promises is missing


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_what_a_search_row_is(matrix, line):
    """A row is shown, is a card, or is not there."""
    who, relation, _, search, *_ = line
    function = {"WSP": "match.candidates.search", "LB": "match.candidates.search", "KCC": "client.search.national"}
    found = outcome(matrix, who, relation, function.get(who, "client.search"))
    shown = "card" if found.card else "full" if found.visible else "hidden"
    assert shown == search


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_what_may_be_changed(matrix, line):
    """Whatever the word names, as far as the role has it; nothing else. A change needs every category of its form."""
    who, relation, _, _, mutate, _ = line
    may = {function for function in CHANGES if outcome(matrix, who, relation, function).whole}
    has = {each for each in CHANGES if matrix.cell(each, Role(who), TOWN if who == "KM" else UWV)}
    assert may == MAY_CHANGE[mutate] & has


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_what_may_be_exported(matrix, line):
    """The own scope, never anybody from outside it."""
    _, relation, _, _, _, export = line
    if export != "-":
        assert bool(outcome(matrix, "EXP", relation, "list.export").visible) is (export == "own")


@pytest.mark.parametrize(
    ("held", "relation", "visible"),
    [
        ("secret", "caseload", {"ID", "CT", "LD", "SV", "AP"}),
        ("secret", "appointment", {"ID", "LD", "SV", "AP"}),
        ("secret", "region", {"ID", "LD", "SV", "AP"}),
        ("staff", "assigned", {"ID", "CT", "LD", "SV", "AP"}),
        ("staff", "appointment", set()),
        ("staff", "region", set()),
        ("self", "caseload", set()),
    ],
)
def test_what_a_protected_dossier_shows(matrix, held, relation, visible):
    """RG10 on the overview of an adviser."""
    cell = matrix.cell("client.overview.view", Role.AW, UWV)
    assert cell.at(Relation(relation), PersonClass(held)).visible == visible


def test_a_moved_out_candidate_of_another_municipality_is_seen_in_matching_only(matrix):
    """RG3: the own region beyond the own municipality opens to a municipality the functions for matching alone."""
    for function in (*PAGES, "client.search", "match.candidates.search"):
        found = outcome(matrix, "KM", "region", function)
        assert bool(found.visible) is (function in {"client.cv.view", "match.candidates.search"}), function
