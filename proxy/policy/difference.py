"""What two versions of the matrix mean for people: who loses or gains what, in sentences that a reviewer reads.

Rules: compared is what the tables decide, never the text of the file, so that a rule which was rewritten and decides the
same gives no sentence. By default what holds today (the enforced table); on request what all rules together say. One
sentence per role, function and change; the relations for which it is the same stand together. Protected dossiers and
emergency access get a sentence of their own only where they change otherwise than an ordinary person does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from proxy.model.decision import Duty
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.explain import authors
from proxy.policy.matrix import Matrix
from proxy.policy.phrase import DUTIES, MODES, REQUIREMENTS, lowered, named, notes, standings
from proxy.policy.rule import Requirement, Rule, Seat, place
from proxy.policy.table import DENIED, Cell, Outcome, Table

type Key = tuple[str, Role, OrganisationKind]


@dataclass(frozen=True, slots=True)
class Shift:
    """How one outcome changed."""

    lost: frozenset[Category] = frozenset()
    gained: frozenset[Category] = frozenset()
    shut: bool = False
    """Nothing is visible any more, whatever it was."""
    opened: bool = False
    """Nothing was visible before."""
    card: bool | None = None
    """Became a card, or is one no longer."""
    duties: frozenset[Duty] = frozenset()
    freed: frozenset[Duty] = frozenset()
    unseen: frozenset[Authorship] = frozenset()
    """Whose contact notes are kept back that were shown."""
    seen: frozenset[Authorship] = frozenset()
    """Whose contact notes are shown that were kept back."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one function for one role in one kind of organisation."""

    role: Role
    function: str
    organisation: OrganisationKind
    standings: tuple[str, ...]
    """As people say them; none: the function as a whole."""
    shift: Shift
    needs: frozenset[Requirement] = frozenset()
    spared: frozenset[Requirement] = frozenset()


def difference(old: Matrix, new: Matrix, *, all_rules: bool = False) -> Iterator[Change]:
    """Give every change from one matrix to another."""
    before, after = (each.target if all_rules else each.enforced for each in (old, new))
    for seat in _seats(old, new):
        yield from _changes(seat, before, after)


def _seats(old: Matrix, new: Matrix) -> Iterable[Seat]:
    """Give every seat of either, the newer one's description first."""
    found: dict[Key, Seat] = {}
    for seat in (*new.seats, *old.seats):
        found.setdefault((seat.subject.id, seat.row.role, seat.kind), seat)
    return found.values()


def _changes(seat: Seat, before: Table, after: Table) -> Iterator[Change]:
    key = seat.subject.id, seat.row.role, seat.kind
    was, now = before.index.get(key), after.index.get(key)
    if was == now:
        return
    role, function, kind = seat.row.role, seat.subject.id, seat.kind
    needs, spared = _requirements(was, now)
    if needs or spared:
        yield Change(role, function, kind, (), Shift(), needs, spared)
    if not seat.subject.persons:
        opened, shut = _open(now) and not _open(was), _open(was) and not _open(now)
        if opened or shut:
            yield Change(role, function, kind, (), Shift(opened=opened, shut=shut))
        return
    held = seat.subject.categories | seat.subject.accompany
    for shift, said in _grouped(was, now, held).items():
        yield Change(role, function, kind, said, shift)


def _requirements(was: Cell | None, now: Cell | None) -> tuple[frozenset[Requirement], frozenset[Requirement]]:
    if was is None or now is None:
        return frozenset(), frozenset()
    return now.requires - was.requires, was.requires - now.requires


def _open(cell: Cell | None) -> bool:
    return cell is not None and cell.open


type Side = tuple[PersonClass, bool]
"""A class, with or without emergency."""


def _grouped(was: Cell | None, now: Cell | None, held: frozenset[Category]) -> dict[Shift, tuple[str, ...]]:
    """Group the standings that changed by how they did, and say them."""
    found: dict[Shift, dict[Side, list[Relation]]] = {}
    for relation in Relation:
        for (protection, emergency), shift in _shifts(was, now, held, relation).items():
            found.setdefault(shift, {}).setdefault((protection, emergency), []).append(relation)
    order = {protection: at for at, protection in enumerate(PersonClass)}
    return {
        shift: tuple(
            standings(*side, sides[side]) for side in sorted(sides, key=lambda side: (order[side[0]], side[1]))
        )
        for shift, sides in found.items()
    }


def _shifts(was: Cell | None, now: Cell | None, held: frozenset[Category], relation: Relation) -> dict[Side, Shift]:
    """Give how one relation changed; what changed as an ordinary person or as without emergency is not said again."""
    found: dict[Side, Shift] = {}
    for protection in PersonClass:
        calm, urgent = (place(relation, protection, emergency=each) for each in (False, True))
        said = {Shift(), found.get((PersonClass.ORDINARY, False), Shift())}
        shift = _shift(was, now, held, calm)
        if shift not in said or (protection is PersonClass.ORDINARY and shift != Shift()):
            found[protection, False] = shift
        adds = any(_at(cell, calm).visible != _at(cell, urgent).visible for cell in (was, now))
        in_need = _shift(was, now, held, urgent)
        if adds and in_need not in {*said, shift, found.get((PersonClass.ORDINARY, True), Shift())}:
            found[protection, True] = in_need
    return found


def _shift(was: Cell | None, now: Cell | None, held: frozenset[Category], at: int) -> Shift:
    one, other = (_at(cell, at) for cell in (was, now))
    before, after = one.visible & held, other.visible & held
    both = before & after
    return Shift(
        lost=before - after if after else frozenset(),
        gained=after - before,
        shut=bool(before) and not after,
        opened=bool(after) and not before,
        card=other.card if before and after and one.card is not other.card else None,
        duties=other.duties - one.duties if before and after else frozenset(),
        freed=one.duties - other.duties if before and after else frozenset(),
        unseen=_rows(other, both) - _rows(one, both),
        seen=_rows(one, both) - _rows(other, both),
    )


def _rows(outcome: Outcome, categories: frozenset[Category]) -> frozenset[Authorship]:
    return frozenset(authors(outcome.unseen, categories))


def _at(cell: Cell | None, at: int) -> Outcome:
    return cell.outcomes[at] if cell is not None and cell.outcomes else DENIED


def told(changes: Iterable[Change], matrix: Matrix, names: Mapping[str, str]) -> Iterator[str]:
    """Say changes in Dutch; `names` are the functions as people know them."""
    for change in changes:
        row = matrix.roles[change.role]
        who = row.name + (f" ({change.organisation})" if len(row.organisations) > 1 else "")
        where = ", ".join((lowered(names.get(change.function, change.function)), *change.standings))
        for verb, what in _parts(change):
            yield f"{who} {verb}: {where}{what}"


def _parts(change: Change) -> Iterator[tuple[str, str]]:
    shift = change.shift
    if shift.lost or shift.shut:
        yield "verliest", "" if shift.shut else f": {named(shift.lost)}"
    if shift.unseen:
        yield "verliest", f": {notes(shift.unseen)}"
    if shift.seen:
        yield "krijgt", f": {notes(shift.seen)}"
    if shift.gained or shift.opened:
        yield "krijgt", "" if shift.opened and not shift.gained else f": {named(shift.gained)}"
    if shift.card is not None:
        yield ("ziet alleen nog een kaart" if shift.card else "ziet meer dan een kaart"), ""
    said = (
        ("krijgt een plicht erbij", [DUTIES[each] for each in sorted(shift.duties)]),
        ("verliest een plicht", [DUTIES[each] for each in sorted(shift.freed)]),
        ("heeft voortaan nodig", [REQUIREMENTS[each] for each in sorted(change.needs)]),
        ("heeft niet meer nodig", [REQUIREMENTS[each] for each in sorted(change.spared)]),
    )
    yield from ((verb, f": {', '.join(what)}") for verb, what in said if what)


def rules_told(old: Matrix, new: Matrix) -> Iterator[str]:
    """Say which rules came, went, changed their stage, or were written anew, and whose searches are narrowed now."""
    before, after = ({rule.id: rule for rule in each.rules} for each in (old, new))
    for name in before.keys() - after.keys():
        yield f"Regel {name} is vervallen: {before[name].text}"
    for name, rule in after.items():
        if name not in before:
            yield f"Regel {name} is nieuw ({MODES[rule.mode]}): {rule.text}"
        elif rule != before[name]:
            yield from _rule_told(before[name], rule)
    for role, row in new.roles.items():
        if row.narrow is not old.roles[role].narrow:
            yield f"{row.name} zoekt in SONAR {'voortaan alleen' if row.narrow else 'niet langer alleen'} in het eigen gebied"


def _rule_told(was: Rule, now: Rule) -> Iterator[str]:
    if was.mode is not now.mode:
        yield f"Regel {now.id} gaat van {was.mode} naar {now.mode}, sinds {now.since}"
    if was.text != now.text:
        yield f"Regel {now.id} luidt voortaan: {now.text}"
    if was.mode is now.mode and was.text == now.text:
        yield f"Regel {now.id} is gewijzigd"
