"""Read `functions.yaml` into the catalogue. Unknown keys, roles and categories, and a key of two functions, refuse it."""

from collections.abc import Iterable, Mapping

from proxy.catalogue.catalogue import Catalogue
from proxy.catalogue.document import Entry, read
from proxy.catalogue.function import Arrival, Function, Key, RoleUse
from proxy.model.call import Kind
from proxy.model.person import Category
from proxy.model.principal import Role

type Keys = dict[tuple[str, str], tuple[tuple[frozenset[str], Function], ...]]
_REQUIRED = ("id", "number", "name", "kind", "categories", "sensitivity", "persons", "arrival", "roles")
_KINDS = ("consult", "mutate", "search", "export", "report", "admin", "interface")


def load(text: str, file: str = "functions.yaml") -> Catalogue:
    """Load the catalogue; raises OperatorError with file:line, found and allowed."""
    document = read(text, file).fields(("version", "role_sets", "navigation", "static", "functions"))
    if document["version"].number() != 1:
        document["version"].refuse(document["version"].text(), 1)
    sets = {name: _role_set(entry) for name, entry in document["role_sets"].pairs()}
    navigation = document["navigation"].fields(("commands", "methods"))
    functions = [(entry, _function(entry, sets)) for entry in document["functions"].items()]
    return Catalogue(
        functions=tuple(function for _, function in functions),
        navigation_commands=frozenset(navigation["commands"].texts()),
        navigation_methods=frozenset(navigation["methods"].texts()),
        static_prefixes=tuple(_prefix(item) for item in document["static"].fields(("prefixes",))["prefixes"].items()),
        by_id=_by_id(functions),
        by_key=_by_key(functions),
        by_operation=_by_operation(functions),
        by_path=_by_path(functions),
    )


def _function(entry: Entry, sets: Mapping[str, tuple[RoleUse, ...]]) -> Function:
    found = entry.fields(_REQUIRED, ("swe", "soap", "path"))
    kind = found["kind"].member(Kind)
    if kind not in _KINDS:
        found["kind"].refuse(repr(str(kind)), ", ".join(_KINDS))
    sensitivity = found["sensitivity"].number()
    if not 1 <= sensitivity <= 4:
        found["sensitivity"].refuse(sensitivity, "1, 2, 3, 4")
    return Function(
        id=found["id"].text(),
        number=found["number"].number(),
        name=found["name"].text(),
        kind=kind,
        categories=_categories(found["categories"]),
        sensitivity=sensitivity,
        shows_persons=found["persons"].flag(),
        arrival=found["arrival"].member(Arrival),
        roles=_roles(found["roles"], sets),
        swe=tuple(_key(item) for item in found["swe"].items()) if "swe" in found else (),
        operations=tuple(_operations(found["soap"])) if "soap" in found else (),
        path=_own_path(found["path"], found) if "path" in found else "",
    )


def _categories(entry: Entry) -> frozenset[Category]:
    return frozenset(item.member(Category) for item in entry.items())


def _role_set(entry: Entry) -> tuple[RoleUse, ...]:
    return tuple(RoleUse(item.member(Role)) for item in entry.items())


def _roles(entry: Entry, sets: Mapping[str, tuple[RoleUse, ...]]) -> tuple[RoleUse, ...]:
    if entry.is_text():
        if entry.text() not in sets:
            entry.refuse(f"role set {entry.text()!r}", ", ".join(sets))
        return sets[entry.text()]
    return tuple(_role_use(code, use) for code, use in entry.pairs())


def _role_use(code: str, use: Entry) -> RoleUse:
    if code not in {str(role) for role in Role}:
        use.refuse(f"role {code!r}", ", ".join(Role))
    role = Role(code)
    if use.is_sequence():
        return RoleUse(role, categories=_categories(use))
    if use.text() not in {"all", "own"}:
        use.refuse(repr(use.text()), "all, own, [categories]")
    return RoleUse(role, own=use.text() == "own")


def _key(entry: Entry) -> Key:
    found = entry.fields(("view",), ("commands", "methods", "applets"))
    sets = {name: frozenset(found[name].texts()) if name in found else frozenset() for name in found if name != "view"}
    if not sets.get("commands") and not sets.get("methods"):
        entry.refuse("neither commands nor methods", "at least one of commands, methods")
    return Key(found["view"].text(), **sets)


def _operations(entry: Entry) -> Iterable[tuple[str, str]]:
    for item in entry.items():
        found = item.fields(("namespace", "operations"))
        for name in found["operations"].texts():
            yield found["namespace"].text(), name


def _prefix(entry: Entry) -> str:
    text = entry.text()
    if not (text.startswith("/") and text.endswith("/") and ".." not in text and "%" not in text and len(text) > 1):
        entry.refuse(repr(text), "a path that begins and ends with / and has no dot segments or escapes")
    return text


def _own_path(entry: Entry, found: Mapping[str, Entry]) -> str:
    """A function of the gateway itself has a path and nothing of the legacy."""
    text = entry.text()
    if not (text.isascii() and text.isalpha() and text.islower()):
        entry.refuse(repr(text), "a word of small letters")
    if "swe" in found or "soap" in found:
        entry.refuse("a path beside swe or soap", "one of them")
    return text


def _by_path(functions: Iterable[tuple[Entry, Function]]) -> dict[str, Function]:
    found: dict[str, Function] = {}
    for entry, function in functions:
        if function.path and function.path in found:
            entry.refuse(f"path {function.path!r} twice", "one function a path")
        if function.path:
            found[function.path] = function
    return found


def _by_id(functions: Iterable[tuple[Entry, Function]]) -> dict[str, Function]:
    found: dict[str, Function] = {}
    for entry, function in functions:
        if function.id in found:
            entry.refuse(f"function {function.id!r} twice", "each id once")
        found[function.id] = function
    return found


def _by_key(functions: Iterable[tuple[Entry, Function]]) -> Keys:
    found: Keys = {}
    for entry, function in functions:
        for key in function.swe:
            for action in key.commands | key.methods:
                place = (key.view, action)
                for applets, other in found.get(place, ()):
                    if not applets or not key.applets or applets & key.applets:
                        entry.refuse(f"{action} on {key.view!r} for {function.id} and {other.id}", "one function a key")
                found[place] = (*found.get(place, ()), (key.applets, function))
    return found


def _by_operation(functions: Iterable[tuple[Entry, Function]]) -> dict[tuple[str, str], Function]:
    found: dict[tuple[str, str], Function] = {}
    for entry, function in functions:
        for operation in function.operations:
            if operation in found:
                entry.refuse(f"operation {operation[1]!r} twice", "one function an operation")
            found[operation] = function
    return found
