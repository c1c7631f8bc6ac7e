"""Emergency access: one client, one hour, with a reason that somebody reviews afterwards (RG12).

Rules:
1. The user types BSN and birth date; both must be those of one person. Whether they are is not told: the answer is the
   same, and what is offered leads to "niet gevonden" where there is nobody. So the form says nothing about who exists.
2. A reason of twenty characters at least, beside a category from a closed list.
3. The review is due within five working days; it is stored with the access itself.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from proxy.grants import workday
from proxy.grants.grant import MOST_SIGNS, Moment, plain
from proxy.model.person import PersonFacts
from proxy.model.tie import Emergency

LASTS = timedelta(minutes=60)
FEWEST_SIGNS = 20
REVIEW_WORKDAYS = 5
CATEGORIES = {
    "gevaar": "Gevaar voor de klant of voor anderen",
    "inkomen": "De klant komt zonder inkomen te zitten",
    "termijn": "Een wettelijke termijn verloopt vandaag",
    "vervanging": "De behandelaar is onverwacht uitgevallen",
}


@dataclass(frozen=True, slots=True)
class Plea:
    """What a user asks in an emergency."""

    id: UUID
    user: str
    category: str
    reason: str = field(repr=False)


def is_sound(plea: Plea) -> bool:
    """Tell whether the reason may stand: nothing of the person is looked at."""
    return plea.category in CATEGORIES and FEWEST_SIGNS <= len(plain(plea.reason)) <= MOST_SIGNS


def begun(plea: Plea, person: PersonFacts, now: Moment) -> Emergency:
    """Begin the access to one person."""
    return Emergency(
        id=plea.id,
        user=plea.user,
        row_id=person.row_id,
        begins=now.at,
        until=now.at + LASTS,
        category=plea.category,
        reason=plain(plea.reason),
        review_by=workday.after(now.day, REVIEW_WORKDAYS),
    )


def written_date(typed: str) -> str | None:
    """Read a birth date as it is typed (`dd-mm-jjjj`) as `jjjjmmdd`; None: it is none. A day or month may be 00."""
    parts = [part.strip() for part in typed.replace("/", "-").replace(".", "-").split("-")]
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    day, month, year = parts[0].zfill(2), parts[1].zfill(2), parts[2]
    fits = len(day) == len(month) == 2 and len(year) == 4 and int(day) <= 31 and int(month) <= 12
    return year + month + day if fits else None
