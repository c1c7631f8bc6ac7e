"""What is asked of the facts, as SQL, and how its rows are read. Every value is a parameter.

Rules:
1. Persons come with all that ties users to them in one statement, however many there are and however they are named.
2. A grant on a vacancy that is not known to be open, or to a person who is not active, is not brought: it has ended (RG7).
3. Days are those of the Netherlands; what a relation judges to the day is brought with a day to spare.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from proxy.facts.double import merged
from proxy.model.person import PersonClass, PersonFacts, PersonId
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role
from proxy.model.tie import Appointment, Cover, Emergency, Grant, GrantState, Tie, Vacancy

IDENTITY = "identity:"
"""Before the hexadecimal digest of a person whom an answer names by BSN alone (`identity.binding.lookup`)."""

_TODAY = "(now() AT TIME ZONE 'Europe/Amsterdam')::date"
_GRANT = "g.id, g.account, g.row_id, g.vacancy, g.state, g.asked_at, g.until, g.reason, g.decided_by, g.decided_at"
_EMERGENCY = "e.id, e.account, e.row_id, e.begins, e.until, e.category, e.reason, e.review_by"

ACCOUNTS = f"""
SELECT a.name, a.team, a.locked_at, a.identity, a.revision,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(z.id, z.role, z.organisation_kind, z.organisation_code, z.municipality,
        z.regions, z.valid_from, z.valid_until, z.legal_ground, z.issued_by) ORDER BY z.id), '[]')
     FROM account_authorisation z WHERE z.account = a.name),
    (SELECT jsonb_agg(jsonb_build_array(c.covered, c.begins, c.ends, c.granted_by) ORDER BY c.covered, c.begins)
     FROM cover c WHERE c.account = a.name AND c.ends >= {_TODAY} - 1)
FROM account a WHERE a.name = ANY(%s)
"""  # noqa: S608 - of constants

PERSONS = f"""
SELECT p.row_id, p.identity, p.sealed, p.municipality, p.responsible_region, p.caseload_user, p.team, p.assigned, p.class,
    p.source, p.moved_from, p.moved_on, p.consents, p.born,
    (SELECT jsonb_agg(jsonb_build_array(t.account, t.day) ORDER BY t.day, t.account) FROM appointment t
     WHERE t.row_id = p.row_id AND t.day BETWEEN {_TODAY} - 15 AND {_TODAY} + 15),
    (SELECT jsonb_agg(jsonb_build_array({_GRANT}) ORDER BY g.id) FROM person_grant g
     WHERE g.row_id = p.row_id AND g.state IN ('requested', 'open') AND (g.until IS NULL OR g.until > now())
        AND p.status = 'active' AND EXISTS (SELECT FROM vacancy v WHERE v.id = g.vacancy AND v.opened <= {_TODAY}
            AND (v.closed IS NULL OR v.closed > {_TODAY}))),
    (SELECT jsonb_agg(jsonb_build_array({_EMERGENCY}) ORDER BY e.id) FROM emergency e
     WHERE e.row_id = p.row_id AND e.until > now())
FROM person p WHERE p.row_id = ANY(%s) OR p.identity = ANY(%s) ORDER BY p.row_id
"""  # noqa: S608 - of constants

AUTHORS = f"""
SELECT account, organisation_kind, organisation_code, municipality FROM (
    SELECT z.account, z.organisation_kind, z.organisation_code, z.municipality,
        rank() OVER (PARTITION BY z.account ORDER BY least(z.valid_until, {_TODAY}) DESC) AS last
    FROM account_authorisation z WHERE z.account = ANY(%s) AND z.valid_from <= {_TODAY}) held
WHERE last = 1
"""  # noqa: S608 - of constants
"""Organisations of accounts today; of somebody who holds nothing any more, those held last."""

VACANCIES = "SELECT id, region, occupation, organisation, opened, closed FROM vacancy WHERE id = ANY(%s)"

type Row = Sequence[Any]


def principal(row: Row) -> Principal:
    """Read an account with its authorisations and covers."""
    name, team, locked_at, identity, _, authorisations, covers = row
    own = bytes(identity) if identity is not None else None
    return Principal(
        user=name,
        authorisations=tuple(_authorisation(each) for each in authorisations),
        team=team,
        locked_at=locked_at,
        identity=own,
        covers=tuple(Cover(who, _day(begins), _day(ends), by) for who, begins, ends, by in covers or ()),
    )


def _authorisation(row: Row) -> Authorisation:
    id_, role, kind, code, municipality, codes, start, end, ground, issuer = row
    return Authorisation(
        id=id_,
        role=Role(role),
        organisation=_organisation(kind, code, municipality),
        regions=frozenset(codes),
        valid_from=_day(start),
        valid_until=_day(end) if end else None,
        legal_ground=ground,
        issued_by=issuer,
    )


def _organisation(kind: str, code: str, municipality: str | None) -> Organisation:
    of = OrganisationKind(kind)
    reach = municipality if of is OrganisationKind.MACHINE and municipality else code  # a municipality's own system
    return Organisation(of, reach)


def organisations(rows: Iterable[Row], users: Iterable[str]) -> dict[str, frozenset[Organisation]]:
    """Give the organisations of each of these accounts; none for whom the directory does not know."""
    held: dict[str, set[Organisation]] = {user: set() for user in users}
    for user, *written in rows:
        held[user].add(_organisation(*written))
    return {user: frozenset(each) for user, each in held.items()}


def names(asked: Iterable[str]) -> tuple[list[str], list[bytes]]:
    """Split what persons are named by: row ids, and digests of identities."""
    wanted = set(asked)
    digests = [bytes.fromhex(each.removeprefix(IDENTITY)) for each in wanted if each.startswith(IDENTITY)]
    return [each for each in wanted if not each.startswith(IDENTITY)], digests


def found(rows: Iterable[Row], digests: Iterable[bytes]) -> Mapping[str, PersonFacts]:
    """Give persons by row, and those asked by identity (`digests`) by identity too: only of them every row is here."""
    persons = {person.row_id: person for person in map(facts, rows)}
    held: dict[bytes, list[PersonFacts]] = {digest: [] for digest in digests}
    for person in persons.values() if held else ():
        if person.identity.digest in held:
            held[person.identity.digest].append(person)
    return persons | {f"{IDENTITY}{digest.hex()}": merged(each) for digest, each in held.items() if each}


def facts(row: Row) -> PersonFacts:
    """Read one person."""
    row_id, digest, sealed, municipality, region, caseload, team, assigned, held, source, *more = row
    left, day, consents, born, appointments, grants, emergencies = more
    return PersonFacts(
        row_id=row_id,
        identity=PersonId(bytes(digest), sealed=bytes(sealed) if sealed is not None else None),
        municipality=municipality,
        responsible_region=region,
        caseload_user=caseload,
        team=team,
        assigned=frozenset(assigned),
        protection=PersonClass(held),
        moved=(left, day) if left is not None and day is not None else None,
        appointments=tuple(Appointment(user, _day(on)) for user, on in appointments or ()),
        grants=tuple(grant(each) for each in grants or ()),
        emergencies=tuple(emergency(each) for each in emergencies or ()),
        consents=consents,
        learned=source == "learned",
        born=bytes(born) if born is not None else None,
    )


def grant(row: Row) -> Grant:
    """Read a grant."""
    id_, user, row_id, vacancy, state, asked_at, until, reason, decided_by, decided_at = row
    return Grant(
        id=UUID(str(id_)),
        user=user,
        row_id=row_id,
        vacancy=vacancy,
        state=GrantState(state),
        asked_at=_moment(asked_at),
        until=_moment(until) if until is not None else None,
        reason=reason,
        decided_by=decided_by,
        decided_at=_moment(decided_at) if decided_at is not None else None,
    )


def emergency(row: Row) -> Emergency:
    """Read an emergency access."""
    id_, user, row_id, begins, until, category, reason, review_by = row
    return Emergency(UUID(str(id_)), user, row_id, _moment(begins), _moment(until), category, reason, _day(review_by))


def vacancy(row: Row) -> Vacancy:
    """Read a vacancy."""
    return Vacancy(*row)


def document(tie: Tie) -> dict[str, object]:
    """Write a tie with the names of its columns."""
    shared = {"id": tie.id, "account": tie.user, "row_id": tie.row_id, "until": tie.until, "reason": tie.reason}
    if isinstance(tie, Emergency):
        return shared | {"begins": tie.begins, "category": tie.category, "review_by": tie.review_by}
    return shared | {
        "vacancy": tie.vacancy,
        "state": tie.state,
        "asked_at": tie.asked_at,
        "decided_by": tie.decided_by,
        "decided_at": tie.decided_at,
    }


def _day(written: date | str) -> date:
    return written if isinstance(written, date) else date.fromisoformat(written)


def _moment(written: datetime | str) -> datetime:
    return written if isinstance(written, datetime) else datetime.fromisoformat(written)
