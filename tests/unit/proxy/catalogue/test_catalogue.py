"""What a request says finds its function; what is unknown finds none."""

import pytest

from proxy.model.call import Kind

FINDS = [
    (("SNR Klant Zoek View", "", "InvokeMethod", "ExecuteQuery"), "client.search"),
    (("SNR Klant Zoek View", "", "ExecuteNamedQuery", "ExecuteNamedQuery"), "client.search"),
    (("SNR Klant Zoek Alle Organisaties View", "", "InvokeMethod", "ExecuteQuery"), "client.search.national"),
    (("SNR Klantbeeld View", "", "GotoView", ""), "client.overview.view"),
    (("SNR Klant Persoon View", "", "InvokeMethod", "WriteRecord"), "client.identity.update"),
    (("SNR Match Kandidaat View", "", "InvokeMethod", "Drilldown"), "match.candidate.open"),
    (("", "", "InvokeMethod", "ExportList"), "list.export"),
    (("SNR Vacature View", "any", "InvokeMethod", "ExportList"), "list.export"),
    (("SNR Klantbeeld View", "", "InvokeMethod", "WriteRecord"), None),
    (("SNR Alles View", "", "GotoView", ""), None),
    (("SNR Klantbeeld View", "", "gotoview", ""), None),
    (("", "", "GotoView", ""), None),
]


@pytest.mark.parametrize(("said", "function"), FINDS)
def test_view_and_action_find_the_function(catalogue, said, function) -> None:
    """The view decides, case counts, unknown is None."""
    found = catalogue.find(*said)
    assert (found.id if found else None) == function


def test_navigation_inherits(catalogue) -> None:
    """Sets, sorting and positioning have no function of their own; writing has."""
    assert catalogue.inherits("InvokeMethod", "GotoNextSet")
    assert catalogue.inherits("GetCachedFrame")
    assert not catalogue.inherits("InvokeMethod", "WriteRecord")
    assert not catalogue.inherits("GotoView")
    assert not catalogue.inherits("LoadService")


def test_navigation_is_never_a_function_too(catalogue) -> None:
    """A word that inherits is claimed by no function, or its meaning would depend on who asks first."""
    claimed = {
        action for function in catalogue.functions for key in function.swe for action in key.commands | key.methods
    }
    assert not claimed & (catalogue.navigation_methods | catalogue.navigation_commands)


def test_operations_are_found_by_namespace_and_name(catalogue) -> None:
    """The same name in another namespace is another operation."""
    space = "http://sonar.example/SonarKlantInfoGSD/v0100"
    assert catalogue.operation(space, "KlantprofielOpvragen").id == "iface.gem.client.query"
    assert catalogue.operation("http://sonar.example/Anders", "KlantprofielOpvragen") is None


def test_an_unknown_id_is_an_error(catalogue) -> None:
    """A function that is not in the catalogue cannot be named."""
    with pytest.raises(KeyError):
        catalogue.function("client.everything")


def test_the_views_of_a_function(catalogue) -> None:
    """A function names its views; one that works everywhere names none."""
    assert catalogue.views("vacancy.search") == {"SNR Vacature Zoek View", "SNR Vacature View"}
    assert catalogue.views("list.export") == frozenset()


def test_a_path_of_our_own_is_found_by_its_whole_name(catalogue) -> None:
    """A path that is not catalogued finds nothing, nor does a part of one."""
    assert catalogue.own("benaderen").id == "grant.request"
    assert [catalogue.own(name) for name in ("", "benader", "Benaderen", "start.swe")] == [None] * 4


def test_what_the_gateway_answers_itself_has_no_route(catalogue):
    """A group of routing.yaml cannot name it, and its check does not miss it."""
    own = {each.id for each in catalogue.functions} - catalogue.routed.keys()
    assert own == {each.id for each in catalogue.functions if each.path} | {"compliance.log.view"}
    assert catalogue.routed["vacancy.search"] is Kind.SEARCH
