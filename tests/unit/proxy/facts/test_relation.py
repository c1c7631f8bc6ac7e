"""Relations: the closest that holds, on trusted facts, and unknown is outside."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.facts.relation import (
    Vantage,
    classed,
    emergency_until,
    matched,
    protection,
    relate,
    renewed,
    seen,
    works_on,
)
from proxy.facts.store import region_table
from proxy.model.person import Category, PersonClass, PersonFacts, PersonId, Relation, Shown
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role
from proxy.model.tie import Appointment, Cover, Emergency, Grant, GrantState, Vacancy

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


NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
COLLEAGUE = "AWE0733"


def a_grant(**over) -> Grant:
    """An open grant of mine on the person, until tomorrow."""
    values = {"id": UUID(int=1), "user": ME, "row_id": "1-7A", "vacancy": "V1", "state": GrantState.OPEN}
    return Grant(**(values | {"asked_at": NOW, "until": NOW + timedelta(days=1)} | over))


def an_emergency(**over) -> Emergency:
    """Emergency access of mine to the person, begun half an hour ago."""
    values = {"id": UUID(int=2), "user": ME, "row_id": "1-7A", "category": "gevaar", "reason": "", "review_by": TODAY}
    values |= {"begins": NOW - timedelta(minutes=30), "until": NOW + timedelta(minutes=30)}
    return Emergency(**(values | over))


def a_vacancy(**over) -> Vacancy:
    """A vacancy in my region, open since a month, without an end."""
    values = {"id": "V1", "region": "AM01", "occupation": None, "organisation": None}
    return Vacancy(**(values | {"opened": date(2026, 10, 25), "closed": None} | over))


AWAY = facts(municipality="0363")
MINE = Vantage(UWV_AM01, ME, TABLE, TODAY, now=NOW)


@pytest.mark.parametrize(
    ("days", "user", "relation"),
    [
        (0, ME, Relation.APPOINTMENT),
        (14, ME, Relation.APPOINTMENT),
        (-14, ME, Relation.APPOINTMENT),
        (15, ME, Relation.OUTSIDE),
        (-15, ME, Relation.OUTSIDE),
        (0, COLLEAGUE, Relation.OUTSIDE),
    ],
)
def test_an_appointment_counts_fourteen_days_around_its_day(days, user, relation):
    """RG1: of the user itself, wherever the person lives."""
    person = replace(AWAY, appointments=(Appointment(user, TODAY + timedelta(days=days)),))
    assert relate(MINE, person) is relation


@pytest.mark.parametrize(
    ("begins", "ends", "person", "relation"),
    [
        (0, 0, facts(caseload_user=COLLEAGUE), Relation.TEAM),
        (-41, 0, facts(caseload_user=COLLEAGUE), Relation.TEAM),
        (1, 9, facts(caseload_user=COLLEAGUE), Relation.REGION),
        (-9, -1, facts(caseload_user=COLLEAGUE), Relation.REGION),
        (0, 0, facts(caseload_user="AWE0999"), Relation.REGION),
        (0, 0, facts(), Relation.REGION),
        (0, 0, replace(AWAY, caseload_user=COLLEAGUE), Relation.OUTSIDE),
        (0, 0, replace(AWAY, caseload_user=COLLEAGUE, responsible_region="AM01"), Relation.TEAM),
    ],
)
def test_cover_relates_to_a_colleagues_caseload_in_the_own_regions(begins, ends, person, relation):
    """RG13: on the days of the cover, both included; never beyond the regions of whoever stands in."""
    day = timedelta(days=1)
    cover = Cover(COLLEAGUE, TODAY + begins * day, TODAY + ends * day)
    assert relate(replace(MINE, covers=(cover,)), person) is relation


@pytest.mark.parametrize(
    ("moved", "responsible", "relation"),
    [
        (("0106", TODAY), None, Relation.REGION),
        (("0106", TODAY - timedelta(days=29)), None, Relation.REGION),
        (("0106", TODAY - timedelta(days=30)), None, Relation.OUTSIDE),
        (("0106", TODAY + timedelta(days=1)), None, Relation.OUTSIDE),
        (("0106", TODAY), "AM18", Relation.OUTSIDE),
        (("0106", TODAY), "AM13", Relation.REGION),
        (("0363", TODAY), None, Relation.OUTSIDE),
        (("0788", TODAY), None, Relation.OUTSIDE),
    ],
)
def test_a_moved_person_keeps_the_old_region_for_a_while(moved, responsible, relation):
    """Thirty days, or until the new region is responsible by name; a municipality that ended gives nobody a right."""
    assert TABLE.region("0363", TODAY) == "AM18"
    assert relate(MINE, replace(AWAY, moved=moved, responsible_region=responsible)) is relation


def test_the_old_municipality_has_the_region_only_and_the_days_are_a_parameter():
    """Whoever left is no inhabitant any more; a shorter term ends earlier."""
    assen = Vantage(KM_ASSEN, ME, TABLE, TODAY)
    person = replace(AWAY, moved=("0106", TODAY - timedelta(days=10)))
    assert relate(assen, person) is Relation.REGION
    assert relate(replace(assen, moved_days=10), person) is Relation.OUTSIDE


@pytest.mark.parametrize(
    ("grant", "relation"),
    [
        (a_grant(), Relation.GRANT),
        (a_grant(until=NOW), Relation.OUTSIDE),
        (a_grant(until=NOW + timedelta(microseconds=1)), Relation.GRANT),
        (a_grant(until=None), Relation.OUTSIDE),
        (a_grant(user=COLLEAGUE), Relation.OUTSIDE),
        (a_grant(row_id="1-7B"), Relation.OUTSIDE),
        *((a_grant(state=state), Relation.OUTSIDE) for state in GrantState if state is not GrantState.OPEN),
    ],
)
def test_only_an_open_grant_of_the_user_before_its_end_relates(grant, relation):
    """RG6, RG7: neither a request nor somebody else's grant opens anything; without a moment none does."""
    assert relate(MINE, replace(AWAY, grants=(grant,))) is relation
    assert relate(replace(MINE, now=None), replace(AWAY, grants=(grant,))) is Relation.OUTSIDE


@pytest.mark.parametrize(
    ("emergency", "runs"),
    [
        (an_emergency(), True),
        (an_emergency(until=NOW), False),
        (an_emergency(begins=NOW), True),
        (an_emergency(begins=NOW + timedelta(seconds=1)), False),
        (an_emergency(user=COLLEAGUE), False),
        (an_emergency(row_id="1-7B"), False),
    ],
)
def test_emergency_access_is_one_users_to_one_person_while_it_runs(emergency, runs):
    """RG12: its end is told where it runs, and it is no relation of its own."""
    person = replace(AWAY, emergencies=(emergency,))
    assert emergency_until(MINE, person) == (emergency.until if runs else None)
    assert emergency_until(replace(MINE, now=None), person) is None
    assert relate(MINE, person) is Relation.OUTSIDE


@pytest.mark.parametrize(
    ("vacancy", "good"),
    [
        (a_vacancy(), True),
        (a_vacancy(opened=TODAY), True),
        (a_vacancy(opened=TODAY + timedelta(days=1)), False),
        (a_vacancy(opened=None), False),
        (a_vacancy(closed=TODAY), False),
        (a_vacancy(closed=TODAY + timedelta(days=1)), True),
        (a_vacancy(region="AM18"), False),
        (a_vacancy(region=None), False),
        (a_vacancy(region="AM18", organisation="UWV-AM01"), True),
        (a_vacancy(region="AM18", organisation="UWV-AM01", closed=TODAY), False),
        (a_vacancy(region=None, organisation="UWV-AM18"), False),
    ],
)
def test_a_card_needs_a_match_for_a_vacancy_that_the_user_works_on(vacancy, good):
    """RG5: open today, and in the own regions or of the own organisation; unknown is closed."""
    assert works_on(UWV_AM01, vacancy, TODAY) is good
    rows = matched((("V1", "1-7A"), ("V2", "1-7B")), {"V1": vacancy}, UWV_AM01, TODAY)
    assert rows == ({"1-7A"} if good else set())
    assert relate(replace(MINE, matched=rows), AWAY) is (Relation.CARD if good else Relation.OUTSIDE)


TIES = (
    ("caseload_user", ME, Relation.CASELOAD),
    ("assigned", frozenset({ME}), Relation.ASSIGNED),
    ("appointments", (Appointment(ME, TODAY),), Relation.APPOINTMENT),
    ("caseload_user", COLLEAGUE, Relation.TEAM),
    ("municipality", "0106", Relation.MUNICIPALITY),
    ("responsible_region", "AM01", Relation.REGION),
    ("grants", (a_grant(),), Relation.GRANT),
    ("verified", True, Relation.VERIFIED),
    ("matched", True, Relation.CARD),
)


@pytest.mark.parametrize("held", range(len(TIES) + 1))
def test_the_closest_tie_counts_whatever_else_holds(held):
    """The order of the relations is the order of the truth table: with ties taken away one by one, the next one counts."""
    ties = TIES[held:]
    near = {name: value for name, value, _ in reversed(ties)}
    checked, found = near.pop("verified", False), near.pop("matched", False)
    vantage = replace(MINE, authorisation=KM_ASSEN, covers=(Cover(COLLEAGUE, TODAY, TODAY),))
    vantage = replace(vantage, matched=frozenset({"1-7A"}) if found else frozenset())
    expected = ties[0][2] if ties else Relation.OUTSIDE
    assert relate(vantage, replace(AWAY, **near), verified=checked) is expected


def test_what_a_vantage_is_not_told_opens_nothing():
    """Every tie but the person's own facts needs the account's side too: its covers, its matches, the moment."""
    person = replace(AWAY, caseload_user=COLLEAGUE, grants=(a_grant(),), emergencies=(an_emergency(),))
    bare = Vantage(UWV_AM01, ME, TABLE, TODAY)
    assert (relate(bare, person), emergency_until(bare, person)) == (Relation.OUTSIDE, None)


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


def test_a_class_that_an_answer_shows_is_believed():
    """A person whom no import knew is a secret or staff dossier as the page says; without a sign it is ordinary."""
    for held in (PersonClass.SECRET, PersonClass.STAFF):
        assert seen(shown(protection=held), SOMEBODY, TABLE, TODAY).protection is held
    found = seen(shown(), SOMEBODY, TABLE, TODAY)
    assert (found.protection, found.learned) == (PersonClass.ORDINARY, True)


def test_an_answer_renews_learned_facts_and_no_imported_ones():
    """A newer residence counts where the old one was learned, what is not shown stays; an imported residence stands."""
    read = seen(shown(municipality="0363"), SOMEBODY, TABLE, TODAY)
    learned = replace(facts(), learned=True, responsible_region="AM01")
    fresh = renewed(learned, read)
    assert (fresh.municipality, fresh.responsible_region, fresh.learned) == ("0363", "AM01", True)
    assert renewed(learned, seen(shown(municipality=None), SOMEBODY, TABLE, TODAY)) == learned
    assert renewed(facts(), read) == facts()


def test_an_answer_makes_a_class_stricter_and_never_milder():
    """A secret address on the page counts at once, also for imported facts; its absence takes no protection away."""
    secret = seen(shown(protection=PersonClass.SECRET), SOMEBODY, TABLE, TODAY)
    plain = seen(shown(), SOMEBODY, TABLE, TODAY)
    for stored in (facts(), replace(facts(), learned=True)):
        assert renewed(stored, secret).protection is PersonClass.SECRET
        assert renewed(replace(stored, protection=PersonClass.STAFF), plain).protection is PersonClass.STAFF
