"""How many dossiers each employee reaches, counted in the fact tables with the same relation that decides a request.

Why this way: persons without a tie to anybody differ only in place and class, so they are counted by the database in a
few hundred groups; who is tied to an account (caseload, assignment, appointment, cover, grant, the own dossier) is looked
at one by one and taken out of the group. Locked accounts and authorisations that are not valid today reach nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from cli.output import Advance, progress
from proxy.database import Cluster, Role
from proxy.facts.regions import RegionTable
from proxy.facts.relation import Vantage, classed, relate
from proxy.facts.store import FactStore, region_table
from proxy.model.person import Category, PersonClass, PersonFacts, PersonId
from proxy.model.principal import Authorisation, OrganisationKind, Principal
from proxy.policy.matrix import Matrix
from proxy.policy.reach import Crowd, Reached, Sight, sight, tally

NOBODY = PersonId(b"")
BATCH = 500

_GROUPS = """
SELECT municipality, responsible_region, class, moved_from, moved_on, count(*) FROM person GROUP BY 1, 2, 3, 4, 5
"""
_TIES = """
SELECT caseload_user, row_id FROM person WHERE caseload_user IS NOT NULL
UNION SELECT unnest(assigned), row_id FROM person
UNION SELECT account, row_id FROM appointment WHERE day BETWEEN %(today)s::date - 14 AND %(today)s::date + 14
UNION SELECT c.account, p.row_id FROM cover c JOIN person p ON p.caseload_user = c.covered
    WHERE %(today)s BETWEEN c.begins AND c.ends
UNION SELECT account, row_id FROM person_grant WHERE state = 'open' AND until > now()
UNION SELECT a.name, p.row_id FROM account a JOIN person p ON p.identity = a.identity
"""


@dataclass(frozen=True, slots=True)
class Land:
    """The persons as the fact tables hold them."""

    groups: tuple[tuple[PersonFacts, int], ...]
    ties: Mapping[str, frozenset[str]]
    """Account or organisation -> rows of persons with a tie to it."""
    total: int


@dataclass(slots=True)
class Looker:
    """Counts for one account after another; what the same authorisations see of the groups is counted once."""

    land: Land
    sights: Sight
    regions: RegionTable
    now: datetime
    counted: dict[tuple[tuple[object, ...], ...], list[Crowd]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day on which is counted."""
        return self.now.date()

    def vantages(self, principal: Principal) -> list[Vantage]:
        """Say from where an account looks, under each authorisation that is valid."""
        valid = (each for each in principal.authorisations if _valid(each, self.today))
        return [Vantage(each, principal.user, self.regions, self.today, self.now, principal.covers) for each in valid]

    def base(self, vantages: list[Vantage]) -> list[Crowd]:
        """Count the groups, as if nobody in them had a tie to the account."""
        key = tuple(_footprint(each.authorisation) for each in vantages)
        if key not in self.counted:
            self.counted[key] = [_crowd(vantages, facts, count) for facts, count in self.land.groups]
        return self.counted[key]

    def reached(self, principal: Principal, tied: Iterable[PersonFacts]) -> Reached:
        """Count what an account reaches, with the persons who are tied to it."""
        vantages = self.vantages(principal)
        crowds = list(self.base(vantages))
        for facts in tied:
            crowds.append(_crowd(vantages, _untied(facts), -1))
            crowds.append(_crowd(vantages, classed(facts, principal), 1))
        return tally(self.sights, crowds)


def _valid(authorisation: Authorisation, today: date) -> bool:
    until = authorisation.valid_until
    return authorisation.valid_from <= today and (until is None or today <= until)


def _footprint(authorisation: Authorisation) -> tuple[object, ...]:
    organisation = authorisation.organisation
    return authorisation.role, organisation.kind, organisation.code, authorisation.regions


def _crowd(vantages: list[Vantage], facts: PersonFacts, count: int) -> Crowd:
    points = frozenset(
        (each.authorisation.role, each.authorisation.organisation.kind, relate(each, facts)) for each in vantages
    )
    return Crowd(points, facts.protection, count)


def _untied(facts: PersonFacts) -> PersonFacts:
    """Give what the database counted of a person: place and class."""
    return replace(facts, caseload_user=None, assigned=frozenset(), appointments=(), grants=(), emergencies=())


def read_land(connection: "psycopg.Connection[Any]", today: date) -> Land:
    """Read the groups of persons and the ties."""
    groups = []
    for municipality, responsible, held, left, moved, count in connection.execute(_GROUPS):
        move = (left, moved) if left and moved else None
        facts = PersonFacts("", NOBODY, municipality, responsible, protection=PersonClass(held), moved=move)
        groups.append((facts, count))
    ties: dict[str, set[str]] = {}
    for account, row in connection.execute(_TIES, {"today": today}):
        ties.setdefault(account, set()).add(row)
    return Land(
        tuple(groups), {name: frozenset(rows) for name, rows in ties.items()}, sum(count for _, count in groups)
    )


def read_reach(cluster: Cluster, loaded: Matrix, users: tuple[str, ...]) -> Iterator[dict[str, object]]:
    """Give a row an account: what it reached before, what it reaches now, per category."""
    now, dsn = datetime.now(UTC), cluster.dsn(Role.WORKER)
    with psycopg.connect(dsn) as connection:
        land = read_land(connection, now.date())
        known = connection.execute("SELECT name FROM account WHERE locked_at IS NULL ORDER BY name").fetchall()
    asked = [name for (name,) in known if not users or name in users]
    looker = Looker(land, sight(loaded, loaded.enforced), region_table(), now)
    with progress("accounts", len(asked)) as advance:
        yield from asyncio.run(_collect(dsn, looker, asked, advance))


async def _collect(dsn: str, looker: Looker, asked: list[str], advance: Advance) -> list[dict[str, object]]:
    facts, found = FactStore(dsn, lambda plain: plain, seconds=60.0), []
    try:
        async for line in _lines(facts, looker, asked):
            found.append(line)
            advance()
    finally:
        await facts.close()
    return found


async def _lines(facts: FactStore, looker: Looker, asked: list[str]) -> AsyncIterator[dict[str, object]]:
    for user in asked:
        principal = await facts.principal(user)
        if principal is not None:
            tied = await _tied(facts, looker.land, principal)
            yield _line(principal, looker.reached(principal, tied), looker)


async def _tied(facts: FactStore, land: Land, principal: Principal) -> list[PersonFacts]:
    """Give the facts of the persons tied to an account, or to the SW company that it works for."""
    sheltered = (
        each.organisation.code for each in principal.authorisations if each.organisation.kind is OrganisationKind.SW
    )
    rows = sorted(frozenset().union(*(land.ties.get(name, frozenset()) for name in (principal.user, *sheltered))))
    found: list[PersonFacts] = []
    for start in range(0, len(rows), BATCH):
        batch = await facts.persons(rows[start : start + BATCH])
        found += [each for row in rows[start : start + BATCH] if (each := batch.get(row)) is not None]
    return found


def _line(principal: Principal, reached: Reached, looker: Looker) -> dict[str, object]:
    roles = sorted({str(each.authorisation.role) for each in looker.vantages(principal)})
    return {
        "user": principal.user,
        "roles": "+".join(roles) or "-",
        "before": looker.land.total,
        "after": reached.anything,
        **{str(category): reached.categories[category] for category in Category if category.value not in _IMPERSONAL},
    }


_IMPERSONAL = frozenset({"VA", "EM", "UA", "AU"})
