"""One person under several rows: a double registration of the legacy, seen where an answer names only the BSN.

Rule: what all rows agree on counts, what they differ in is unknown; the strictest protection holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from proxy.model.person import PersonClass, PersonFacts

_STRICTEST = (PersonClass.SELF, PersonClass.STAFF, PersonClass.SECRET, PersonClass.ORDINARY)


def merged(held: Sequence[PersonFacts]) -> PersonFacts:
    """Give the facts that hold whichever row is meant; `held` has at least one."""
    first = held[0]
    return replace(
        first,
        municipality=_agreed(each.municipality for each in held),
        responsible_region=_agreed(each.responsible_region for each in held),
        caseload_user=_agreed(each.caseload_user for each in held),
        team=_agreed(each.team for each in held),
        assigned=frozenset.intersection(*(each.assigned for each in held)),
        protection=min((each.protection for each in held), key=_STRICTEST.index),
    )


def _agreed(values: Iterable[str | None]) -> str | None:
    different = set(values)
    return different.pop() if len(different) == 1 else None
