"""Who may use a function, as the table says it."""

from proxy.model.person import Category
from proxy.model.principal import Role


def test_own_and_limited_uses(catalogue) -> None:
    """(eigen) and a limited set of categories are kept per role."""
    capacity = catalogue.function("client.workcapacity.view")
    assert capacity.use(Role.AW).own
    assert not capacity.use(Role.AD).own
    overview = catalogue.function("client.overview.view")
    assert overview.use(Role.KCC).categories == {Category.ID, Category.CT}
    assert overview.use(Role.AW).categories is None


def test_a_role_that_is_not_named_has_no_use(catalogue) -> None:
    """Not named is not allowed."""
    assert catalogue.function("client.benefit.view").use(Role.WSP) is None
    assert catalogue.function("compliance.log.view").use(Role.AW) is None


def test_health_is_of_the_highest_sensitivity(catalogue) -> None:
    """A function that shows work capacity is of sensitivity 4."""
    showing = [each for each in catalogue.functions if Category.WC in each.categories]
    assert showing
    assert all(each.sensitivity == 4 for each in showing)


def test_functions_without_persons(catalogue) -> None:
    """Vacancies, employers and the session show nobody; nor do the gateway's own pages, which lead to the legacy's."""
    nobody = {each.id for each in catalogue.functions if each.open and not each.shows_persons and not each.path}
    assert nobody == {"session.login", "session.logout", "vacancy.search", "vacancy.manage", "employer.view"}
    assert not any(each.shows_persons for each in catalogue.functions if each.path)
