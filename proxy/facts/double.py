"""One person under several rows: a double registration of the legacy, seen where an answer names only the BSN.

Rule: what all rows agree on counts, what they differ in is unknown; the strictest protection holds. A grant or an emergency
is for one row, so behind a BSN that has several it opens nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from proxy.model.person import PersonClass, PersonFacts

_STRICTEST = (PersonClass.SELF, PersonClass.STAFF, PersonClass.SECRET, PersonClass.ORDINARY)


def strictest(*held: PersonClass) -> PersonClass:
    """Give the class that protects most; at least one is given."""
    return min(held, key=_STRICTEST.index)


def merged(held: Sequence[PersonFacts]) -> PersonFacts:
    """Give the facts that hold whichever row is meant; `held` has at least one."""
    first = held[0]
    if len(held) == 1:
        return first
    return replace(
        first,
        municipality=_agreed(each.municipality for each in held),
        responsible_region=_agreed(each.responsible_region for each in held),
        caseload_user=_agreed(each.caseload_user for each in held),
        team=_agreed(each.team for each in held),
        assigned=frozenset.intersection(*(each.assigned for each in held)),
        protection=strictest(*(each.protection for each in held)),
        moved=_agreed(each.moved for each in held),
        appointments=tuple(each for each in first.appointments if all(each in other.appointments for other in held)),
        grants=(),
        emergencies=(),
        consents=all(each.consents for each in held),
        born=_agreed(each.born for each in held),
        learned=False,
    )


def _agreed[Fact](values: Iterable[Fact | None]) -> Fact | None:
    different = set(values)
    return different.pop() if len(different) == 1 else None
