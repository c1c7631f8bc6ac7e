"""The legacy as the movers read it: a few sessions of one account, and whole dossiers out of its pages.

Why here: the adapter knows the pages, the movers know the kinds of records, and neither knows the other.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from adapters.legacy_sonar import dossier, profile
from adapters.legacy_sonar.client import LegacyClient
from adapters.legacy_sonar.dossier import Form, Texts
from adapters.legacy_sonar.views import PERSON
from proxy.errors import UpstreamError
from rollout.record import SUBJECT, Dossier, Entity, Listed, Row, UnfitError

RELOGIN_SECONDS = 5.0
SEATS = 4
"""Sessions at most: where legacy takes 200 ms for a page, four use a budget of 20 reads a second."""
AGAIN = 3
CODES_SECONDS = 900.0
_PEOPLE, _TASKS = dossier.PEOPLE[0], dossier.TASKS[0]
_STARTS = {Entity.CLIENT: PERSON, Entity.VACANCY: "vacancy", Entity.EMPLOYER: "employer"}
_NEEDED = {Entity.VACANCY: "vacancy_id", Entity.EMPLOYER: "kvk", Entity.CLIENT: "client_number"}
_TOLD = frozenset({Entity.REGISTRATION, Entity.SERVICE})
"""What a service tells, by BSN."""
_SHOWN = frozenset({Entity.CLIENT, Entity.TASK, Entity.APPOINTMENT}) | _TOLD
"""What the forms of a person are read for."""
_OF_PERSON = frozenset(entity for entity, subject in SUBJECT.items() if subject is Entity.CLIENT)


class LegacySource:
    """Reads in sessions of its own; implements `rollout.record.Source`."""

    def __init__(self, made: Callable[[], LegacyClient], starts: Mapping[str, str], account: tuple[str, str]) -> None:
        """Take what makes a session, how row ids begin, and the account; logs in with the first read."""
        self._made, self._starts, self._account = made, starts, account
        self._seats = asyncio.Semaphore(SEATS)
        self._idle: list[LegacyClient] = []
        self._door = asyncio.Lock()
        self._shut_until = 0.0
        self._reading = asyncio.Lock()
        self._codes: Texts | None = None
        self._codes_until = 0.0

    async def subjects(self, subject: Entity, wanted: frozenset[Entity]) -> AsyncIterator[Listed]:
        """List the row ids, in the legacy's order, with what the lists tell."""
        async with self._seat() as client:
            if subject is not Entity.CLIENT:
                found = client.vacancies() if subject is Entity.VACANCY else client.employers()
                listed = [Listed(row_id) async for row_id, _ in found]
            else:
                tasks = {row: texts async for row, texts in client.tasks()} if Entity.TASK in wanted else {}
                listed = [
                    Listed(row, {_PEOPLE: texts} | ({_TASKS: tasks[row]} if row in tasks else {}))
                    async for row, texts in client.people()
                ]
        for each in listed:
            yield each

    async def read(self, listed: Listed, wanted: frozenset[Entity]) -> Dossier:
        """Read what is wanted of a subject; of what hangs on another kind of subject nothing is read."""
        near = frozenset(each for each in wanted if self._is(listed.id, SUBJECT[each]))
        if not near:
            return {}
        async with self._seat() as client:
            try:
                found = await self._read(client, listed, near)
            except UpstreamError as fault:
                if fault.fault == "not-found":
                    return dict.fromkeys(near, ())
                if _is_unreadable(fault):
                    raise UnfitError(fault.fault) from fault
                raise
        return {each: rows for each, rows in found.items() if each in near}

    async def overview(self, listed: Listed) -> Texts | None:
        """Read the first page of a person; None: legacy says that she does not exist, or shows something else."""
        async with self._seat() as client:
            try:
                return (await client.open(dossier.OVERVIEW, listed.id)).texts
            except UpstreamError as fault:
                if fault.fault == "not-found" or _is_unreadable(fault):
                    return None
                raise

    def _is(self, row_id: str, subject: Entity) -> bool:
        starts = self._starts
        longest = max(
            (kind for kind in starts if row_id.startswith(starts[kind])), key=lambda kind: len(starts[kind]), default=""
        )
        return longest == _STARTS[subject]

    async def _read(self, client: LegacyClient, listed: Listed, wanted: frozenset[Entity]) -> Dossier:
        if wanted & _OF_PERSON:
            codes = await self._occupations(client) if Entity.CLIENT in wanted else {}
            return await _person(client, listed, wanted, codes)
        entity = next(iter(wanted))
        opened = client.open_vacancy if entity is Entity.VACANCY else client.open_employer
        record = await opened(listed.id)
        number = "" if record.version is None else str(record.version)
        return {entity: (_whole(entity, Row(record.row_id, {**record.texts, "mod_num": number})),)}

    async def _occupations(self, client: LegacyClient) -> Texts:
        """Read which code the legacy's vacancies have beside which words: one of each is opened, once in a while."""
        async with self._reading:
            if self._codes is None or time.monotonic() > self._codes_until:
                rows = {texts["occupation"]: row async for row, texts in client.vacancies()}
                opened = [await client.open_vacancy(row) for row in rows.values()]
                self._codes = {each.texts["occupation"]: each.texts["occupation_code"] for each in opened}
                self._codes_until = time.monotonic() + CODES_SECONDS
            return self._codes

    @asynccontextmanager
    async def _seat(self) -> AsyncIterator[LegacyClient]:
        """Have a session for oneself: a list and its pages belong together. One that had trouble is not used again."""
        async with self._seats:
            client = self._idle.pop() if self._idle else await self._logged_in()
            try:
                yield client
            except UnfitError:
                self._idle.append(client)
                raise
            except UpstreamError as fault:
                if fault.fault == "not-found" or _is_unreadable(fault):
                    self._idle.append(client)
                else:
                    self._shut_until = time.monotonic() + RELOGIN_SECONDS
                raise
            self._idle.append(client)

    async def _logged_in(self) -> LegacyClient:
        async with self._door:
            await asyncio.sleep(max(0.0, self._shut_until - time.monotonic()))
            client = self._made()
            try:
                await client.login(*self._account)
            except UpstreamError:
                self._shut_until = time.monotonic() + RELOGIN_SECONDS
                raise
            return client

    async def close(self) -> None:
        """Log off; a legacy that is away needs no goodbye."""
        for client in self._idle:
            try:
                await client.logoff()
            except UpstreamError:
                return


async def _person(client: LegacyClient, listed: Listed, wanted: frozenset[Entity], codes: Texts) -> Dossier:
    """Read a person with what hangs on it; each page once, whatever is wanted of it."""
    person, found = listed.id, dict[Entity, tuple[Row, ...]]()
    if wanted & _SHOWN:
        forms = await _forms(client, person, dossier.FORMS if Entity.CLIENT in wanted else dossier.FORMS[:1])
        if Entity.CLIENT in wanted:
            line = listed.told.get(_PEOPLE) or await _line(client, person, forms[0])
            found[Entity.CLIENT] = (_whole(Entity.CLIENT, Row(person, dossier.client(forms, line, codes))),)
        if Entity.APPOINTMENT in wanted:
            found[Entity.APPOINTMENT] = _rows(dossier.appointment(person, forms[0]))
        if Entity.TASK in wanted:
            told = listed.told.get(_TASKS) or await _task(client, person, forms[0])
            found[Entity.TASK] = (Row(person, dossier.task(person, told, forms[0])),)
    if Entity.NOTE in wanted:
        found[Entity.NOTE] = _rows(dossier.notes(person, await client.children(*dossier.NOTES, person)))
    if Entity.REFERRAL in wanted:
        found[Entity.REFERRAL] = _rows(dossier.referrals(person, await client.children(*dossier.REFERRALS, person)))
    if wanted & _TOLD:
        found |= await _told(client, person, forms[0], found)
    return found


async def _told(client: LegacyClient, person: str, overview: Form, others: Dossier) -> Dossier:
    """Read what the service tells of a person, who may have no BSN; where it is not sure, the others are read all the same."""
    bsn = profile.number(overview.texts["bsn"])
    if bsn is None:
        return dict.fromkeys(_TOLD, ())
    try:
        found = profile.own(await client.profiles(bsn), overview.texts)
    except UpstreamError as fault:
        if _is_unreadable(fault):
            raise UnfitError(fault.fault, others) from fault
        raise
    if found is None:
        raise UnfitError("no profile that is surely this person's", others)
    rows = {Entity.REGISTRATION: dossier.registration(person, found), Entity.SERVICE: dossier.services(person, found)}
    return {entity: _rows(texts) for entity, texts in rows.items()}


def _is_unreadable(fault: UpstreamError) -> bool:
    """Tell whether an answer came that says something else than was asked."""
    return fault.fault.startswith("unreadable")


async def _forms(client: LegacyClient, person: str, views: tuple[str, ...]) -> list[Form]:
    """Read pages of a person under one modification number."""
    for _ in range(AGAIN):
        records = [await client.open(view, person) for view in views]
        pairs = zip(views, records, strict=True)
        forms = [Form(view, each.version, each.texts, each.head) for view, each in pairs]
        if not dossier.torn(forms):
            return forms
    raise UpstreamError("a record that changes while it is read", sent=True)


async def _line(client: LegacyClient, person: str, overview: Form) -> Texts:
    """Read what only the list of persons shows: by BSN, or by number where there is none."""
    bsn = overview.texts["bsn"].strip()
    return await _of(client.people({7: bsn} if bsn else {1: overview.texts["client_number"]}), person)


async def _task(client: LegacyClient, person: str, overview: Form) -> Texts:
    return await _of(client.tasks(overview.texts["bsn"].strip() or None), person)


async def _of(rows: AsyncIterator[tuple[str, Texts]], person: str) -> Texts:
    async for row, texts in rows:
        if row == person:
            return texts
    raise UpstreamError("a list without the person who was opened", sent=True)


def _rows(found: dict[str, dict[str, str]]) -> tuple[Row, ...]:
    return tuple(Row(row, texts) for row, texts in found.items())


def _whole(entity: Entity, row: Row) -> Row:
    if not row.texts.get(_NEEDED[entity], "").strip():
        raise UnfitError("a record without its number")
    return row
