"""RG13: who may stand in for whom, how long, and who grants it; every refusal says what is allowed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from proxy.facts.cover import Wish, problems
from proxy.facts.store import region_table
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role

TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)
GOOD = Wish("AWE0421", "AWE0733", TODAY, TODAY + 41 * DAY, "AM01", "TLE0101")


def account(user: str, role: Role = Role.AW, *regions: str, until: date | None = None) -> Principal:
    """An account with one authorisation."""
    office = Organisation(OrganisationKind.UWV, "UWV-AM01")
    return Principal(
        user, (Authorisation("1", role, office, frozenset(regions or ("AM01",)), date(2020, 1, 1), until),)
    )


KNOWN = {each.user: each for each in (account("AWE0421"), account("AWE0733"), account("TLE0101", Role.TL))}


def refused(wish: Wish, **changed: Principal) -> str:
    """Give what stands in the way, with other accounts where they are given."""
    return "\n".join(problems(wish, {**KNOWN, **changed}, region_table(), TODAY))


def test_six_weeks_in_one_region_by_its_manager_is_good():
    """Both days included: the forty-second day is the last one that may be."""
    assert refused(GOOD) == ""
    assert refused(replace(GOOD, begins=TODAY - 41 * DAY, ends=TODAY)) == ""


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"ends": TODAY + 42 * DAY}, "found 43 days; allowed: at most 42, both included"),
        ({"ends": TODAY - DAY}, "allowed: a last day on or after the first"),
        ({"begins": TODAY - 9 * DAY, "ends": TODAY - DAY}, "and not past"),
        ({"region": "AM99"}, "found region 'AM99'; allowed: AM01"),
        ({"region": "AM02"}, "found nothing of AWE0421 in AM02"),
        ({"user": "AWE0733"}, "are three people"),
        ({"granted_by": "AWE0421"}, "are three people"),
        ({"user": "NOONE"}, "found no account 'NOONE'; allowed: an account of the directory"),
        ({"granted_by": "NOONE"}, "found no account 'NOONE'"),
    ],
)
def test_what_is_asked_otherwise_is_refused(over, told):
    """Longer, past, in no region, for oneself, by somebody unknown."""
    assert told in refused(replace(GOOD, **over))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (account("AWE0421", Role.AW, "AM02"), "found nothing of AWE0421 in AM01 on 2026-11-25"),
        (account("AWE0733", until=TODAY - DAY), "found nothing of AWE0733 in AM01"),
        (account("TLE0101", Role.TL, "AM02"), "found that TLE0101 manages no team in AM01"),
        (account("TLE0101", Role.TL, until=TODAY - DAY), "manages no team in AM01"),
        (account("TLE0101", Role.AW), "allowed: a team manager (TL) of the region"),
    ],
)
def test_all_three_must_be_of_the_region_today(other, told):
    """An authorisation elsewhere, of another role or past makes nobody a colleague or a manager."""
    assert told in refused(GOOD, **{other.user: other})
