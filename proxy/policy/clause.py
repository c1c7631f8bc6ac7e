"""The clauses of authorisation.yaml: a rule or practice as it is written, read to what it means.

Why apart from the matrix: this is where a wrong word is found. Rules: every key is known; a rule has exactly the keys
that its effect needs; an effect without them would do nothing, or too much; a warning says from which day it holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from proxy.model.call import Kind
from proxy.model.decision import Duty
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.rule import Cells, Does, Exemption, Mode, Practice, Requirement, Rule
from proxy.policy.strict import Place

_ROLES = {role.value: role for role in Role}
_KINDS = {kind.value: kind for kind in Kind}
_CATEGORIES = {category.value: category for category in Category}
_RELATIONS = {relation.value: relation for relation in Relation}
_CLASSES = {held.value: held for held in PersonClass}
_ORGANISATIONS = {kind.value: kind for kind in OrganisationKind}
_DUTIES = {duty.value: duty for duty in Duty}
_REQUIREMENTS = {each.value: each for each in Requirement}
_AUTHORS = {each.value: each for each in Authorship if each is not Authorship.SELF}
"""Whose notes a mask may keep back: nobody's own."""
_EFFECTS = {each.value: each for each in Does}
_MODES = {each.value: each for each in Mode}
_CELLS = {each.value: each for each in (Cells.OWN, Cells.ABSENT)}
_NEEDED = ("id", "text", "ground", "owner", "effect", "mode", "since", "roles")
_OPTIONS = (
    *("enforces_on", "organisations", "kinds", "functions", "relations", "classes", "persons", "cells", "emergency"),
    *("show", "hide", "authors", "requires", "duties", "except"),
)
_WORDS = {"show": "category", "hide": "category", "authors": "author", "requires": "requirement", "duties": "duty"}
_PRACTICE = ("id", "text", "ground", "owner", "kept_by")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a rule may use for functions, and what goes with every rule."""

    functions: tuple[str, ...]
    groups: Mapping[str, frozenset[str]]
    impersonal: frozenset[Category]
    """What every rule that shows something shows too."""

    def read(self, place: Place) -> frozenset[str]:
        """Read a group, `all`, or a list of functions."""
        if place.is_text() and place.text() in self.groups:
            return self.groups[place.text()]
        if place.is_text() and place.text() != "all":
            place.refuse(f"the group {place.text()!r}", ", ".join(("all", *self.groups)))
        return place.words({name: name for name in self.functions}, "function")


def read_rules(place: Place, names: Names) -> tuple[Rule, ...]:
    """Read the rules; raises OperatorError with file and line."""
    found: dict[str, Rule] = {}
    for item in place.items():
        rule = _rule(item, names)
        if rule.id in found:
            item.refuse(f"the rule {rule.id!r} a second time", "every id once")
        found[rule.id] = rule
    return tuple(found.values())


def read_practices(place: Place, rules: Iterable[Rule]) -> tuple[Practice, ...]:
    """Read the rules that are kept outside the table; an id is used once in the whole file."""
    found: dict[str, Practice] = {}
    taken = {rule.id for rule in rules}
    for item in place.items():
        keys = item.closed(_PRACTICE)
        practice = Practice(*(_said(keys[name]) for name in _PRACTICE))
        if practice.id in taken:
            item.refuse(f"the rule {practice.id!r} a second time", "every id once")
        found[practice.id] = practice
        taken.add(practice.id)
    return tuple(found.values())


def _rule(place: Place, names: Names) -> Rule:
    keys = place.closed(_NEEDED, _OPTIONS)
    does, mode = keys["effect"].word(_EFFECTS, "effect"), keys["mode"].word(_MODES, "mode")
    persons = keys["persons"].boolean() if "persons" in keys else True
    _complete(place, keys, does, persons=persons)
    return Rule(
        id=_said(keys["id"]),
        text=_said(keys["text"]),
        ground=_said(keys["ground"]),
        owner=_said(keys["owner"]),
        does=does,
        mode=mode,
        since=keys["since"].day(),
        enforces_on=_announced(place, keys, mode),
        roles=keys["roles"].words(_ROLES, "role"),
        organisations=_optional(keys, "organisations", _ORGANISATIONS),
        kinds=_optional(keys, "kinds", _KINDS),
        functions=names.read(keys["functions"]) if "functions" in keys else frozenset(names.functions),
        relations=_relations(keys.get("relations")),
        classes=_optional(keys, "classes", _CLASSES),
        persons=persons,
        cells=keys["cells"].word(_CELLS, "cells") if "cells" in keys else Cells.ANY,
        emergency="emergency" in keys and keys["emergency"].boolean(),
        show=_words(keys, "show", _CATEGORIES) | (names.impersonal if "show" in keys else frozenset()),
        hide=_words(keys, "hide", _CATEGORIES),
        authors=_words(keys, "authors", _AUTHORS),
        requires=_words(keys, "requires", _REQUIREMENTS),
        duties=_words(keys, "duties", _DUTIES),
        exempt=tuple(_exemption(item, names) for item in keys["except"].items()) if "except" in keys else (),
    )


def _complete(place: Place, keys: Mapping[str, Place], does: Does, *, persons: bool) -> None:
    """Refuse a rule whose effect and keys do not go together: such a rule would do nothing, or too much."""
    needed = {"relations"} if persons else set()
    needed |= {"show"} if persons and does.opens else {"hide"} if does is Does.MASK else set()
    barred = {"show", "hide", "except", "requires", "duties", "authors"} - needed
    barred -= {"authors"} if does is Does.MASK else set()
    barred -= {"requires", "duties"} if does.opens else {"except"} if does is Does.FORBID else set()
    if (
        "cells" in keys
        and keys["cells"].is_text()
        and (keys["cells"].text() == Cells.ABSENT)
        and does is not Does.FORBID
    ):
        keys["cells"].refuse(f"cells that a role was not given in a rule of effect {does}", "effect forbid")
    for name in sorted(needed - keys.keys()):
        place.refuse(f"a rule of effect {does} without {name!r}", f"{name!r} is needed")
    for name in sorted(barred & keys.keys()):
        keys[name].refuse(f"the key {name!r} in a rule of effect {does}", f"no {name!r} here")


def _announced(place: Place, keys: Mapping[str, Place], mode: Mode) -> date | None:
    if mode is Mode.WARN and "enforces_on" not in keys:
        place.refuse("a rule in warn without 'enforces_on'", "the day on which it will hold, such as 2027-03-31")
    if mode is not Mode.WARN and "enforces_on" in keys:
        keys["enforces_on"].refuse(f"'enforces_on' in a rule in {mode}", "it announces a rule in warn")
    return keys["enforces_on"].day() if "enforces_on" in keys else None


def _said(place: Place) -> str:
    written = place.text().strip()
    return written or place.refuse("an empty text", "a text that a reviewer can sign")


def _optional[T](keys: Mapping[str, Place], name: str, allowed: Mapping[str, T]) -> frozenset[T]:
    return keys[name].words(allowed, name) if name in keys else frozenset(allowed.values())


def _words[T](keys: Mapping[str, Place], name: str, allowed: Mapping[str, T]) -> frozenset[T]:
    return keys[name].words(allowed, _WORDS[name]) if name in keys else frozenset()


def _relations(place: Place | None) -> frozenset[Relation] | None:
    if place is not None and place.is_text() and place.text() == "own":
        return None
    return place.words(_RELATIONS, "relation") if place is not None else frozenset()


def _exemption(place: Place, names: Names) -> Exemption:
    keys = place.closed(("functions",), ("roles", "relations"))
    functions = names.read(keys["functions"])
    return Exemption(_optional(keys, "roles", _ROLES), functions, _optional(keys, "relations", _RELATIONS))
