"""One comparison: newcore is asked what legacy answered already, both answers are read, and a mismatch is looked at again.

Rules:
1. newcore is asked with the very statement of the exchange, within a deadline, and left alone when it fails too often.
2. A mismatch is looked at once more, after newcore has caught up with legacy or the patience has run out: legacy is asked
   again in a session of our own; newcore too, where it was behind when it answered.
3. Nothing here raises but for what is wrong with ourselves (our database, our routing file).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from proxy.errors import UpstreamError
from proxy.model.http import Answer
from proxy.model.person import Unreadable
from proxy.model.shadow import Offer, Seen
from proxy.ports import Translator
from rollout.shadow.breaker import Breaker
from rollout.shadow.compare import Mismatch, compare, exceeded, judged
from rollout.shadow.narrow import comparable, emptied, kept_back, without
from rollout.shadow.rule import Rules
from rollout.shadow.side import Control, Pages
from rollout.shadow.verdict import Finding, Result, plainly_real, real, settled, weighed

REFUSED = frozenset({"status-403", "status-404"})
"""newcore says that this may not be shown, or is not there: a verdict, not a failure."""
TICK = 0.1


@dataclass(frozen=True, slots=True)
class Parts:
    """Between what is compared, and by whom it is read."""

    newcore: Translator
    legacy: Control
    pages: Pages
    ahead: Callable[[str], Awaitable[tuple[int | None, bool]]]
    """How far a group is applied (None: not filled), and whether legacy is ahead of that."""
    deadline: float = 2.0
    patience: float = 5.0
    """Seconds that newcore gets to catch up before a mismatch is settled."""


class Page(NamedTuple):
    """An answer as it came, and as it is compared."""

    raw: Seen
    seen: Seen


class Told(NamedTuple):
    """What newcore answered, or why there is nothing to compare."""

    page: Page | None
    took_us: int | None
    fault: str = ""
    result: Result = Result.FAILED

    @property
    def refused(self) -> bool:
        """Tell whether newcore said no, which is an answer too."""
        return self.fault in REFUSED


@dataclass(frozen=True, slots=True)
class Case:
    """An answer of legacy that is being compared."""

    offer: Offer
    rules: Rules
    legacy: Page
    behind: bool
    """Legacy was ahead of newcore when newcore was asked."""


class Comparison:
    """Compares one answer after the other; many may be under way at once."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts."""
        self._parts = parts
        self._breaker = Breaker()

    def pause(self) -> float:
        """Give the seconds for which newcore is left alone from now on."""
        return self._breaker.left(time.monotonic())

    async def of(self, offer: Offer, rules: Rules) -> Finding:
        """Compare one answer of legacy with newcore's."""
        applied, behind = await self._parts.ahead(offer.group)
        if applied is None:
            return Finding(Result.UNFILLED)
        if offer.session is not None and offer.session.wrote.get(offer.group, 0) > applied:
            return Finding(Result.BEHIND)
        page = self._read(offer, offer.answer)
        if isinstance(page, str) or not comparable(offer, page.raw):
            return Finding(Result.INCOMPARABLE)
        return await self._compared(Case(offer, rules, page, behind))

    async def _compared(self, case: Case) -> Finding:
        told = await self._told(case.offer)
        if told.page is None and not told.refused:
            return Finding(told.result, fault=told.fault, newcore_us=told.took_us)
        found = self._mismatches(case, case.legacy, told)
        counted = weighed(found, case.rules)
        if not counted:
            return Finding(Result.IGNORED if found else Result.EQUAL, found, newcore_us=told.took_us)
        if plainly_real(counted):
            return Finding(Result.REAL, counted, newcore_us=told.took_us)
        return await self._again(case, told, counted)

    async def _again(self, case: Case, told: Told, counted: tuple[Mismatch, ...]) -> Finding:
        """Look at a mismatch once more, and name it."""
        caught_up = await self._caught_up(case.offer.group)
        after = await self._legacy(case.offer)
        newer = await self._told(case.offer) if case.behind or not caught_up or after is None else told
        if newer.page is None and not newer.refused:
            return Finding(Result.FAILED, fault=newer.fault, newcore_us=told.took_us)
        latest, changed = case.legacy, tuple[Mismatch, ...]()
        if after is not None:
            latest, changed = after, weighed(compare(case.legacy.seen, after.seen, self._parts.pages), case.rules)
        named = {
            settled(counted, weighed(self._mismatches(case, latest, each), case.rules), changed, case.rules)
            for each in (told, newer)
        }
        result = Result.RACED if Result.RACED in named else Result.REAL if Result.REAL in named else Result.VOLATILE
        safety, parity = real(counted, case.rules)
        return Finding(result, counted, safety, parity, newcore_us=told.took_us)

    async def _caught_up(self, group: str) -> bool:
        """Wait until newcore has everything that legacy has by now, or the patience runs out."""
        end = time.monotonic() + self._parts.patience
        while (await self._parts.ahead(group))[1]:
            if time.monotonic() > end:
                return False
            await asyncio.sleep(TICK)
        return True

    async def _legacy(self, offer: Offer) -> Page | None:
        """Ask legacy again; None: it cannot be, or not now."""
        try:
            answer = await self._parts.legacy.again(offer)
        except UpstreamError:
            return None
        found = None if answer is None else self._read(offer, answer)
        return None if isinstance(found, str) else found

    async def _told(self, offer: Offer) -> Told:
        """Ask newcore."""
        self._breaker, allowed = self._breaker.allows(time.monotonic())
        if not allowed:
            return Told(None, None, "left alone", Result.SKIPPED)
        begun, session = time.monotonic(), replace(offer.session, listing=offer.listing) if offer.session else None
        try:
            async with asyncio.timeout(self._parts.deadline):
                answer, _ = await self._parts.newcore.send(offer.call, session, offer.statement)
        except TimeoutError:
            return self._failed("timeout", begun)
        except UpstreamError as fault:
            if fault.fault == "untranslatable":
                return Told(None, None, fault.fault, Result.UNTRANSLATABLE)
            return self._failed(fault.fault, begun)
        self._breaker = self._breaker.answered()
        page = self._read(offer, answer)
        return Told(None, since(begun), page) if isinstance(page, str) else Told(page, since(begun))

    def _failed(self, fault: str, begun: float) -> Told:
        told = Told(None, since(begun), fault)
        self._breaker = self._breaker.answered() if told.refused else self._breaker.failed(time.monotonic())
        return told

    def _read(self, offer: Offer, answer: Answer) -> Page | str:
        """Read an answer; a text says why that is not possible."""
        raw = self._parts.pages.read(offer.call, answer)
        if isinstance(raw, Unreadable):
            return raw.reason
        try:
            narrowed = emptied(answer, raw, offer.statement.categories)
        except ValueError:
            return "not to be emptied"
        seen = raw if narrowed is answer else self._parts.pages.read(offer.call, narrowed)
        return seen.reason if isinstance(seen, Unreadable) else Page(raw, without(seen, kept_back(offer)))

    def _mismatches(self, case: Case, legacy: Page, told: Told) -> tuple[Mismatch, ...]:
        if told.page is None:
            return () if legacy.seen.error else (Mismatch("refused", "", told.fault),)
        return (
            *compare(legacy.seen, told.page.seen, self._parts.pages),
            *exceeded(told.page.raw, case.offer.statement.categories),
            *judged(legacy.raw.reading, told.page.raw.reading, case.offer.judged),
        )


def since(begun: float) -> int:
    """Give the microseconds since a moment of the monotonic clock."""
    return int((time.monotonic() - begun) * 1e6)
