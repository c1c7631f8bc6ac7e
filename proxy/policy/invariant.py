"""What must hold in every cell, whatever the rules say: the promises of the letter, checked on the compiled table.

Why it exists: a rule that is right in itself can open together with others what nobody meant to open. The suite checks
every cell, and so do `poort policy check` and every gateway before a matrix comes into force. These are the promises in
code, on purpose apart from the file: who changes one changes it here too, and it is seen. The roles are named because the
letter names them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from proxy.errors import OperatorError
from proxy.model.call import Kind
from proxy.model.decision import Duty, Reason
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.model.principal import Role
from proxy.policy.matrix import Matrix
from proxy.policy.rule import STANDINGS, Seat
from proxy.policy.table import Cell, Outcome

LADDER = (
    *(Relation.CASELOAD, Relation.ASSIGNED, Relation.APPOINTMENT, Relation.TEAM, Relation.MUNICIPALITY),
    *(Relation.REGION, Relation.GRANT, Relation.CARD, Relation.OUTSIDE),
)
"""Distance, closest first. `verified` is a ground beside it."""
OWN = frozenset({Relation.CASELOAD, Relation.ASSIGNED, Relation.APPOINTMENT})
HANDLER = frozenset({Relation.CASELOAD, Relation.ASSIGNED})
OUTSIDE = frozenset({Relation.GRANT, Relation.VERIFIED, Relation.CARD, Relation.OUTSIDE})
MUNICIPAL = frozenset({Role.KM, Role.GEMSYS})
REFERRAL = frozenset({"referral.create", "referral.result.update"})
CHECKED = frozenset({"client.identity.update", "client.contact.update"})
SENSITIVE = frozenset({Category.WC, Category.BN, Category.CN})
STRANGE = frozenset({Authorship.OTHER, Authorship.UNKNOWN})
"""Authors whose notes stay with their own organisation."""
REVIEWED = frozenset({Duty.REVIEW, Duty.BANNER})
ON_A_CARD = frozenset({Category.ED, Category.AV, Category.VA})
MOST = 5
"""Broken promises that a refusal names."""


@dataclass(frozen=True, slots=True)
class At:
    """One outcome with everything that places it."""

    seat: Seat
    relation: Relation
    protection: PersonClass
    emergency: bool
    outcome: Outcome
    calm: Outcome
    """The same without emergency."""

    @property
    def visible(self) -> frozenset[Category]:
        """What is visible."""
        return self.outcome.visible


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that a cell breaks."""

    promise: str
    cell: str
    standing: str

    def __str__(self) -> str:
        """Say it to a reviewer."""
        return f"{self.cell}/{self.standing}: {self.promise}"


type Promise = Callable[[At], bool]


def _identity(at: At) -> bool:
    known = (
        (at.relation is Relation.GRANT and at.seat.row.role in {Role.WSP, Role.MAT, Role.KM})
        or at.seat.row.role is Role.LB
        or (at.relation is Relation.VERIFIED and at.seat.row.role is Role.KCC)
    )
    beyond = at.visible if not at.emergency else at.calm.visible
    return at.relation not in OUTSIDE or known or Category.ID not in beyond


def _sensitive(at: At) -> bool:
    shown = at.visible & SENSITIVE
    if at.relation in OWN or (at.seat.row.role in MUNICIPAL and at.relation in {Relation.TEAM, Relation.MUNICIPALITY}):
        return True
    may = {Category.CN} if at.relation is Relation.TEAM else set()
    may |= {Category.BN} if at.emergency else set()
    return shown <= may


def _work_capacity(at: At) -> bool:
    if at.seat.row.role is Role.SWB:
        return Category.WC not in at.visible or at.relation in HANDLER
    return at.seat.row.role is not Role.LB or not at.visible & (SENSITIVE | {Category.NA})


def _mutation(at: At) -> bool:
    if at.seat.subject.kind is not Kind.MUTATE or not at.visible or at.relation not in OUTSIDE:
        return True
    role, function = at.seat.row.role, at.seat.subject.id
    referral = function in REFERRAL and (role is Role.LB or at.relation is Relation.GRANT)
    return referral or (role is Role.KCC and at.relation is Relation.VERIFIED and function in CHECKED)


def _emergency(at: At) -> bool:
    more, reviewed = at.visible - at.calm.visible, at.outcome.duties >= REVIEWED
    if not at.emergency or not more:
        return reviewed or not at.outcome.duties & REVIEWED
    return reviewed and at.seat.subject.kind is Kind.CONSULT and not more & {Category.WC, Category.CN}


def _card(at: At) -> bool:
    far = at.relation in {Relation.GRANT, Relation.CARD}
    if at.outcome.card:
        return far and at.seat.subject.kind is Kind.SEARCH and at.visible <= ON_A_CARD
    national = at.seat.row.role in {Role.LB, Role.KCC}
    return not (far and at.seat.subject.kind is Kind.SEARCH and at.visible) or national


def _notes(at: At) -> bool:
    """Notes are no shared data (Wet SUWI art. 62 lid 3), and nobody loses sight of what the own organisation wrote."""
    hidden = {author for author, category in at.outcome.unseen if category is Category.CN}
    return Category.CN not in at.visible or hidden == STRANGE


def _sound(at: At) -> bool:
    """An outcome that contradicts itself is no outcome."""
    subject, outcome = at.seat.subject, at.outcome
    if not outcome.visible:
        bare = not outcome.whole and not outcome.card and not outcome.duties and not outcome.unseen
        return outcome.reason is not Reason.ALLOWED and bare
    seen = {category for _, category in outcome.unseen} <= outcome.visible
    within = seen and outcome.visible <= subject.categories | subject.accompany
    own = bool(outcome.visible & subject.categories) and outcome.whole is (subject.categories <= outcome.visible)
    return within and own and outcome.reason is Reason.ALLOWED and bool(outcome.rules)


PROMISES: tuple[tuple[str, Promise], ...] = (
    ("een uitkomst spreekt zichzelf niet tegen", _sound),
    ("niemand opent het eigen dossier", lambda at: at.protection is not PersonClass.SELF or not at.visible),
    (
        "een dossier van een medewerker is er alleen voor de behandelaar",
        lambda at: at.protection is not PersonClass.STAFF or not at.visible or at.relation in HANDLER,
    ),
    (
        "contactgegevens bij een geheim adres zijn er alleen voor de caseload",
        lambda at: (
            at.protection is not PersonClass.SECRET or Category.CT not in at.visible or at.relation is Relation.CASELOAD
        ),
    ),
    ("buiten de regio geen identiteit zonder toestemming, controle of noodtoegang (behalve LB)", _identity),
    ("belastbaarheid, uitkering en contacthistorie nooit op grond van de regio alleen", _sensitive),
    ("SWB ziet belastbaarheid alleen na toewijzing, LB nooit iets gevoeligs", _work_capacity),
    ("buiten de regio wordt niets gewijzigd, behalve wat RG8 noemt", _mutation),
    (
        "een export bevat niets van buiten de regio",
        lambda at: at.seat.subject.kind is not Kind.EXPORT or at.relation not in OUTSIDE or not at.visible,
    ),
    ("noodtoegang wordt gemeld en beoordeeld, is alleen raadplegen, en toont nooit WC of CN", _emergency),
    ("een gevonden kandidaat buiten de regio is een kaart, en een kaart noemt niemand", _card),
    ("wie een contacthistorie ziet, ziet de verslagen van de eigen organisatie en van geen andere", _notes),
)
NEARER = "wie verder weg staat ziet nooit meer"
PENDING = "alle regels samen laten niets meer openstaan"


def broken(matrix: Matrix) -> Iterator[Broken]:
    """Give every promise that a cell of the target breaks."""
    for seat in matrix.seats:
        cell = matrix.target.index.get((seat.subject.id, seat.row.role, seat.kind))
        if cell is not None and cell.outcomes:
            yield from broken_in(seat, cell)


def broken_in(seat: Seat, cell: Cell) -> Iterator[Broken]:
    """Give the promises that one cell breaks."""
    for number, (relation, protection, emergency) in enumerate(STANDINGS):
        outcome = cell.outcomes[number]
        calm = cell.at(relation, protection)
        at = At(seat, relation, protection, emergency, outcome, calm)
        standing = f"{relation}/{protection}" + ("/emergency" if emergency else "")
        for promise, holds in PROMISES:
            if not holds(at):
                yield Broken(promise, cell.name, standing)
        if outcome.pending:
            yield Broken(PENDING, cell.name, standing)
    yield from _distance(cell)


def _distance(cell: Cell) -> Iterator[Broken]:
    """Find where a further relation shows more, or shows in full what a closer one shows as a card."""
    for protection in PersonClass:
        for emergency in (False, True):
            for closer, further in pairwise(LADDER):
                near = cell.at(closer, protection, emergency=emergency)
                far = cell.at(further, protection, emergency=emergency)
                rows = any(category in far.visible for _, category in near.unseen - far.unseen)
                if rows or not far.visible <= near.visible or (near.card and far.visible and not far.card):
                    yield Broken(NEARER, cell.name, f"{further}/{protection}")


def keep_promises(matrix: Matrix, name: str = "authorisation.yaml") -> Matrix:
    """Give the matrix back; raises OperatorError where a cell breaks a promise of the letter.

    Distance is no promise to the outside: to close the region before the grant is odd and safe, and is told, not refused.
    """
    found = [str(each) for each in broken(matrix) if each.promise != NEARER]
    if not found:
        return matrix
    shown = "; ".join(found[:MOST])
    raise OperatorError(
        f"{name}: found {len(found)} standings that break a promise: {shown}; allowed: none; correct the rules, "
        "or have the promise changed (proxy/policy/invariant.py)"
    )
