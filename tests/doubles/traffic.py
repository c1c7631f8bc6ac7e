"""Generated exchanges that the real engine decides, as the entries that the real line would store of them.

Why: what a replay says can only be checked against decisions that a matrix really made. Who asks, what and about whom is
drawn (a scene); what is decided and what is written down is the product's own code, under whatever matrix is asked about.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from random import Random

import psycopg

from proxy import entries
from proxy.accesslog.record import uuid7
from proxy.database import Cluster
from proxy.identity.asked import discreet
from proxy.identity.binding import person_id
from proxy.model.call import Call, Format, Kind, Link, Search, SearchClass
from proxy.model.decision import Decision, Effect, Reason
from proxy.model.entry import Access, Disclosure, Entry, Withheld
from proxy.model.exchange import Exchange
from proxy.model.http import Request
from proxy.model.person import Category, Field, PersonClass, PersonFacts, Reading, Relation, Shown, Standing
from proxy.model.principal import Authorisation, Organisation, Principal, Role
from proxy.model.recorded import Level, Recorded, RecordedCall, RecordedPerson
from proxy.policy.decide import judge_call, judge_person, judge_row
from proxy.policy.matrix import Matrix
from proxy.policy.rule import Seat, Subject
from proxy.trail import House, Trail, Verdict, trail_with
from tests.doubles.playbook import SECRET, house
from tests.failures.log.builders import ledger

REQUEST = Request(b"POST", b"/sonar_nld/start.swe", b"HTTP/1.1", (), b"", "192.0.2.7")
TODAY = date(2026, 6, 1)
SOON = datetime(2026, 6, 1, tzinfo=UTC)
LISTS = frozenset({Kind.SEARCH, Kind.EXPORT})
OFTEN = frozenset({Relation.CASELOAD, Relation.REGION})
NEAR = tuple(each for each in Relation for _ in range(5 if each in OFTEN else 1))
CLASSES = (*(PersonClass.ORDINARY,) * 9, PersonClass.SECRET, PersonClass.STAFF, PersonClass.SELF)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who asks what, and about whom: everything that a matrix then decides on."""

    principal: Principal
    call: Call
    named: Standing | None
    """How the person stands whom the request names; None: nothing is known of that one."""
    names: bool
    people: tuple[tuple[Shown, Standing], ...]
    listed: bool


@dataclass(slots=True)
class Draw:
    """Draws scenes from what a matrix gives."""

    matrix: Matrix
    chance: Random
    persons: int = 4
    """At most so many in a list."""
    with_persons: list[Seat] = field(init=False)
    given: dict[Role, list[Subject]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort out once what the matrix gives."""
        given = [each for each in self.matrix.seats if each.given is not None]
        self.with_persons = [each for each in given if each.subject.persons]
        self.given = {role: [each.subject for each in given if each.row.role is role] for role in Role}

    def scene(self) -> Scene:
        """Draw an exchange."""
        principal = self._principal()
        call = self._call(principal)
        listed = call.kind in LISTS or self.chance.random() < 0.2
        count = self.chance.randint(0, self.persons) if listed else self.chance.choice((1, 1, 1, 2))
        subjects = [self.matrix.subjects[link.function] for link in call.links if link.function]
        shows = any(each.persons for each in subjects)
        named = None if self.chance.random() < 0.1 else self._standing()
        people = tuple((self._shown(subjects, listed=listed), self._standing()) for _ in range(count))
        if people and not listed and named is not None:
            people = ((people[0][0], named), *people[1:])  # the page is about the person who was asked for
        return Scene(principal, call, named, shows and not listed, people if shows else (), listed)

    def _principal(self) -> Principal:
        seats = self.chance.sample(self.with_persons, 1 if self.chance.random() < 0.8 else 2)
        held = {
            f"{each.row.role}@{each.kind}": Authorisation(
                f"{each.row.role}@{each.kind}", each.row.role, Organisation(each.kind, "0014"), frozenset({"AM01"}),
                date(2020, 1, 1), None,
            )
            for each in seats
        }  # fmt: skip
        return Principal("+".join(sorted(held)) + f"-{self.chance.randrange(3)}", tuple(held.values()))

    def _call(self, principal: Principal) -> Call:
        role = self.chance.choice(principal.authorisations).role
        fitting = [each for each in self.given[role] if each.persons or self.chance.random() < 0.2]
        anything = self.chance.random() < 0.15 or not fitting
        subject = self.chance.choice(list(self.matrix.subjects.values()) if anything else fitting)
        links = [Link(subject.id)]
        if subject.kind is Kind.EXPORT:
            links = [Link("client.search"), *links]
        elif self.chance.random() < 0.05 and fitting:
            links.append(Link(self.chance.choice(fitting).id))
        search = self._search() if subject.kind is Kind.SEARCH else None
        return Call(
            Format.HTML,
            tuple(links),
            subject.id,
            subject.kind,
            search=search,
            vacancy="1-V7" if self.chance.random() < 0.5 else None,
            writes=self._some() if subject.kind is Kind.MUTATE and self.chance.random() < 0.3 else frozenset(),
            asks=self._some() if search and self.chance.random() < 0.3 else frozenset(),
        )

    def _search(self) -> Search:
        by = self.chance.choice((SearchClass.BSN, SearchClass.NAME))
        return Search(by, "999990019" if by is SearchClass.BSN else None, birth_date=self.chance.random() < 0.5)

    def _some(self) -> frozenset[Category]:
        return frozenset(self.chance.sample(list(Category), self.chance.randint(1, 3)))

    def _standing(self) -> Standing:
        return Standing(self.chance.choice(NEAR), self.chance.choice(CLASSES), self.chance.random() < 0.1)

    def _shown(self, subjects: list[Subject], *, listed: bool) -> Shown:
        held = sorted({each for subject in subjects for each in subject.categories | subject.accompany})
        present = frozenset(each for each in held if self.chance.random() < 0.9)
        present |= self._some() if self.chance.random() < 0.1 else frozenset()
        fields = tuple(Field(each, ()) for each in sorted(present) if self.chance.random() < 0.97)
        traits = {"hours": "32"} if self.chance.random() < 0.9 else {}
        row = f"1-{self.chance.randrange(1_000_000_000):X}"
        return Shown(
            row, None, "0014", "AM01", present, (), deliberate=not listed, fields=fields, traits=traits
        )  # fmt: skip


def recorded(matrix: Matrix, scene: Scene, now: datetime, noise: bytes) -> tuple[Entry, ...]:
    """Decide a scene under a matrix, as the steps of the line do, and give the entries of its one transaction."""
    here: House = replace(house(), matrix=matrix)
    decision = judge_call(matrix, scene.call, scene.principal, TODAY)
    exchange = Exchange(uuid7(now, noise), now.astimezone(UTC), REQUEST)
    trail = Trail(exchange, scene.call, principal=scene.principal, decision=decision)
    if decision.effect is Effect.DENY:
        return entries.refused(here, trail_with(trail, denied=decision.reason))
    row = judge_row(matrix, scene.call, decision, scene.named) if scene.names else decision
    if row.effect is Effect.DENY:
        shown = Shown("1-7A", None, None, None, frozenset(), (), deliberate=True)
        verdict = _verdict(shown, scene.named or Standing(Relation.OUTSIDE, PersonClass.ORDINARY), row)
        return entries.refused(here, trail_with(trail, decision=row, verdicts=(verdict,), denied=row.reason))
    verdicts = tuple(_judge(matrix, trail, *each) for each in scene.people)
    reading = Reading(tuple(each.shown for each in verdicts), b"", listed=scene.listed)
    trail = trail_with(trail, reading=reading, verdicts=verdicts)
    refused = next((each for each in verdicts if not each.kept or each.decision.card), None)
    if scene.listed or refused is None:
        return entries.released(here, trail)
    reason = Reason.OUT_OF_REACH if refused.kept else refused.decision.reason
    return entries.refused(here, trail_with(trail, denied=reason))


def _judge(matrix: Matrix, trail: Trail, shown: Shown, standing: Standing) -> Verdict:
    decision = judge_person(matrix, trail.decision, shown, standing)
    return _verdict(shown, standing, discreet(decision, trail.call.asks))


def _verdict(shown: Shown, standing: Standing, decision: Decision) -> Verdict:
    identity = person_id(SECRET, bsn=None, row_id=shown.row_id)
    facts = PersonFacts(shown.row_id or "", identity, "0014", None, protection=standing.protection)
    return Verdict(shown, facts, standing.relation, decision, emergency=SOON if standing.emergency else None)


def vectors(stored: tuple[Entry, ...], held: frozenset[str]) -> tuple[Recorded, ...]:
    """Give the vectors of one exchange, as the statements make them of its rows (`accesslog/recorded` has its own tests)."""
    access = next(each for each in stored if isinstance(each, Access))
    persons = [each for each in stored if isinstance(each, Disclosure | Withheld)]
    allowed = access.decision is Effect.ALLOW
    call = RecordedCall(
        access.policy, access.kind, access.decision, access.reason, access.role, access.organisation_kind,
        access.function, access.cell, access.vacancy is not None,
        allowed and access.kind is Kind.MUTATE and access.rows == 0, held,
    )  # fmt: skip
    everybody = tuple(_person(each) for each in persons)
    if everybody and not allowed:
        return (Recorded(0, Level.REFUSED, call, everybody, 1),)
    return (
        Recorded(0, Level.CALL, call, (), 1),
        *(Recorded(at, Level.PERSON, call, (each,), 1) for at, each in enumerate(everybody, 1)),
    )


def _person(of: Disclosure | Withheld) -> RecordedPerson:
    ground = of.ground
    shown, masked = (of.shown, of.masked) if isinstance(of, Disclosure) else (frozenset(), frozenset())
    return RecordedPerson(
        of.relation,
        ground.protection if ground else None,
        ground.emergency if ground else None,
        frozenset(ground.present) if ground else None,
        frozenset(shown),
        frozenset(masked),
        of.reason if isinstance(of, Withheld) else None,
    )


@dataclass(frozen=True, slots=True)
class Recording:
    """What was drawn, and what the real ledger stored of it."""

    matrix: Matrix
    scenes: tuple[Scene, ...]
    stored: tuple[tuple[Entry, ...], ...]

    def vectors(self) -> Iterator[tuple[str, Recorded]]:
        """Give the vectors of every exchange, with the account of each."""
        for scene, entries_ in zip(self.scenes, self.stored, strict=True):
            held = frozenset(each.id for each in scene.principal.authorisations)
            yield from ((scene.principal.user, each) for each in vectors(entries_, held))


async def record(cluster: Cluster, matrix: Matrix, count: int, seed: int = 1) -> Recording:
    """Draw exchanges, and store them by the real ledger; their accounts stand in the directory, in teams."""
    chance = Random(seed)
    draw = Draw(matrix, chance)
    scenes = tuple(draw.scene() for _ in range(count))
    stored = tuple(recorded(matrix, each, datetime.now(UTC), chance.randbytes(10)) for each in scenes)
    with psycopg.connect(cluster.owner_dsn()) as connection:
        for principal in {each.principal.user: each.principal for each in scenes}.values():
            enrol(connection, principal)
    async with ledger(cluster) as log:
        await log.archive("policy", matrix.hash, matrix.source)
        await asyncio.gather(*(log.append(each) for each in stored))
    return Recording(matrix, scenes, stored)


def enrol(connection: psycopg.Connection, principal: Principal) -> None:
    """Put an account into the directory."""
    connection.execute("INSERT INTO account (name, team) VALUES (%s, %s)", [principal.user, f"T{len(principal.user)}"])
    for each in principal.authorisations:
        values = [principal.user, each.id, each.role, each.organisation.kind, each.valid_from]
        connection.execute(
            "INSERT INTO account_authorisation (account, id, role, organisation_kind, organisation_code, regions,"
            " valid_from, legal_ground, issued_by) VALUES (%s, %s, %s, %s, '0014', '{AM01}', %s, '-', '-')",
            values,
        )
