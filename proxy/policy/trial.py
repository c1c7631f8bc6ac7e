"""A candidate matrix on trial: what it, and the matrix that was in force at a record, say of a recorded place.

Why apart from `replay`: this is where words of the log become words of the engine, or are refused, and where both matrices
are asked through the same door. A matrix of the past is asked for one thing only: whether it decides a place as the
candidate does, so that what a record lacks makes no difference.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from proxy.model.call import Call, Format, Kind
from proxy.model.decision import Decision, Effect, Reason
from proxy.model.person import Category, PersonClass, Relation, Standing
from proxy.model.principal import OrganisationKind, Role
from proxy.model.recorded import RecordedCall, RecordedPerson
from proxy.policy.decide import judge_row, outcome_of
from proxy.policy.matrix import Matrix
from proxy.policy.resolve import CHAIN, EXPORTED
from proxy.policy.rule import Requirement, place
from proxy.policy.table import Cell, Unseen

type Key = tuple[str, Role, OrganisationKind]
_APART = re.compile(f"{re.escape(CHAIN)}|{re.escape(EXPORTED)}")
_PART = re.compile(r"(?P<role>[^@/]+)@(?P<kind>[^@/]+)/(?P<function>[^@/]+)(?:/(?P<relation>[^@/]+))?")


class UnnamedError(ValueError):
    """A record that names no cell, or in words that this release does not know."""


@dataclass(frozen=True, slots=True)
class Named:
    """The cells that a record names."""

    name: str
    """As the tables know it, without the relation."""
    keys: tuple[Key, ...]
    relation: str | None
    """Set where a row that the request named was refused before sending."""


@dataclass(frozen=True, slots=True)
class View:
    """What a matrix says of a person in a cell; two that are equal decide every answer alike."""

    visible: frozenset[Category]
    allowed: bool
    """Of a mutation: whether it may be done at all, whatever it carries."""
    card: bool
    unseen: Unseen = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """A view, and the rules behind it."""

    view: View
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The candidate, and the matrices that were in force as far as they are archived."""

    matrix: Matrix
    past: Mapping[str, Matrix] = field(default_factory=dict)
    known: dict[tuple[str, str, str, Standing], Seen] = field(default_factory=dict, repr=False)
    """What was asked before: there are fewer places than vectors."""

    def cell(self, key: Key) -> Cell | None:
        """Give a cell of the candidate that opens a function; None: closed."""
        return _open(self.matrix, key)

    def was(self, call: RecordedCall, key: Key) -> tuple[bool, Cell | None]:
        """Tell whether it is known what was in force, and give the cell that opened the function then."""
        old = self.past.get(call.policy)
        return (False, None) if old is None else (True, _open(old, key))

    def same_doors(self, call: RecordedCall, key: Key) -> bool:
        """Tell whether every function is open or closed to a role as it was, for the same requirements."""
        old = self.past.get(call.policy)
        return old is not None and _doors(old, key) == _doors(self.matrix, key)

    def ask(self, matrix: Matrix, kind: str, name: str, standing: Standing) -> Seen:
        """Ask a matrix about a person in the cells of a call."""
        key = matrix.hash, kind, name, standing
        if key not in self.known:
            mutates = kind == Kind.MUTATE
            call = Call(Format.HTML, (), None, Kind.MUTATE if mutates else Kind.CONSULT)
            judged = judge_row(matrix, call, Decision(Effect.ALLOW, Reason.ALLOWED, cell=name), standing)
            at = place(standing.relation, standing.protection, emergency=standing.emergency)
            unseen = outcome_of(matrix.enforced, name, at).unseen
            view = View(judged.shown, judged.effect is Effect.ALLOW and bool(judged.shown), judged.card, unseen)
            self.known[key] = Seen(view, judged.rules)
        return self.known[key]


@dataclass(frozen=True, slots=True)
class Spot:
    """A recorded place under trial: the cells of one call."""

    trial: Trial
    call: RecordedCall
    name: str

    @property
    def mutates(self) -> bool:
        """Tell whether the call was a change."""
        return self.call.kind == Kind.MUTATE

    def seen(self, standing: Standing) -> Seen:
        """Ask the candidate about a person."""
        return self.trial.ask(self.trial.matrix, self.call.kind, self.name, standing)

    def before(self, standing: Standing) -> View | None:
        """Ask the matrix that was in force; None: it is not archived."""
        old = self.trial.past.get(self.call.policy)
        return None if old is None else self.trial.ask(old, self.call.kind, self.name, standing).view


def _open(matrix: Matrix, key: Key) -> Cell | None:
    """Give a cell that opens its function; as the engine, a function that is closed in this release opens to nobody."""
    cell, subject = matrix.enforced.index.get(key), matrix.subjects.get(key[0])
    return cell if cell is not None and cell.open and subject is not None and subject.open else None


def _doors(matrix: Matrix, key: Key) -> dict[str, frozenset[Requirement]]:
    """Say which functions are open to a role, and what each asks for."""
    keys = ((function, *key[1:]) for function in matrix.subjects)
    return {each[0]: cell.requires for each in keys if (cell := _open(matrix, each)) is not None}


def named(call: RecordedCall, matrix: Matrix) -> Named:
    """Read the cells of a record: those of its cell, or the function under the role where a call was refused as such."""
    found = [_PART.fullmatch(part) for part in _APART.split(call.cell)] if call.cell else []
    if any(each is None for each in found):
        raise UnnamedError(call.cell)
    parts = [each for each in found if each is not None]
    relation = parts[-1]["relation"] if parts else None
    keys = [_key(matrix, part["function"], part["role"], part["kind"]) for part in parts]
    if not keys:
        keys = [_key(matrix, call.function, call.role, call.organisation)]
    elif call.function is not None and all(key[0] != call.function for key in keys):
        keys.append(_key(matrix, call.function, call.role, call.organisation))
    return Named(call.cell.removesuffix(f"/{relation}") if relation else call.cell, tuple(keys), relation)


def held(call: RecordedCall, keys: Iterable[Key], matrix: Matrix) -> tuple[tuple[Key, ...], ...]:
    """Give the same functions under the other authorisations that the account is known to hold."""
    own = f"{call.role}@{call.organisation}"
    functions = [key[0] for key in keys]
    others = (each.partition("@") for each in sorted(call.held) if each != own)
    return tuple(
        tuple((function, Role(role), OrganisationKind(kind)) for function in functions)
        for role, _, kind in others
        if role in {each.value for each in matrix.roles} and kind in set(OrganisationKind)
    )


def _key(matrix: Matrix, function: str | None, role: str | None, kind: str | None) -> Key:
    if function is None or function not in matrix.subjects:
        raise UnnamedError(function)
    return function, word(Role, role), word(OrganisationKind, kind)


def word[T: StrEnum](kind: type[T], text: str | None) -> T:
    """Read a word of the log; raises UnnamedError where this release does not know it."""
    try:
        return kind(text or "")
    except ValueError:
        raise UnnamedError(text) from None


def words(texts: Iterable[str]) -> frozenset[Category]:
    """Read categories."""
    return frozenset(word(Category, each) for each in texts)


def stands(person: RecordedPerson) -> Standing | None:
    """Read how a person stood; None: it was written without a ground."""
    relation = word(Relation, person.relation)
    if person.protection is None or person.emergency is None or person.present is None:
        return None
    return Standing(relation, word(PersonClass, person.protection), person.emergency)


def standings(person: RecordedPerson) -> tuple[Standing, ...]:
    """Give every standing that a record leaves possible."""
    relation = word(Relation, person.relation)
    classes = list(PersonClass) if person.protection is None else [word(PersonClass, person.protection)]
    urgent = (False, True) if person.emergency is None else (person.emergency,)
    return tuple(Standing(relation, each, emergency) for each in classes for emergency in urgent)
