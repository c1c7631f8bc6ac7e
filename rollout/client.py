"""The new core's API as backfill, sync and reconcile use it.

Rule: each request carries a statement of its own, in the name of the worker and for `sync.apply`: newcore writes for this
function and no other. An answer that newcore refuses as such is told by the places and codes of what is wrong, never by values.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, Self
from uuid import uuid4

import httpx

from proxy.errors import UpstreamError
from proxy.model.person import Category
from proxy.model.principal import Role
from proxy.model.statement import Statement, camel
from rollout.record import Entity, Held, RejectedError, Row

PAGE, DIGESTS = 200, 1000
MANY, MOST_CHARACTERS = 200, 250_000
"""Of records in one request: newcore takes 200, and 2 MiB; a character takes six bytes at most, and its field a name."""
TIMEOUT_SECONDS = 10.0
USER, FUNCTION = "poort-worker", "sync.apply"
COLLECTIONS: Mapping[Entity, str] = {
    Entity.VACANCY: "vacancies",
    Entity.EMPLOYER: "employers",
    Entity.CLIENT: "clients",
    Entity.NOTE: "contact-notes",
    Entity.REFERRAL: "referrals",
    Entity.TASK: "tasks",
    Entity.APPOINTMENT: "appointments",
    Entity.REGISTRATION: "registrations",
    Entity.SERVICE: "services",
}


class NewcoreClient:
    """Applies and lists records; implements `rollout.record.Target`."""

    def __init__(self, url: str, sign: Callable[[Statement], str]) -> None:
        """Take the address, and what signs the statement of each request."""
        self._sign = sign
        self._http = httpx.AsyncClient(base_url=f"{url}/v1", timeout=TIMEOUT_SECONDS, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def apply(self, entity: Entity, row: Row, version: int) -> str:
        """Make a record equal to its source at a version."""
        path = f"/{COLLECTIONS[entity]}/{row.id}"
        return str((await self._told("PUT", path, json=_body(row, version)))["result"])

    async def apply_many(self, entity: Entity, rows: Sequence[Row], version: int) -> list[str | RejectedError]:
        """Make records equal to their source, many in a request; gives what became of each, in order."""
        found: list[str | RejectedError] = []
        for part in _parts(rows):
            found += await self._applied(entity, part, version)
        return found

    async def _applied(self, entity: Entity, rows: Sequence[Row], version: int) -> list[str | RejectedError]:
        """Apply some together; where newcore refuses them for one, each by itself, so that it is that one's failure."""
        body = {"records": [_body(row, version) | {"id": row.id} for row in rows]}
        try:
            results = (await self._told("POST", f"/{COLLECTIONS[entity]}/_apply", json=body))["results"]
        except RejectedError:
            return [await self._outcome(entity, row, version) for row in rows]
        if [each["id"] for each in results] != [row.id for row in rows]:
            raise UpstreamError("other records than were sent", sent=True, core="newcore")
        return [str(each["result"]) for each in results]

    async def _outcome(self, entity: Entity, row: Row, version: int) -> str | RejectedError:
        try:
            return await self.apply(entity, row, version)
        except RejectedError as refused:
            return refused

    async def remove(self, entity: Entity, row_id: str, version: int) -> str:
        """Remove a record for good at a version."""
        answer = await self._told("DELETE", f"/{COLLECTIONS[entity]}/{row_id}", params={"version": version})
        return str(answer["result"])

    async def held(self, entity: Entity, subject: str | None = None) -> AsyncIterator[Held]:
        """Give all records of a kind in the order of their ids, or those of one subject, without a digest."""
        found = self._digests(entity) if subject is None else self._belonging(entity, subject)
        async for each in found:
            yield each

    async def texts(self, entity: Entity, row_id: str) -> Mapping[str, str] | None:
        """Give the texts of a record under the names of the API; None: newcore has no such record."""
        answer = await self._ask("GET", f"/{COLLECTIONS[entity]}/{row_id}")
        return (
            None if answer is None else {name: text for name, text in answer.items() if name not in {"id", "version"}}
        )

    async def _digests(self, entity: Entity) -> AsyncIterator[Held]:
        after = ""
        while True:
            asked = {"limit": DIGESTS, "after": after}
            page = (await self._told("GET", f"/{COLLECTIONS[entity]}/digests", params=asked))["digests"]
            for each in page:
                yield Held(each["id"], each.get("clientId", each["id"]), each["version"], each["digest"])
            if len(page) < DIGESTS:
                return
            after = page[-1]["id"]

    async def _belonging(self, entity: Entity, subject: str) -> AsyncIterator[Held]:
        name, offset = camel(COLLECTIONS[entity].replace("-", "_")), 0
        while True:
            asked = {"limit": PAGE, "offset": offset}
            page = await self._ask("GET", f"/clients/{subject}/{COLLECTIONS[entity]}", params=asked)
            for each in page[name] if page else ():
                yield Held(each["id"], subject, each["version"], "")
            offset += PAGE
            if page is None or offset >= page["total"]:
                return

    async def _told(self, method: str, path: str, **values: Any) -> dict[str, Any]:
        answer = await self._ask(method, path, **values)
        if answer is None:
            raise UpstreamError("status-404", sent=True, core="newcore")
        return answer

    async def _ask(self, method: str, path: str, **values: Any) -> dict[str, Any] | None:
        """Ask; None: there is no such record."""
        stated = Statement(uuid4(), USER, Role.MIG, "", FUNCTION, frozenset(Category))
        headers = {"Authorization": f"Bearer {self._sign(stated)}"}
        try:
            answer = await self._http.request(method, path, headers=headers, **values)
        except httpx.HTTPError as fault:
            raise UpstreamError(type(fault).__name__, sent=True, core="newcore") from fault
        if answer.status_code in {400, 413}:
            raise RejectedError(_refused(answer))
        if answer.status_code == 404 and method == "GET":
            return None
        if answer.status_code != 200:
            raise UpstreamError(f"status-{answer.status_code}", sent=True, core="newcore")
        found: dict[str, Any] = answer.json()
        return found


def _body(row: Row, version: int) -> dict[str, str | int]:
    return {camel(name): text for name, text in row.texts.items()} | {"version": version}


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into what one request takes: so many, and so much text; a longer record goes alone."""
    part, size = list[Row](), 0
    for row in rows:
        length = sum(len(text) for text in row.texts.values())
        if part and (len(part) == MANY or size + length > MOST_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(row)
        size += length
    if part:
        yield part


def _refused(answer: httpx.Response) -> str:
    """Say what newcore refuses: places and codes."""
    try:
        errors = answer.json().get("errors", [])
        places = sorted({f"{each['location']} {each['code']}" for each in errors})
    except (ValueError, KeyError, TypeError, AttributeError):
        places = []
    return f"newcore refuses it: {', '.join(places[:10]) or 'no reason given'}"
