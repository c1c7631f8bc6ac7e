"""Which searches have a scope: what the matrix says today, for whom it narrows, and what may find anybody."""

import pytest

from proxy.errors import OperatorError
from proxy.model.call import Search, SearchClass
from proxy.model.decision import Scope
from proxy.model.principal import Authorisation, OrganisationKind, Role
from proxy.policy.matrix import load
from proxy.policy.resolve import Seated, resolve
from proxy.policy.scope import scope
from tests.unit.proxy.policy.test_decide import TOWN, UWV, a_call, an_authorisation

NAME = Search(SearchClass.NAME)


def of(matrix, held: Authorisation, function: str = "client.search", **over) -> Scope | None:
    """The scope of a search under one authorisation, as things are today."""
    call = a_call(matrix, function, **({"search": NAME} | over))
    return scope(matrix, call, resolve(matrix, matrix.enforced, Seated(call, held, [held])))


@pytest.mark.parametrize("role", [Role.AW, Role.IDV])
def test_a_search_of_a_region_is_for_the_regions_of_its_one_authorisation(matrix, role):
    """All of them, and nothing else."""
    held = an_authorisation(role, UWV, "AM06", "AM07")
    assert of(matrix, held) == Scope(frozenset({"AM06", "AM07"}))


def test_a_search_of_a_municipality_is_for_that_municipality(matrix):
    """Its regions open matching only (RG3)."""
    assert of(matrix, an_authorisation(Role.KM, TOWN)) == Scope(municipality="X")


@pytest.mark.parametrize("by", SearchClass)
def test_only_a_search_by_bsn_is_for_anybody(matrix, by):
    """By name, by an expression or by nothing at all: narrowed."""
    assert (of(matrix, an_authorisation(Role.AW), search=Search(by)) is None) == (by is SearchClass.BSN)


@pytest.mark.parametrize(
    ("role", "kind", "function"),
    [
        (Role.KCC, UWV, "client.search"),
        (Role.KCC, UWV, "client.search.national"),
        (Role.AD, UWV, "client.search"),
        (Role.LB, UWV, "match.candidates.search"),
        (Role.WSP, UWV, "match.candidates.search"),
        (Role.MAT, TOWN, "match.candidates.search"),
        (Role.KM, TOWN, "match.candidates.search"),
    ],
)
def test_who_looks_farther_or_nearer_than_a_place_has_no_scope(matrix, role, kind, function):
    """National roles (RG4, RG15), a caseload, and candidates, who are found outside the region (RG5)."""
    assert of(matrix, an_authorisation(role, kind), function) is None
    assert of(matrix, an_authorisation(role, kind), function, vacancy="V1") is None


def test_a_search_for_a_vacancy_has_no_scope(matrix):
    """Whatever its function is called."""
    assert of(matrix, an_authorisation(Role.AW), vacancy="V1") is None


def test_what_is_no_search_has_no_scope(matrix):
    """A page, a worklist, an export."""
    assert of(matrix, an_authorisation(Role.AW), search=None) is None


def test_nothing_is_narrowed_while_the_rule_is_only_reported(catalogue, source):
    """A new installation changes nothing but the log (RG14)."""
    reported = source.replace("mode: enforce", "mode: report")
    assert of(load(reported, catalogue), an_authorisation(Role.AW)) is None


def test_a_role_without_the_setting_is_not_narrowed(catalogue, source):
    """Compliance decides, per role."""
    matrix = load(source.replace(", narrow: true", ""), catalogue)
    assert of(matrix, an_authorisation(Role.AW)) is None
    assert of(matrix, an_authorisation(Role.KM, OrganisationKind.MUNICIPALITY)) is None


def test_only_a_role_that_is_as_wide_as_a_place_can_be_narrowed(catalogue, source):
    """A caseload and a country are no place that a query can name."""
    wrong = source.replace("width: caseload, own: [caseload, assigned]}", "width: caseload, own: [], narrow: true}", 1)
    with pytest.raises(
        OperatorError, match=r"found a width that is no place; allowed: narrow with width region or mun"
    ):
        load(wrong, catalogue)
