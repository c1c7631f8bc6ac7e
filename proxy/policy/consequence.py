"""What a replay means: how many requests, employees and teams each change touches, in sentences that a reviewer reads.

Rules: a request counts once in a line, however many persons of it change; so do an employee and a team. Persons are counted
as often as they were shown or kept back: the log tells persons apart, but a reviewer asks how much work changes. Lines are
sorted by what touches most requests. Nobody is named: employees and teams are counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from proxy.model.person import Authorship, Category, PersonClass, Relation, Standing
from proxy.model.principal import OrganisationKind, Role
from proxy.model.recorded import Level, Recorded, Trace
from proxy.policy.difference import Change, Shift, told
from proxy.policy.matrix import Matrix
from proxy.policy.phrase import standings
from proxy.policy.turn import Lack, Replayed, Turn, Verb

NO_RULE = "-"
"""Stands where no rule of the candidate does it: what no rule allows is denied."""
LACKS: Mapping[Lack, str] = {
    Lack.GROUND: "de regel is geschreven voordat de grond werd vastgelegd",
    Lack.NAMES: "de regel noemt een functie, rol of relatie die deze versie niet kent",
    Lack.SEARCH: "niet vastgelegd is waarop is gezocht",
    Lack.FIELDS: "niet vastgelegd is of te verbergen gegevens leeg te maken waren, of waarop de lijst was gezocht",
    Lack.CARD: "niet vastgelegd is of van de rij een kaart te maken was",
    Lack.WRITES: "niet vastgelegd is wat de wijziging bevatte of om wie zij ging",
    Lack.CHAIN: "niet vastgelegd zijn de andere functies van hetzelfde verzoek",
    Lack.AUTHORS: "niet vastgelegd is wie de verslagen schreef",
    Lack.AUTHORISATION: "een andere autorisatie van het account zou zijn gebruikt",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Who does what to whom: one sentence, or one row of detail."""

    verb: Verb
    role: str
    organisation: str
    function: str
    least: bool = False
    detail: bool = False
    standing: Standing | None = None
    """Of a row of detail; sentences gather theirs."""
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class ByRule:
    """What one rule of the candidate does."""

    rule: str
    verb: Verb


type Key = Line | ByRule | Lack | None
"""None: everything that changes."""


@dataclass(slots=True)
class Tally:
    """What one line touches."""

    requests: int = 0
    persons: int = 0
    users: set[str] = field(default_factory=set)
    teams: set[str] = field(default_factory=set)
    standings: set[Standing] = field(default_factory=set)
    categories: set[Category] = field(default_factory=set)
    authors: set[Authorship] = field(default_factory=set)

    def figures(self) -> dict[str, int]:
        """Give the figures for programs."""
        return {
            "requests": self.requests,
            "users": len(self.users),
            "teams": len(self.teams),
            "persons": self.persons,
        }


type Tallies = Mapping[Key, Tally]


def tally(found: Mapping[int, tuple[Recorded, Replayed]], traces: Iterable[Trace]) -> Tallies:
    """Count what changes; `found` are the vectors that do, or of which it cannot be told, by their number."""
    tallies: dict[Key, Tally] = {None: Tally()}
    lines: dict[int, set[Key]] = {}
    for number, (recorded, replayed) in found.items():
        lines[number] = set()
        for key, turn in _keys(recorded, replayed):
            lines[number].add(key)
            _add(tallies.setdefault(key, Tally()), recorded, turn)
    for trace in traces:
        for key in set().union(*(lines[number] for number in trace.vectors)):
            counted = tallies[key]
            counted.requests += trace.count
            counted.users |= {trace.account} if trace.account else set()
            counted.teams |= {trace.team} if trace.team else set()
    return tallies


def _keys(recorded: Recorded, replayed: Replayed) -> Iterator[tuple[Key, Turn | None]]:
    """Give the lines that a vector adds to; once each, but for a refused exchange, where every turn is another person."""
    if isinstance(replayed, Lack):
        yield replayed, None
        return
    call = recorded.call
    yield from ((None, turn) for turn in (replayed if recorded.level is Level.REFUSED else replayed[:1]))
    for turn in replayed:
        who = turn.verb, call.role or "-", call.organisation or "-", call.function or "-", turn.least
        yield Line(*who), turn
        for category in turn.categories or (None,):
            yield Line(*who, True, turn.standing, category), turn
        for rule in turn.rules or (NO_RULE,):
            yield ByRule(rule, turn.verb), turn


def _add(counted: Tally, recorded: Recorded, turn: Turn | None) -> None:
    if recorded.level is not Level.CALL:
        counted.persons += recorded.count * (len(recorded.persons) if turn is None else 1)
    if turn is not None:
        counted.standings |= {turn.standing} if turn.standing else set()
        counted.categories |= turn.categories
        counted.authors |= turn.authors


def sentences(tallies: Tallies, matrix: Matrix, names: Mapping[str, str]) -> Iterator[str]:
    """Say every change in Dutch, with its figures; `names` are the functions as people know them."""
    for line, counted in lines(tallies, detail=False):
        change = _change(line, counted)
        if change is not None and change.role in matrix.roles:
            least = " (ten minste)" if line.least else ""
            yield from (f"{said}{least}: {figures(counted)}" for said in told([change], matrix, names))


def lines(tallies: Tallies, *, detail: bool) -> list[tuple[Line, Tally]]:
    """Give the sentences, or the rows of detail, those that touch most first."""
    found = [(key, counted) for key, counted in tallies.items() if isinstance(key, Line) and key.detail is detail]
    return sorted(found, key=lambda each: (-each[1].requests, each[0].role, each[0].function, each[0].verb))


def by_rule(tallies: Tallies) -> list[tuple[ByRule, Tally]]:
    """Give what each rule does, those that touch most first."""
    found = [(key, counted) for key, counted in tallies.items() if isinstance(key, ByRule)]
    return sorted(found, key=lambda each: (-each[1].requests, each[0].rule, each[0].verb))


def untold(tallies: Tallies) -> list[tuple[Lack, Tally]]:
    """Give what cannot be told, by what the records lack."""
    return [(lack, tallies[lack]) for lack in Lack if lack in tallies]


def figures(counted: Tally) -> str:
    """Say the figures of a line."""
    said = [_many(counted.requests, "verzoek", "verzoeken"), _many(len(counted.users), "medewerker", "medewerkers")]
    said.append(_many(len(counted.teams), "team", "teams"))
    if counted.persons:
        said.append(f"{counted.persons} maal een persoon")
    return ", ".join(said)


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _change(line: Line, counted: Tally) -> Change | None:
    """Give a line as a difference of two matrices is said; None: its role is not one of this release."""
    if line.role not in set(Role) or line.organisation not in set(OrganisationKind):
        return None
    said = tuple(_standings(counted.standings))
    return Change(Role(line.role), line.function, OrganisationKind(line.organisation), said, _shift(line, counted))


def _shift(line: Line, counted: Tally) -> Shift:
    categories = frozenset(counted.categories)
    return {
        Verb.DENIED: Shift(shut=True),
        Verb.ALLOWED: Shift(opened=True),
        Verb.WITHHELD: Shift(shut=True),
        Verb.SHOWN: Shift(opened=True, gained=categories),
        Verb.MASKED: Shift(lost=categories),
        Verb.UNMASKED: Shift(gained=categories),
        Verb.CARDED: Shift(card=True),
        Verb.UNCARDED: Shift(card=False),
        Verb.SIFTED: Shift(unseen=frozenset(counted.authors)),
        Verb.UNSIFTED: Shift(seen=frozenset(counted.authors)),
    }[line.verb]


def _standings(found: Iterable[Standing]) -> Iterator[str]:
    """Say standings, those of one class together."""
    sides: dict[tuple[PersonClass, bool], list[Relation]] = {}
    order = {relation: at for at, relation in enumerate(Relation)}
    for each in sorted(found, key=lambda each: order[each.relation]):
        sides.setdefault((each.protection, each.emergency), []).append(each.relation)
    classes = {protection: at for at, protection in enumerate(PersonClass)}
    for side in sorted(sides, key=lambda side: (classes[side[0]], side[1])):
        yield standings(*side, sides[side])
