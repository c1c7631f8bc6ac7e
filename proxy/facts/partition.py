"""In which partition a call falls: the region that is responsible for everybody whom it names. Write ownership is per partition."""

from collections.abc import Iterable
from datetime import date

from proxy.facts.regions import RegionTable
from proxy.model.person import PersonFacts


def partition(named: Iterable[PersonFacts | None], regions: RegionTable, day: date) -> str | None:
    """Give the one region of all persons named; None: they have not one and the same, or that of one is not known."""
    found = {responsible(each, regions, day) for each in named}
    return found.pop() if len(found) == 1 else None


def responsible(person: PersonFacts | None, regions: RegionTable, day: date) -> str | None:
    """Give the region that is responsible for a person: the one that is told, else that of the residence on a day."""
    if person is None:
        return None
    told = person.responsible_region
    return told if told and regions.known(told) else regions.region(person.municipality, day)
