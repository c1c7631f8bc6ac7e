"""What newcore is told that an answer may hold at most."""

from proxy.model.decision import Effect, decision_with
from proxy.model.person import Category
from proxy.model.principal import Role
from proxy.policy.decide import judge_call
from proxy.policy.extent import extent
from tests.unit.proxy.policy.test_decide import TODAY, a_call, a_principal, an_authorisation


def of(matrix, function: str, role: Role) -> frozenset[Category]:
    """The extent of a function for a role."""
    decision = judge_call(matrix, a_call(matrix, function), a_principal(an_authorisation(role)), TODAY)
    assert decision.effect is Effect.ALLOW
    return extent(matrix, decision)


def test_a_list_of_persons_may_hold_what_its_function_shows_of_the_nearest(matrix):
    """And nothing of another function."""
    found = of(matrix, "client.search", Role.AW)
    assert found == {Category.ID, Category.CT}


def test_a_function_without_persons_has_its_own_categories(matrix):
    """Vacancies hold no citizen, so there is no standing to ask."""
    assert Category.VA in of(matrix, "vacancy.search", Role.AW)


def test_a_chain_has_those_of_all_its_functions_and_an_unknown_cell_has_none(matrix):
    """A name that the table does not hold opens nothing."""
    decision = judge_call(matrix, a_call(matrix, "client.search"), a_principal(an_authorisation(Role.AW)), TODAY)
    both = decision_with(decision, cell=f"{decision.cell} + nobody/nothing")
    assert extent(matrix, both) == extent(matrix, decision)
    assert extent(matrix, decision_with(decision, cell="-")) == frozenset()
