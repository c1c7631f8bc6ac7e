"""authorisation.yaml, loaded: typed, closed, complete, compiled. What it does not state is denied.

Rules:
1. Unknown keys, roles, functions, categories, relations, classes and rules without a text or ground refuse the load.
2. Every function of the catalogue has a row, and no row gives a role what the catalogue does not offer it.
3. A matrix never changes: a new file makes a new one, with another hash. The hash covers the bytes of the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from proxy.model.call import Kind
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.rule import Does, Exemption, Grant, Requirement, RoleRow, Rule, Subject, Width
from proxy.policy.strict import Place, parse
from proxy.policy.table import Cell, Seat, cell

_ROLES = {role.value: role for role in Role}
_KINDS = {kind.value: kind for kind in Kind}
_CATEGORIES = {category.value: category for category in Category}
_RELATIONS = {relation.value: relation for relation in Relation}
_CLASSES = {held.value: held for held in PersonClass}
_ORGANISATIONS = {kind.value: kind for kind in OrganisationKind}
_MODES = {
    "enforce": "enforce"
}  # report and warn come with staging; until then they would be a promise that nobody keeps
_SECTIONS = ("version", "owner", "roles", "groups", "impersonal", "accompany", "functions", "rules")
_RULE = ("id", "text", "ground", "effect", "mode", "roles")
_RULE_OPTIONS = (
    *("organisations", "kinds", "functions", "relations", "classes", "persons", "cells"),
    *("show", "hide", "requires", "except"),
)


class Use(Protocol):
    """How the catalogue offers a function to a role."""

    @property
    def role(self) -> Role: ...  # noqa: D102
    @property
    def own(self) -> bool: ...  # noqa: D102
    @property
    def categories(self) -> frozenset[Category] | None: ...  # noqa: D102


class Offer(Protocol):
    """What the matrix reads of a function of the catalogue."""

    @property
    def kind(self) -> Kind: ...  # noqa: D102
    @property
    def categories(self) -> frozenset[Category]: ...  # noqa: D102
    @property
    def shows_persons(self) -> bool: ...  # noqa: D102
    @property
    def open(self) -> bool: ...  # noqa: D102
    @property
    def roles(self) -> Sequence[Use]: ...  # noqa: D102


class Catalogue(Protocol):
    """What the matrix reads of the catalogue; `proxy.catalogue` is a neighbour that this package does not import."""

    @property
    def by_id(self) -> Mapping[str, Offer]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Matrix:
    """The compiled matrix. Look-ups are dictionary reads; nothing here can fail while it runs."""

    hash: str
    source: str = field(repr=False)
    """The file's text: what is archived under the hash."""
    roles: Mapping[Role, RoleRow]
    subjects: Mapping[str, Subject]
    rules: tuple[Rule, ...]
    cells: Mapping[str, Cell] = field(repr=False)
    """By name; absent: the role has not the function."""
    index: Mapping[tuple[str, Role, OrganisationKind], Cell] = field(repr=False)


def load(text: str, catalogue: Catalogue, name: str = "authorisation.yaml") -> Matrix:
    """Load and compile a matrix; raises OperatorError with file and line at the first thing that cannot hold."""
    sections = parse(text, name).closed(_SECTIONS)
    if sections["version"].number() != 1:
        sections["version"].refuse("another version", "1")
    sections["owner"].text()
    roles = _roles(sections["roles"])
    groups = _groups(sections["groups"], catalogue)
    subjects = _subjects(sections["accompany"], catalogue)
    grants = _grants(sections["functions"], catalogue)
    impersonal = sections["impersonal"].words(_CATEGORIES, "category")
    rules = _rules(sections["rules"], _Names(dict.fromkeys(catalogue.by_id), groups, impersonal))
    index = {
        (function, role, kind): cell(subjects[function], Seat(roles[role], kind), grant, rules)
        for (function, role), grant in grants.items()
        for kind in OrganisationKind
    }
    cells = {each.name: each for each in index.values()}
    return Matrix(sha256(text.encode()).hexdigest(), text, roles, subjects, rules, cells, index)


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that a rule may use for functions, and what goes with every rule."""

    functions: Mapping[str, None]
    groups: Mapping[str, frozenset[str]]
    impersonal: frozenset[Category]
    """What every rule that shows something shows too."""

    def read(self, place: Place) -> frozenset[str]:
        if place.is_text() and place.text() in self.groups:
            return self.groups[place.text()]
        if place.is_text() and place.text() != "all":
            place.refuse(f"the group {place.text()!r}", ", ".join(("all", *self.groups)))
        return place.words({name: name for name in self.functions}, "function")


def _roles(place: Place) -> dict[Role, RoleRow]:
    widths = {width.value: width for width in Width}
    found = {}
    for name, row in place.closed(tuple(_ROLES)).items():
        keys = row.closed(("name", "width", "own"))
        own = keys["own"].words(_RELATIONS, "relation")
        role = _ROLES[name]
        found[role] = RoleRow(role, keys["name"].text(), keys["width"].word(widths, "width"), own)
    return found


def _groups(place: Place, catalogue: Catalogue) -> dict[str, frozenset[str]]:
    known = {name: name for name in catalogue.by_id}
    return {name: members.words(known, "function") for name, members in place.mapping().items()}


def _subjects(place: Place, catalogue: Catalogue) -> dict[str, Subject]:
    keys = place.closed(("every",), tuple(catalogue.by_id))
    extra = {name: value.words(_CATEGORIES, "category") for name, value in keys.items()}
    return {
        name: Subject(
            id=name,
            kind=offer.kind,
            categories=frozenset(offer.categories),
            accompany=extra["every"] | extra.get(name, frozenset()) if offer.shows_persons else frozenset(),
            persons=offer.shows_persons,
            open=offer.open,
        )
        for name, offer in catalogue.by_id.items()
    }


def _grants(place: Place, catalogue: Catalogue) -> dict[tuple[str, Role], Grant]:
    found = {}
    for function, row in place.closed(tuple(catalogue.by_id)).items():
        offered = {use.role.value: use for use in catalogue.by_id[function].roles}
        for name, given in row.mapping().items():
            if name not in offered:
                given.refuse(f"the role {name!r} in {function}", f"what the catalogue offers: {', '.join(offered)}")
            grant = _grant(given)
            if _wider(grant, offered[name]):
                given.refuse(f"more for {name} in {function} than the catalogue offers", "its scope or less")
            found[function, offered[name].role] = grant
    return found


def _wider(grant: Grant, use: Use) -> bool:
    limited = use.categories is not None and (grant.only is None or not grant.only <= use.categories)
    return limited or (use.own and not grant.own)


def _grant(place: Place) -> Grant:
    if not place.is_text():
        return Grant(only=place.words(_CATEGORIES, "category"))
    return Grant(own=place.word({"all": False, "own": True}, "scope"))


def _rules(place: Place, names: _Names) -> tuple[Rule, ...]:
    found: dict[str, Rule] = {}
    for item in place.items():
        rule = _rule(item, names)
        if rule.id in found:
            item.refuse(f"the rule {rule.id!r} a second time", "every id once")
        found[rule.id] = rule
    return tuple(found.values())


def _rule(place: Place, names: _Names) -> Rule:
    keys = place.closed(_RULE, _RULE_OPTIONS)
    keys["mode"].word(_MODES, "mode")
    does = keys["effect"].word({each.value: each for each in Does}, "effect")
    persons = keys["persons"].boolean() if "persons" in keys else True
    _complete(place, keys, does, persons=persons)
    requirements = {each.value: each for each in Requirement}
    return Rule(
        id=_said(keys["id"]),
        text=_said(keys["text"]),
        ground=_said(keys["ground"]),
        does=does,
        roles=keys["roles"].words(_ROLES, "role"),
        organisations=_optional(keys, "organisations", _ORGANISATIONS),
        kinds=_optional(keys, "kinds", _KINDS),
        functions=names.read(keys["functions"]) if "functions" in keys else frozenset(names.functions),
        relations=_relations(keys.get("relations")),
        classes=_optional(keys, "classes", _CLASSES),
        persons=persons,
        own_cells="cells" in keys and keys["cells"].word({"own": True}, "cells"),
        show=keys["show"].words(_CATEGORIES, "category") | names.impersonal if "show" in keys else frozenset(),
        hide=keys["hide"].words(_CATEGORIES, "category") if "hide" in keys else frozenset(),
        requires=keys["requires"].words(requirements, "requirement") if "requires" in keys else frozenset(),
        exempt=tuple(_exemption(item, names) for item in keys["except"].items()) if "except" in keys else (),
    )


def _complete(place: Place, keys: Mapping[str, Place], does: Does, *, persons: bool) -> None:
    """Refuse a rule whose effect and keys do not go together: such a rule would do nothing, or too much."""
    needed = {"relations"} if persons else set()
    needed |= {"show"} if persons and does is Does.ALLOW else {"hide"} if does is Does.MASK else set()
    barred = {"show", "hide", "except", "requires"} - needed
    barred -= {"requires"} if does is Does.ALLOW else {"except"} if does is Does.FORBID else set()
    for name in sorted(needed - keys.keys()):
        place.refuse(f"a rule of effect {does} without {name!r}", f"{name!r} is needed")
    for name in sorted(barred & keys.keys()):
        keys[name].refuse(f"the key {name!r} in a rule of effect {does}", f"no {name!r} here")


def _said(place: Place) -> str:
    written = place.text().strip()
    return written or place.refuse("an empty text", "a text that a reviewer can sign")


def _optional[T](keys: Mapping[str, Place], name: str, allowed: Mapping[str, T]) -> frozenset[T]:
    return keys[name].words(allowed, name) if name in keys else frozenset(allowed.values())


def _relations(place: Place | None) -> frozenset[Relation] | None:
    if place is not None and place.is_text() and place.text() == "own":
        return None
    return place.words(_RELATIONS, "relation") if place is not None else frozenset()


def _exemption(place: Place, names: _Names) -> Exemption:
    keys = place.closed(("functions",), ("roles", "relations"))
    functions = names.read(keys["functions"])
    return Exemption(_optional(keys, "roles", _ROLES), functions, _optional(keys, "relations", _RELATIONS))
