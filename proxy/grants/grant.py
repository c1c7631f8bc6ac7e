"""When a candidate of another region may be approached, and when that ends (RG6, RG7).

Rules:
1. Approaching needs a vacancy that is open and the user's own to work on, a reason from a closed list, and a few words.
2. Consent to publish the CV opens at once; without it (unknown is without) the responsible adviser answers, within two
   working days: the caseload holder, or any adviser of the responsible region where there is none.
3. Open ends at the first of: five working days (ten at most), the vacancy closed, the result of a referral recorded, the
   client deregistered. A request lapses after ten working days without an answer.
4. Ten running grants a vacancy, twenty a user; a request runs too, because its answer may open it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from uuid import UUID

from proxy.grants import workday
from proxy.model.person import PersonFacts
from proxy.model.principal import Authorisation, OrganisationKind
from proxy.model.tie import Grant, GrantState, Tie

WORKDAYS, MOST_WORKDAYS, ANSWER_WORKDAYS = 5, 10, 2
MOST_OF_VACANCY, MOST_OF_USER = 10, 20
FEWEST_SIGNS, MOST_SIGNS = 10, 500

MOTIVES = {
    "voordragen": "Voordragen op de vacature",
    "geschiktheid": "Geschiktheid voor de vacature beoordelen",
    "contact": "Contact laten leggen door de eigen adviseur",
}
"""Why a candidate is approached: a closed list, so that it can be counted."""


class Unmet(StrEnum):
    """Why nothing came of what was asked; the record carries the word."""

    VACANCY = "vacancy-not-open"
    MOTIVE = "reason-missing"
    TERM = "term-too-long"
    HELD = "already-runs"
    VACANCY_CAP = "cap-of-vacancy"
    USER_CAP = "cap-of-user"
    NOT_THEIRS = "not-yours-to-answer"
    STALE = "form-stale"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is asked, and in which zone days end."""

    at: datetime
    zone: tzinfo

    @property
    def day(self) -> date:
        """Give the day on which it is asked."""
        return self.at.astimezone(self.zone).date()

    def end_after(self, workdays: int) -> datetime:
        """Give the end of the last of so many working days."""
        return workday.end_of(workday.after(self.day, workdays), self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Approach:
    """What a user asks about one candidate."""

    id: UUID
    user: str
    vacancy: str
    person: PersonFacts
    motive: str
    text: str = field(repr=False)
    workdays: int = WORKDAYS


def running(ties: Iterable[Tie], now: Moment) -> tuple[Grant, ...]:
    """Pick the grants that are open, or may still be opened."""
    return tuple(each for each in ties if isinstance(each, Grant) and runs(each, now))


def runs(grant: Grant, now: Moment) -> bool:
    """Tell whether a grant is open, or is a request that has not lapsed."""
    if grant.state is GrantState.OPEN:
        return grant.until is not None and now.at < grant.until
    return grant.state is GrantState.REQUESTED and now.at < lapses(grant, now)


def lapses(grant: Grant, now: Moment) -> datetime:
    """Give the moment at which a request lapses."""
    return Moment(grant.asked_at, now.zone).end_after(MOST_WORKDAYS)


def answer_due(grant: Grant, now: Moment) -> date:
    """Give the day on which a request should have been answered."""
    return workday.after(Moment(grant.asked_at, now.zone).day, ANSWER_WORKDAYS)


def barred(asked: Approach, ties: Iterable[Tie], now: Moment, *, open_to: bool) -> Unmet | None:
    """Say what stands in the way of an approach, if anything; `open_to`: the vacancy is open and the user's to work on."""
    held = running(ties, now)
    if not open_to:
        return Unmet.VACANCY
    if asked.motive not in MOTIVES or not FEWEST_SIGNS <= len(plain(asked.text)) <= MOST_SIGNS:
        return Unmet.MOTIVE
    if not 1 <= asked.workdays <= MOST_WORKDAYS:
        return Unmet.TERM
    if any(_same(each, asked) for each in held):
        return Unmet.HELD
    if sum(each.vacancy == asked.vacancy for each in held) >= MOST_OF_VACANCY:
        return Unmet.VACANCY_CAP
    return Unmet.USER_CAP if sum(each.user == asked.user for each in held) >= MOST_OF_USER else None


def _same(grant: Grant, asked: Approach) -> bool:
    return (grant.user, grant.vacancy, grant.row_id) == (asked.user, asked.vacancy, asked.person.row_id)


def plain(text: str) -> str:
    """Give a text with single blanks, so that a term in signs counts words and no blanks."""
    return " ".join(text.split())


def approached(asked: Approach, now: Moment) -> Grant:
    """Make the grant: open at once with consent, else a request."""
    opens = asked.person.consents
    return Grant(
        id=asked.id,
        user=asked.user,
        row_id=asked.person.row_id,
        vacancy=asked.vacancy,
        state=GrantState.OPEN if opens else GrantState.REQUESTED,
        asked_at=now.at,
        until=now.end_after(asked.workdays) if opens else None,
        reason=f"{asked.motive}: {plain(asked.text)}",
    )


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers, under which authorisation."""

    user: str
    authorisation: Authorisation


def answers_for(answerer: Answerer, person: PersonFacts, residence: str | None) -> bool:
    """Tell whether a user answers for a person: the caseload holder, or an adviser of the region where there is none.

    `residence` is the region in which the person lives today. A municipality answers for its own inhabitants.
    """
    if person.caseload_user is not None:
        return person.caseload_user == answerer.user
    organisation = answerer.authorisation.organisation
    if organisation.kind is OrganisationKind.MUNICIPALITY:
        return person.municipality is not None and organisation.code == person.municipality
    return (person.responsible_region or residence) in answerer.authorisation.regions


def answered(grant: Grant, by: str, now: Moment, *, accepts: bool) -> Grant:
    """Give a request after its answer: open from now for five working days, or refused."""
    decided = replace(grant, decided_by=by, decided_at=now.at)
    if not accepts:
        return replace(decided, state=GrantState.REFUSED)
    return replace(decided, state=GrantState.OPEN, until=now.end_after(WORKDAYS))


_ENDING = frozenset({"referral.result.update", "client.deregister"})


def ended(function: str | None, user: str, grants: Iterable[Grant], vacancy: str | None) -> tuple[Grant, ...]:
    """Give the grants that end because a change was stored: a referral's result of this user, or a deregistration."""
    if function not in _ENDING:
        return ()
    held = (each for each in grants if each.state in {GrantState.OPEN, GrantState.REQUESTED})
    if function == "referral.result.update":
        held = (each for each in held if each.user == user and vacancy in {None, each.vacancy})
    return tuple(replace(each, state=GrantState.ENDED) for each in held)
