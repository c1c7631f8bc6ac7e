"""Reads what a dry run needs: recorded requests in pages, accounts, open sessions. Nothing is written.

Rules: everything is read in one snapshot of the caller's (`accesslog.reading.store.snapshot`), under the worker's role;
requests come by a cursor of the server, so that a year of them needs no more memory than a day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from proxy.facts import question
from proxy.identity import body as bodies
from proxy.model.principal import Listing, Principal, Session
from rollout.forecast import FRESH, Recorded

type Connection = psycopg.Connection[Any]

PAGE = 5_000

# Only what reached the choice: what was refused before it, and what the gateway answers itself, has no core.
_REQUESTS = """
SELECT account, function, kind, core = 'newcore' OR detail = 'fallback', routing, role, organisation_kind, organisation,
    authorisation
FROM access WHERE recorded_at >= %(since)s AND function IS NOT NULL AND core IN ('legacy', 'newcore')
    AND kind <> 'shadow'
"""
_USERS = "SELECT DISTINCT account FROM access WHERE recorded_at >= %(since)s AND account IS NOT NULL"
_ROUTING = "SELECT hash, body FROM archive WHERE kind = 'routing' AND hash = ANY(%s)"
_SESSIONS = """
SELECT account, started_at, last_seen, body::text FROM session
WHERE last_seen > clock_timestamp() - %s * interval '1 second'
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One recorded request: what bears on the choice, under which file it was made, and whose it was."""

    asked: Recorded
    routing: str
    role: str | None
    organisation: str | None
    """Kind and code."""
    authorisation: str | None


def requests(connection: Connection, since: datetime) -> Iterator[Request]:
    """Give the requests that were routed since a moment, page by page."""
    with connection.cursor(name="requests") as cursor:
        cursor.itersize = PAGE
        cursor.execute(_REQUESTS, {"since": since})
        for account, function, kind, newcore, routing, role, of, code, authorisation in cursor:
            asked = Recorded(account, function, kind, newcore=newcore)
            organisation = None if of is None else f"{of} {code}"
            yield Request(asked, routing, role, organisation, authorisation)


def accounts(connection: Connection, users: Sequence[str]) -> Mapping[str, Principal]:
    """Give the accounts that the directory knows, as they are now."""
    rows = connection.execute(question.ACCOUNTS.encode(), (list(users),)).fetchall()
    return {account.user: account for account in map(question.principal, rows)}


def users(connection: Connection, since: datetime) -> list[str]:
    """Name everybody who made a request since a moment."""
    return [row[0] for row in connection.execute(_USERS, {"since": since})]


def routing_texts(connection: Connection, hashes: Iterable[str]) -> Mapping[str, str]:
    """Give the routing files under these hashes, as far as they were archived."""
    return dict(connection.execute(_ROUTING, (list(hashes),)).fetchall())


def sessions(connection: Connection, idle: float) -> Iterator[Session]:
    """Give the open sessions, as far as a choice depends on them; a key is not among it."""
    for account, started, seen, text in connection.execute(_SESSIONS, (idle,)):
        body = bodies.read(text)
        held = body.listing
        listing = None if held is None else Listing(held.function, held.core, ())
        yield Session(b"", FRESH.version, account, started, seen, view=body.view, wrote=body.wrote, listing=listing)
