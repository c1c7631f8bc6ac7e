"""Claims about approaching a candidate: what stands in its way, what opens it, what ends it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from proxy.grants import grant
from proxy.grants.grant import Answerer, Approach, Moment, Unmet
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Role
from proxy.model.tie import Emergency, Grant, GrantState
from tests.doubles.playbook import facts

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = Moment(datetime(2026, 3, 2, 9, tzinfo=UTC), ZONE)
ROW, VACANCY = "1-7AAAA", "1-V0007"
PERSON = facts(ROW, "999990019")
ASKED = Approach(UUID(int=1), "WSP0106", VACANCY, PERSON, "voordragen", "past goed bij de vacature")


def held(number: int, **over) -> Grant:
    """Give a running grant of somebody else on another vacancy."""
    fresh = Grant(
        UUID(int=number), "WSP0999", f"1-7B{number:03}", "1-V9999", GrantState.OPEN, NOW.at, NOW.at + timedelta(days=5)
    )
    return replace(fresh, **over)


def test_consent_opens_at_once_for_five_working_days():
    """Asked on a Monday, it is open up to and including the next Monday."""
    made = grant.approached(replace(ASKED, person=replace(PERSON, consents=True)), NOW)
    assert (made.state, made.user, made.row_id, made.vacancy) == (GrantState.OPEN, "WSP0106", ROW, VACANCY)
    assert made.until == datetime(2026, 3, 9, 23, tzinfo=UTC)
    assert made.reason == "voordragen: past goed bij de vacature"


def test_without_consent_it_is_a_request_that_opens_nothing():
    """Unknown consent is none; the answer is due in two working days, and after ten the request lapses."""
    made = grant.approached(ASKED, NOW)
    assert (made.state, made.until) == (GrantState.REQUESTED, None)
    assert grant.answer_due(made, NOW) == date(2026, 3, 4)
    assert grant.lapses(made, NOW) == datetime(2026, 3, 16, 23, tzinfo=UTC)
    assert grant.runs(made, Moment(datetime(2026, 3, 16, 22, 59, tzinfo=UTC), ZONE))
    assert not grant.runs(made, Moment(datetime(2026, 3, 16, 23, tzinfo=UTC), ZONE))


def test_an_open_grant_runs_until_its_end_and_not_a_moment_longer():
    """The end itself is over."""
    one = held(1)
    assert grant.runs(one, NOW)
    assert not grant.runs(one, Moment(one.until, ZONE))
    assert not grant.runs(replace(one, state=GrantState.ENDED), NOW)
    assert not grant.runs(replace(one, until=None), NOW)


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({}, None),
        ({"motive": "nieuwsgierig"}, Unmet.MOTIVE),
        ({"motive": ""}, Unmet.MOTIVE),
        ({"text": "te  kort "}, Unmet.MOTIVE),
        ({"text": "x" * 501}, Unmet.MOTIVE),
        ({"workdays": 10}, None),
        ({"workdays": 11}, Unmet.TERM),
        ({"workdays": 0}, Unmet.TERM),
    ],
)
def test_what_is_typed_must_be_a_reason_and_a_term(over, why):
    """Blanks count once; a term beyond ten working days is refused, not shortened."""
    assert grant.barred(replace(ASKED, **over), (), NOW, open_to=True) is why


def test_a_vacancy_that_is_not_open_to_the_user_comes_first():
    """Whatever else is right."""
    assert grant.barred(ASKED, (), NOW, open_to=False) is Unmet.VACANCY


def test_ten_run_on_a_vacancy_and_not_one_more():
    """Requests count: their answer may open them. What has ended does not."""
    nine = [held(number, vacancy=VACANCY) for number in range(9)]
    tenth = held(10, vacancy=VACANCY, state=GrantState.REQUESTED, until=None)
    over = held(11, vacancy=VACANCY, state=GrantState.ENDED)
    assert grant.barred(ASKED, [*nine, over], NOW, open_to=True) is None
    assert grant.barred(ASKED, [*nine, tenth], NOW, open_to=True) is Unmet.VACANCY_CAP


def test_twenty_run_for_a_user_and_not_one_more():
    """Of others none counts, nor does an emergency."""
    mine = [held(number, user=ASKED.user) for number in range(19)]
    plea = Emergency(UUID(int=9), ASKED.user, ROW, NOW.at, NOW.at, "gevaar", "x" * 20, NOW.day)
    others = [held(number, user="WSP0001") for number in range(50, 75)]
    assert grant.barred(ASKED, [*mine, plea, *others], NOW, open_to=True) is None
    assert grant.barred(ASKED, [*mine, held(99, user=ASKED.user)], NOW, open_to=True) is Unmet.USER_CAP


def test_the_same_candidate_is_not_approached_twice_on_one_vacancy():
    """Another vacancy, or one that ended, is no hindrance."""
    same = held(1, user=ASKED.user, row_id=ROW, vacancy=VACANCY)
    assert grant.barred(ASKED, [same], NOW, open_to=True) is Unmet.HELD
    assert grant.barred(ASKED, [replace(same, vacancy="1-V1")], NOW, open_to=True) is None
    assert grant.barred(ASKED, [replace(same, until=NOW.at)], NOW, open_to=True) is None


def answerer(user: str = "AWE0421", *regions: str, organisation: Organisation | None = None) -> Answerer:
    """Give an adviser of UWV, unless said otherwise."""
    office = organisation or Organisation(OrganisationKind.UWV, "UWV-AM01")
    return Answerer(user, Authorisation("1", Role.AW, office, frozenset(regions), date(2020, 1, 1), None))


def test_the_caseload_holder_answers_and_nobody_else():
    """A colleague of the same region does not."""
    person = replace(PERSON, caseload_user="AWE0421", responsible_region="AM01")
    assert grant.answers_for(answerer("AWE0421"), person, "AM01")
    assert not grant.answers_for(answerer("AWE0999", "AM01"), person, "AM01")


def test_without_a_caseload_holder_the_responsible_region_answers():
    """It goes before the residence; unknown is nobody's."""
    assert grant.answers_for(answerer("A", "AM01"), replace(PERSON, responsible_region="AM01"), "AM06")
    assert not grant.answers_for(answerer("A", "AM06"), replace(PERSON, responsible_region="AM01"), "AM06")
    assert grant.answers_for(answerer("A", "AM06"), PERSON, "AM06")
    assert not grant.answers_for(answerer("A", "AM06"), PERSON, None)


def test_a_municipality_answers_for_its_own_inhabitants():
    """The region of a municipal user is wider than what it answers for."""
    town = Organisation(OrganisationKind.MUNICIPALITY, "0014")
    assert grant.answers_for(answerer("KMG", "AM01", organisation=town), PERSON, "AM01")
    assert not grant.answers_for(
        answerer("KMG", "AM01", organisation=town), replace(PERSON, municipality="0106"), "AM01"
    )


def test_an_answer_opens_from_now_or_refuses_and_says_whose_it_is():
    """Five working days count from the answer."""
    request = grant.approached(ASKED, Moment(NOW.at - timedelta(days=3), ZONE))
    yes, no = (grant.answered(request, "AWE0421", NOW, accepts=each) for each in (True, False))
    assert (yes.state, yes.until) == (GrantState.OPEN, datetime(2026, 3, 9, 23, tzinfo=UTC))
    assert (no.state, no.until) == (GrantState.REFUSED, None)
    assert {(each.id, each.decided_by, each.decided_at) for each in (yes, no)} == {(ASKED.id, "AWE0421", NOW.at)}


def test_a_recorded_result_ends_the_users_own_grant_on_that_vacancy():
    """A deregistration ends everybody's; any other change ends none."""
    mine = held(1, user="WSP0106", vacancy=VACANCY)
    other = held(2, user="WSP0106")
    theirs = held(3)
    over = held(4, user="WSP0106", vacancy=VACANCY, state=GrantState.REFUSED)
    every = (mine, other, theirs, over)
    assert [each.id for each in grant.ended("referral.result.update", "WSP0106", every, VACANCY)] == [mine.id]
    assert [each.id for each in grant.ended("client.deregister", "AWE0421", every, None)] == [
        mine.id,
        other.id,
        theirs.id,
    ]
    assert {each.state for each in grant.ended("client.deregister", "AWE0421", every, None)} == {GrantState.ENDED}
    assert grant.ended("client.contact.update", "WSP0106", every, VACANCY) == ()
