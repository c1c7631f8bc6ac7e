"""authorisation.yaml, loaded: typed, closed, complete, compiled. What it does not state is denied.

Rules:
1. Unknown keys, roles, functions, categories, relations, classes and rules without a text or ground refuse the load.
2. Every function of the catalogue has a row, and no row gives a role what the catalogue does not offer it.
3. A matrix never changes: a new file makes a new one, with another hash. The hash covers the bytes of the file.
4. The last line is the document end marker: a file that was cut off would lose its prohibitions and still be valid.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from proxy.errors import OperatorError
from proxy.model.call import Kind
from proxy.model.person import Category, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy import staging, table
from proxy.policy.clause import Names, read_practices, read_rules
from proxy.policy.rule import Cells, Grant, Practice, RoleRow, Rule, Seat, Subject, Width
from proxy.policy.strict import Place, parse
from proxy.policy.table import Cell, Table

END = "..."
_ROLES = {role.value: role for role in Role}
_CATEGORIES = {category.value: category for category in Category}
_RELATIONS = {relation.value: relation for relation in Relation}
_ORGANISATIONS = {kind.value: kind for kind in OrganisationKind}
_WIDTHS = {width.value: width for width in Width}
_PLACES = (Width.REGION, Width.MUNICIPALITY)
_SECTIONS = ("version", "owner", "roles", "groups", "impersonal", "accompany", "functions", "rules", "practices")


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
    owner: str
    roles: Mapping[Role, RoleRow]
    subjects: Mapping[str, Subject]
    rules: tuple[Rule, ...]
    practices: tuple[Practice, ...]
    seats: tuple[Seat, ...] = field(repr=False)
    """Every function with every role in every organisation that may have the role: what the tables are made of."""
    target: Table = field(repr=False)
    """What all rules together say."""
    enforced: Table = field(repr=False)
    """What holds today: the target itself once every rule is enforced."""
    closing: tuple[str, ...]
    """The rules by which a function is closed to a role that was not given it."""

    @property
    def settled(self) -> bool:
        """Tell whether every rule is enforced, so that both tables are one."""
        return self.enforced is self.target

    def rule(self, name: str) -> Rule | None:
        """Give a rule by its id; None: it is no rule of the table."""
        return next((rule for rule in self.rules if rule.id == name), None)

    def cell(self, function: str, role: Role, kind: OrganisationKind) -> Cell | None:
        """Give the cell that holds today; None: closed."""
        return self.enforced.index.get((function, role, kind))


def load(text: str, catalogue: Catalogue, name: str = "authorisation.yaml") -> Matrix:
    """Load and compile a matrix; raises OperatorError with file and line at the first thing that cannot hold."""
    sections = parse(text, name).closed(_SECTIONS)
    if sections["version"].number() != 1:
        sections["version"].refuse("another version", "1")
    _check_end(text, name)
    roles = _roles(sections["roles"])
    impersonal = sections["impersonal"].words(_CATEGORIES, "category")
    subjects = _subjects(sections["accompany"], catalogue)
    grants = _grants(sections["functions"], catalogue, impersonal)
    rules = read_rules(
        sections["rules"], Names(tuple(catalogue.by_id), _groups(sections["groups"], catalogue), impersonal)
    )
    seats = tuple(_seats(subjects, roles, grants))
    aim = table.target(seats, rules)
    return Matrix(
        hash=sha256(text.encode()).hexdigest(),
        source=text,
        owner=sections["owner"].text(),
        roles=roles,
        subjects=subjects,
        rules=rules,
        practices=read_practices(sections["practices"], rules),
        seats=seats,
        target=aim,
        enforced=staging.enforced(seats, rules, aim),
        closing=tuple(rule.id for rule in rules if rule.cells is Cells.ABSENT),
    )


def _check_end(text: str, name: str) -> None:
    lines = text.rstrip().splitlines()
    if not lines or lines[-1] != END:
        found = f"{name}:{len(lines)}: found no end marker"
        raise OperatorError(f"{found}; allowed: a last line of {END}; complete the file, a cut one loses prohibitions")


def _seats(
    subjects: Mapping[str, Subject], roles: Mapping[Role, RoleRow], grants: Mapping[tuple[str, Role], Grant]
) -> Iterator[Seat]:
    """Give every function with every role in every organisation that may have the role, given or not."""
    for subject in subjects.values():
        for row in roles.values():
            for kind in OrganisationKind:
                if kind in row.organisations:
                    yield Seat(subject, row, kind, grants.get((subject.id, row.role)))


def _roles(place: Place) -> dict[Role, RoleRow]:
    found = {}
    for name, row in place.closed(tuple(_ROLES)).items():
        keys = row.closed(("name", "organisations", "width", "own"), ("narrow",))
        found[_ROLES[name]] = RoleRow(
            _ROLES[name],
            keys["name"].text(),
            keys["organisations"].words(_ORGANISATIONS, "organisation"),
            keys["width"].word(_WIDTHS, "width"),
            keys["own"].words(_RELATIONS, "relation"),
            "narrow" in keys and keys["narrow"].boolean(),
        )
        if found[_ROLES[name]].narrow and found[_ROLES[name]].width not in _PLACES:
            keys["narrow"].refuse("a width that is no place", f"narrow with width {' or '.join(_PLACES)}, or no narrow")
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


def _grants(place: Place, catalogue: Catalogue, impersonal: frozenset[Category]) -> dict[tuple[str, Role], Grant]:
    found = {}
    for function, row in place.closed(tuple(catalogue.by_id)).items():
        offered = {use.role.value: use for use in catalogue.by_id[function].roles}
        for name, given in row.mapping().items():
            if name not in offered:
                given.refuse(f"the role {name!r} in {function}", f"what the catalogue offers: {', '.join(offered)}")
            grant = _grant(given)
            if _wider(grant, offered[name]):
                given.refuse(f"more for {name} in {function} than the catalogue offers", "its scope or less")
            ceiling = grant.only if grant.only is None else grant.only | impersonal
            found[function, offered[name].role] = Grant(grant.own, ceiling)
    return found


def _wider(grant: Grant, use: Use) -> bool:
    limited = use.categories is not None and (grant.only is None or not grant.only <= use.categories)
    return limited or (use.own and not grant.own)


def _grant(place: Place) -> Grant:
    if not place.is_text():
        return Grant(only=place.words(_CATEGORIES, "category"))
    return Grant(own=place.word({"all": False, "own": True}, "scope"))
