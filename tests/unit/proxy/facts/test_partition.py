from datetime import date

import pytest

from proxy.facts.partition import partition
from proxy.facts.store import region_table
from proxy.model.person import PersonFacts, PersonId

DAY = date(2026, 11, 24)


@pytest.fixture
def regions():
    """The dated table of the house."""
    return region_table()


def person(municipality: str | None, responsible: str | None = None) -> PersonFacts:
    """Somebody who lives somewhere."""
    return PersonFacts("1-A", PersonId(b"x"), municipality, responsible)


def test_the_responsible_region_counts_before_the_residence(regions):
    """Write ownership follows whoever is responsible."""
    residence = regions.region("0200", DAY)
    assert residence is not None
    assert partition([person("0200")], regions, DAY) == residence
    other = "AM03" if residence != "AM03" else "AM04"
    assert partition([person("0200", other)], regions, DAY) == other
    assert partition([person("0200", "AM99")], regions, DAY) == residence


def test_what_is_not_one_and_the_same_known_region_is_none(regions):
    """Nobody, two regions, somebody unknown, somebody who lives nowhere: the lowest stage of all will hold."""
    assert partition([], regions, DAY) is None
    assert partition([person("0200", "AM03"), person("0200", "AM04")], regions, DAY) is None
    assert partition([person("0200"), None], regions, DAY) is None
    assert partition([person(None)], regions, DAY) is None
