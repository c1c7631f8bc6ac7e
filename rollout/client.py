"""The new core's API as backfill and sync use it."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Self
from uuid import uuid4

import httpx

from proxy.errors import UpstreamError
from proxy.model.person import Category
from proxy.model.principal import Role
from proxy.model.statement import Statement
from rollout.record import Entity, RejectedError, Row

PAGE = 200
TIMEOUT_SECONDS = 10.0
USER, FUNCTION = "poort-worker", "sync.apply"
"""Who asks, and for what: newcore writes for this function and no other."""
_COLLECTIONS: Mapping[Entity, str] = {Entity.VACANCY: "vacancies", Entity.EMPLOYER: "employers"}


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
        body = {_camel(name): text for name, text in row.texts.items()} | {"version": version}
        answer = await self._ask("PUT", f"/{_COLLECTIONS[entity]}/{row.id}", json=body)
        return str(answer["result"])

    async def remove(self, entity: Entity, row_id: str, version: int) -> str:
        """Remove a record for good at a version."""
        answer = await self._ask("DELETE", f"/{_COLLECTIONS[entity]}/{row_id}", params={"version": version})
        return str(answer["result"])

    async def rows(self, entity: Entity) -> AsyncIterator[str]:
        """Give the ids of all records."""
        name, offset = _COLLECTIONS[entity], 0
        while True:
            page = await self._ask("GET", f"/{name}", params={"limit": PAGE, "offset": offset})
            for each in page[name]:
                yield str(each["id"])
            offset += PAGE
            if offset >= page["total"]:
                return

    async def _ask(self, method: str, path: str, **values: Any) -> dict[str, Any]:
        stated = Statement(uuid4(), USER, Role.MIG, "", FUNCTION, frozenset(Category))
        try:
            answer = await self._http.request(
                method, path, headers={"Authorization": f"Bearer {self._sign(stated)}"}, **values
            )
        except httpx.HTTPError as fault:
            raise UpstreamError(type(fault).__name__, sent=True, core="newcore") from fault
        if answer.status_code == 400:
            raise RejectedError(f"newcore refuses {method} {path}: {answer.text[:300]}")
        if answer.status_code != 200:
            raise UpstreamError(f"status-{answer.status_code}", sent=True, core="newcore")
        found: dict[str, Any] = answer.json()
        return found


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
