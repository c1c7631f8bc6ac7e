"""Relations: the closest that holds, on trusted facts, and unknown is outside."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.facts.relation import Vantage, classed, protection, relate, seen
from proxy.facts.store import region_table
from proxy.model.person import Category, PersonClass, PersonFacts, PersonId, Relation, Shown
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role

TABLE = region_table()
TODAY = date(2026, 11, 25)
ME = "AWE0421"
SOMEBODY = PersonId(b"p" * 32)


def an_authorisation(
    kind: OrganisationKind = OrganisationKind.UWV, code: str = "UWV-AM01", *regions: str, role: Role = Role.AW
) -> Authorisation:
    """An authorisation that is valid."""
    return Authorisation("1", role, Organisation(kind, code), frozenset(regions), date(2020, 1, 1), None)


def facts(**over) -> PersonFacts:
    """Somebody in Assen (0106, AM01) without any tie."""
    return PersonFacts(
        **({"row_id": "1-7A", "identity": SOMEBODY, "municipality": "0106", "responsible_region": None} | over)
    )


def shown(**over) -> Shown:
    """Somebody in an answer."""
    values = {
        "row_id": "1-7A",
        "bsn": None,
        "municipality": "0106",
        "region": None,
        "categories": frozenset({Category.ID}),
    }
    return Shown(**(values | {"spans": ((0, 1),), "deliberate": False} | over))


UWV_AM01 = an_authorisation(OrganisationKind.UWV, "UWV-AM01", "AM01")
KM_ASSEN = an_authorisation(OrganisationKind.MUNICIPALITY, "0106", "AM01", role=Role.KM)
KM_GRONINGEN = an_authorisation(OrganisationKind.MUNICIPALITY, "0014", "AM01", role=Role.KM)
SW = an_authorisation(OrganisationKind.SW, "SW0106", "AM01", role=Role.SWB)
SYSTEM = an_authorisation(OrganisationKind.MACHINE, "0106", role=Role.GEMSYS)


@pytest.mark.parametrize(
    ("authorisation", "person", "relation"),
    [
        (UWV_AM01, facts(caseload_user=ME, assigned=frozenset({ME})), Relation.CASELOAD),
        (UWV_AM01, facts(caseload_user="AWE0733"), Relation.REGION),
        (UWV_AM01, facts(assigned=frozenset({ME})), Relation.ASSIGNED),
        (UWV_AM01, facts(municipality="0363", responsible_region="AM01"), Relation.REGION),
        (UWV_AM01, facts(municipality="0363"), Relation.OUTSIDE),
        (UWV_AM01, facts(municipality=None), Relation.OUTSIDE),
        (UWV_AM01, facts(municipality=None, responsible_region="AM01"), Relation.REGION),
        (UWV_AM01, facts(municipality=None, caseload_user=ME), Relation.CASELOAD),
        (an_authorisation(OrganisationKind.UWV, "X"), facts(), Relation.OUTSIDE),
        (an_authorisation(OrganisationKind.UWV, "X", "AM99"), facts(responsible_region="AM99"), Relation.OUTSIDE),
        (an_authorisation(OrganisationKind.UWV, "0106", "AM18"), facts(), Relation.OUTSIDE),
        (KM_ASSEN, facts(), Relation.MUNICIPALITY),
        (KM_GRONINGEN, facts(), Relation.REGION),
        (KM_ASSEN, facts(municipality="0363", responsible_region="AM01"), Relation.REGION),
        (SW, facts(assigned=frozenset({"SW0106"})), Relation.ASSIGNED),
        (SW, facts(assigned=frozenset({"SW0106"}), protection=PersonClass.STAFF), Relation.REGION),
        (SW, facts(assigned=frozenset({ME}), protection=PersonClass.STAFF), Relation.ASSIGNED),
        (UWV_AM01, facts(municipality="0363", assigned=frozenset({"UWV-AM01"})), Relation.OUTSIDE),
        (SYSTEM, facts(), Relation.MUNICIPALITY),
        (SYSTEM, facts(municipality="0014"), Relation.OUTSIDE),
    ],
)
def test_the_closest_relation_that_holds(authorisation, person, relation):
    """Caseload, assignment, municipality, region, else outside; other people's ties do not count."""
    assert relate(Vantage(authorisation, ME, TABLE, TODAY), person) is relation


def test_checked_identity_relates_whoever_is_otherwise_outside():
    """RG15: verified is the last relation before outside, and never covers a closer one."""
    outside = facts(municipality="0363")
    assert relate(Vantage(UWV_AM01, ME, TABLE, TODAY), outside, verified=True) is Relation.VERIFIED
    assert relate(Vantage(UWV_AM01, ME, TABLE, TODAY), facts(), verified=True) is Relation.REGION


def test_a_municipality_that_ended_is_nobodys():
    """Haaren: until its last day its own, afterwards no successor is guessed and the old right opens nothing."""
    haaren = an_authorisation(OrganisationKind.MUNICIPALITY, "0788", "AM27", role=Role.KM)
    person = facts(municipality="0788")
    assert relate(Vantage(haaren, ME, TABLE, date(2020, 12, 31)), person) is Relation.MUNICIPALITY
    assert relate(Vantage(haaren, ME, TABLE, date(2021, 1, 1)), person) is Relation.OUTSIDE


def test_a_region_is_that_of_the_day():
    """Vijfheerenlanden went from AM13 to AM35 on 2021-01-01."""
    gorinchem = an_authorisation(OrganisationKind.UWV, "X", "AM35")
    person = facts(municipality="1961")
    assert relate(Vantage(gorinchem, ME, TABLE, date(2020, 12, 31)), person) is Relation.OUTSIDE
    assert relate(Vantage(gorinchem, ME, TABLE, date(2021, 1, 1)), person) is Relation.REGION


CODES = st.sampled_from([*sorted(TABLE.periods)[:40], "0788", "9999", None])
KINDS = st.sampled_from([UWV_AM01, KM_ASSEN, KM_GRONINGEN, SW, SYSTEM])


@given(KINDS, CODES, st.sampled_from([None, "AM01", "AM18", "AM99"]), st.booleans())
def test_unknown_never_relates(authorisation, code, responsible, checked):
    """Taking a fact away never brings anybody closer, but for what the remaining facts say."""
    order = list(Relation)
    person = facts(municipality=code, responsible_region=responsible)
    full = relate(Vantage(authorisation, ME, TABLE, TODAY), person, verified=checked)
    for less in (replace(person, municipality=None), replace(person, responsible_region=None)):
        assert order.index(relate(Vantage(authorisation, ME, TABLE, TODAY), less, verified=checked)) >= order.index(
            full
        )


def test_the_own_dossier_is_recognised_by_digest():
    """Whatever its class, the employee's own dossier is `self`; without a known identity nobody is."""
    principal = Principal(ME, (), identity=b"p" * 32)
    assert protection(facts(protection=PersonClass.SECRET), principal) is PersonClass.SELF
    assert protection(facts(protection=PersonClass.SECRET), Principal(ME, ())) is PersonClass.SECRET
    assert classed(facts(), principal).protection is PersonClass.SELF
    assert protection(facts(), Principal(ME, (), identity=b"q" * 32)) is PersonClass.ORDINARY


@pytest.mark.parametrize(
    ("values", "municipality", "responsible"),
    [
        ({"municipality": "0106"}, "0106", None),
        ({"municipality": "Assen"}, "0106", None),
        ({"municipality": "Assen", "region": "AM01"}, "0106", None),
        ({"municipality": "Assen", "region": "AM18"}, None, None),
        ({"municipality": "Bergen"}, None, None),
        ({"municipality": "0788"}, None, None),
        ({"municipality": None, "region": "AM01"}, None, None),
        ({"municipality": None, "responsible_region": "AM01"}, None, "AM01"),
        ({"municipality": "0106", "responsible_region": "AM99"}, "0106", None),
    ],
)
def test_facts_of_an_answer_are_believed_where_they_are_certain(values, municipality, responsible):
    """A name or code of today counts; a contradiction, a homonym, an old code or a bare region is unknown."""
    found = seen(shown(**values), SOMEBODY, TABLE, TODAY)
    assert (found.municipality, found.responsible_region) == (municipality, responsible)
    assert (found.caseload_user, found.assigned, found.identity) == (None, frozenset(), SOMEBODY)
