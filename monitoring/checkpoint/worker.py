"""Signs the heads of the log at an interval, as part of `poort worker`.

Rules: it makes the log's tables three months ahead, so that no gateway has to at a month border; it never writes a log row (its role cannot); a database that is away is waited for, and said; a last checkpoint is
signed at the stop.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import structlog

from monitoring.checkpoint.store import Signer, make_months

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0
MONTHS_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Round:
    """What the worker needs: the address of the worker's role, the key, the interval, and where lines are shipped."""

    dsn: str = field(repr=False)
    private: bytes = field(repr=False)
    seconds: float = 10.0
    ship: Path | None = None


def _now() -> datetime:
    return datetime.now(UTC)


async def run(given: Round, stop: asyncio.Event | None = None, now: Callable[[], datetime] = _now) -> None:
    """Sign every interval until `stop` is set (then once more) or the task is cancelled."""
    ending = stop or asyncio.Event()
    while not ending.is_set():
        try:
            with await asyncio.to_thread(_connected, given.dsn) as connection:
                made = await asyncio.to_thread(make_months, connection, now())
                if made:
                    log.info("log-months-made", tables=made)
                await _sign(given, Signer(connection, given.private, given.ship), ending, now)
        except psycopg.Error as fault:
            log.warning("checkpoint-not-signed", fault=str(fault).strip().partition("\n")[0])
            await _pause(ending, RETRY_SECONDS)


def _connected(dsn: str) -> psycopg.Connection[Any]:
    return psycopg.connect(dsn, autocommit=True, connect_timeout=5)


async def _sign(given: Round, signer: Signer, ending: asyncio.Event, now: Callable[[], datetime]) -> None:
    """Sign at the interval; after a day go back to look whether the coming months have their tables."""
    until = now() + MONTHS_EVERY
    while True:
        last = ending.is_set()
        await asyncio.to_thread(signer.sign, now())
        if last or now() > until:
            return
        await _pause(ending, given.seconds)


async def _pause(ending: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(ending.wait(), seconds)
    except TimeoutError:
        return
