"""Resolving a call in one table: all links, what they ask for, and the second right of an export."""

import pytest

from proxy.model.call import Search, SearchClass
from proxy.model.decision import Reason
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.resolve import Resolved, Seated, resolve
from tests.unit.proxy.policy.test_decide import a_call, an_authorisation


def resolved(matrix, call, role: Role, *others: Role) -> Resolved:
    """The call under a role, beside other roles of the account."""
    base = an_authorisation(role)
    return resolve(matrix, matrix.target, Seated(call, base, [base, *(an_authorisation(each) for each in others)]))


def test_the_cell_names_what_shows_persons(matrix):
    """Of a chain the functions about persons; of a function without persons its own cell."""
    found = resolved(matrix, a_call(matrix, "vacancy.search", "client.overview.view"), Role.AW)
    assert (found.reason, found.cell) == (Reason.ALLOWED, "AW@UWV/client.overview.view")
    assert resolved(matrix, a_call(matrix, "vacancy.search"), Role.AW).cell == "AW@UWV/vacancy.search"
    chain = resolved(matrix, a_call(matrix, "client.cv.view", "client.overview.view"), Role.AW)
    assert chain.cell == "AW@UWV/client.cv.view + AW@UWV/client.overview.view"


def test_an_export_is_named_by_both_of_its_rights(matrix):
    """The list's cell and, behind it, the export right, which is the authorisation that is logged."""
    call = a_call(matrix, "list.export", "client.search")
    found = resolved(matrix, call, Role.AW, Role.EXP)
    assert (found.cell, found.authorisation.role) == ("AW@UWV/client.search > EXP@UWV/list.export", Role.EXP)
    assert resolved(matrix, call, Role.AW).reason is Reason.FUNCTION_NOT_IN_ROLE


def test_a_list_that_a_change_makes_is_never_exported(matrix):
    """The recipients of a message, by somebody who may send it and may export lists."""
    call = a_call(matrix, "list.export", "message.group.send")
    assert resolved(matrix, call, Role.AW, Role.EXP).reason is Reason.FUNCTION_NOT_IN_ROLE


@pytest.mark.parametrize(
    ("search", "vacancy", "reason"),
    [
        (None, None, Reason.OUT_OF_REACH),
        (Search(SearchClass.OTHER), None, Reason.SEARCH_NOT_ALLOWED),
        (Search(SearchClass.OTHER), "1-V1", Reason.ALLOWED),
    ],
)
def test_what_every_way_in_asks_for_must_be_there(matrix, search, vacancy, reason):
    """RG4: no vacancy, no candidates."""
    call = a_call(matrix, "match.candidates.search", search=search, vacancy=vacancy)
    assert resolved(matrix, call, Role.LB).reason is reason


def test_a_role_in_an_organisation_that_cannot_give_it_has_nothing(matrix):
    """A client manager at UWV, an adviser at a municipality: no cell, no function."""
    for role, kind in ((Role.KM, OrganisationKind.UWV), (Role.AW, OrganisationKind.MUNICIPALITY)):
        base = an_authorisation(role, kind)
        found = resolve(matrix, matrix.target, Seated(a_call(matrix, "client.search"), base, [base]))
        assert found.reason is Reason.FUNCTION_NOT_IN_ROLE
