"""Whether a colleague may be covered (RG13): what is asked, weighed against the accounts that it names. Pure.

Rules:
1. Six weeks at most, both days included, not over yet; for longer the caseload is transferred.
2. Within one region: whoever stands in and whoever is covered both work in it on the first day.
3. Granted by a team manager of that region, who is neither of the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from proxy.facts.regions import RegionTable
from proxy.model.principal import Authorisation, Principal, Role

LONGEST = timedelta(weeks=6)


@dataclass(frozen=True, slots=True)
class Wish:
    """A cover as it is asked."""

    user: str
    covered: str
    begins: date
    ends: date
    region: str
    granted_by: str


def problems(wish: Wish, accounts: Mapping[str, Principal], regions: RegionTable, today: date) -> Iterator[str]:
    """Give what stands in the way, each with what is allowed; nothing: it may be stored."""
    if len({wish.user, wish.covered, wish.granted_by}) < 3:
        yield "found one account in two places; allowed: whoever stands in, the colleague and the manager are three people"
    if not wish.begins <= wish.ends or wish.ends < today:
        yield f"found {wish.begins} to {wish.ends}; allowed: a last day on or after the first, and not past"
    elif wish.ends - wish.begins >= LONGEST:
        days = (wish.ends - wish.begins).days + 1
        yield f"found {days} days; allowed: at most {LONGEST.days}, both included (transfer the caseload for longer)"
    if not regions.known(wish.region):
        yield f"found region {wish.region!r}; allowed: {', '.join(sorted(regions.names))}"
    for name in (wish.user, wish.covered, wish.granted_by):
        if name not in accounts:
            yield f"found no account {name!r}; allowed: an account of the directory (poort users import)"
    for name in (wish.user, wish.covered):
        if name in accounts and not any(_works(each, wish, wish.begins) for each in accounts[name].authorisations):
            yield f"found nothing of {name} in {wish.region} on {wish.begins}; allowed: both work in the region"
    manager = accounts.get(wish.granted_by)
    if manager and not any(each.role is Role.TL and _works(each, wish, today) for each in manager.authorisations):
        yield f"found that {manager.user} manages no team in {wish.region}; allowed: a team manager (TL) of the region"


def _works(authorisation: Authorisation, wish: Wish, day: date) -> bool:
    """Tell whether an authorisation is of the region, and valid on a day."""
    until = authorisation.valid_until
    valid = authorisation.valid_from <= day and (until is None or day <= until)
    return valid and wish.region in authorisation.regions
