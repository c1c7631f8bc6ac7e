"""All functions of the legacy, looked up by what a request says. Unknown is None, and None is refused.

Rules: one key means one function (checked at load); navigation has no function of its own and inherits that of the
session's view; the view decides, the command alone never does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from proxy.catalogue.function import Arrival, Function
from proxy.model.call import Kind

INVOKING = frozenset({"InvokeMethod", "ExecuteNamedQuery"})
"""Commands of which the method tells what is done."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The closed catalogue."""

    functions: tuple[Function, ...]
    navigation_commands: frozenset[str]
    navigation_methods: frozenset[str]
    static_prefixes: tuple[str, ...]
    by_id: Mapping[str, Function] = field(repr=False)
    by_key: Mapping[tuple[str, str], tuple[tuple[frozenset[str], Function], ...]] = field(repr=False)
    """(view, command or method) -> the functions, each with its applets."""
    by_operation: Mapping[tuple[str, str], Function] = field(repr=False)
    by_path: Mapping[str, Function] = field(repr=False)

    @property
    def routed(self) -> Mapping[str, Kind]:
        """Give the functions that a core answers, with their kinds; those of the gateway itself have no route."""
        gateway = Arrival.GATEWAY
        return {each.id: each.kind for each in self.functions if not each.path and each.arrival is not gateway}

    def function(self, function_id: str) -> Function:
        """Give a function by its id; raises KeyError for an unknown one."""
        return self.by_id[function_id]

    def find(self, view: str, applet: str = "", command: str = "", method: str = "") -> Function | None:
        """Find the function of a command on a view; None: not catalogued (or navigation, see `inherits`)."""
        action = method if command in INVOKING or not command else command
        for where in (view, "*"):
            for applets, function in self.by_key.get((where, action), ()):
                if not applets or applet in applets:
                    return function
        return None

    def inherits(self, command: str, method: str = "") -> bool:
        """Tell whether a command is navigation, which inherits the function of the session's view."""
        if command == "InvokeMethod":
            return method in self.navigation_methods
        return command in self.navigation_commands

    def operation(self, namespace: str, name: str) -> Function | None:
        """Find the function of a SOAP operation."""
        return self.by_operation.get((namespace, name))

    def own(self, path: str) -> Function | None:
        """Find the function of one of the gateway's own paths; None: it has no such path."""
        return self.by_path.get(path)

    def views(self, function_id: str) -> frozenset[str]:
        """Name the views on which a function is used."""
        return frozenset(key.view for key in self.by_id[function_id].swe if key.view not in {"", "*"})
