"""Sessions, log-ins and their limits.

Rules: a session has one current record per kind of record; a call without a row id acts on it. More than five failed
log-ins of a user in a minute lock him for fifteen minutes. A rotated session id stays good for thirty seconds.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field

from adapters.legacy_sonar.standin.people import EXPIRED, PASSWORDS

WRONG = "De combinatie van gebruikersnaam en wachtwoord is onjuist"
LOCKED = "Uw account is geblokkeerd. Wacht minimaal 15 minuten voordat u opnieuw aanmeldt (SNR-0015)"
BUSY = "Server bezet, probeer later"
AGED = "Uw wachtwoord is verlopen, wijzig het via de beheerder (SNR-0017)"
GONE = "Uw sessie is verlopen, meld u opnieuw aan"
LEFT = "U bent afgemeld"
_FAILURES, _MINUTE, _LOCK, _GRACE = 5, 60.0, 900.0, 30.0
_FOR_EVER = frozenset({"1", "TRUE", "T", "ON", "Y"})


@dataclass(slots=True)
class Listing:
    """One list as a session has it: its rows, where the shown set begins, and how it was asked."""

    rows: list[str]
    start: int = 0
    criteria: dict[int, str] = field(default_factory=dict)
    parent: str = ""
    asking: bool = False


@dataclass(slots=True)
class Session:
    """What the legacy remembers of one logged-in client."""

    id: str
    user: str
    srn: str
    used: float
    swec: int = 0
    for_ever: bool = False
    view: str = "SNR Werkvoorraad View"
    cursor: dict[str, str] = field(default_factory=dict)
    lists: dict[tuple[int, int], Listing] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)
    saved: dict[str, dict[int, str]] = field(default_factory=dict)
    page: bytes = b""


def token(seed: str, length: int) -> str:
    """An id of letters and digits; nobody can guess the next one without the seed."""
    return hashlib.sha256(seed.encode()).hexdigest()[:length]


@dataclass(slots=True)
class Sessions:
    """All sessions of the process; `secret` makes the ids, so a frozen secret makes them repeatable."""

    secret: str
    idle: float = 1800.0
    per_minute: int = 0
    _live: dict[str, Session] = field(default_factory=dict)
    _old: dict[str, tuple[str, float]] = field(default_factory=dict)
    _failed: dict[str, deque[float]] = field(default_factory=dict)
    _locked: dict[str, float] = field(default_factory=dict)
    _tries: deque[float] = field(default_factory=deque)
    _count: int = 0

    def refused(self, user: str, password: str, now: float) -> str | None:
        """Why this log-in fails, or None."""
        if self.per_minute and self._crowded(now):
            return BUSY
        if self._locked.get(user, 0.0) > now:
            return LOCKED
        if not password or PASSWORDS.get(user) != password:
            return LOCKED if self._fail(user, now) else WRONG
        return AGED if user in EXPIRED else None

    def _crowded(self, now: float) -> bool:
        while self._tries and self._tries[0] < now - _MINUTE:
            self._tries.popleft()
        self._tries.append(now)
        return len(self._tries) > self.per_minute

    def _fail(self, user: str, now: float) -> bool:
        failed = self._failed.setdefault(user, deque())
        while failed and failed[0] < now - _MINUTE:
            failed.popleft()
        failed.append(now)
        if len(failed) <= _FAILURES:
            return False
        self._locked[user] = now + _LOCK
        return True

    def opened(self, user: str, swec: int, now: float) -> Session:
        """A new session of this user."""
        self._count += 1
        if self._count % 256 == 0:
            self._sweep(now)
        made = token(f"{self.secret}/{self._count}/{user}", 32) + "__"
        session = Session(made, user, token(f"srn/{made}", 24), now, swec)
        self._live[made] = session
        return session

    def _sweep(self, now: float) -> None:
        for key in [
            key for key, session in self._live.items() if not session.for_ever and now - session.used > self.idle
        ]:
            del self._live[key]
        self._old = {old: entry for old, entry in self._old.items() if entry[1] > now}

    def found(self, key: str, now: float) -> Session | None:
        """The session behind an id, if it still lives; being found keeps it alive."""
        if key in self._old:
            new, until = self._old[key]
            key = new if until > now else key
        session = self._live.get(key)
        if session is None:
            return None
        if not session.for_ever and now - session.used > self.idle:
            del self._live[key]
            return None
        session.used = now
        return session

    def keep(self, session: Session, value: str) -> None:
        """The keep-alive argument: once set, never unset."""
        session.for_ever = session.for_ever or value.upper() in _FOR_EVER

    def rotated(self, session: Session, now: float) -> str:
        """A new id for this session; the old one is good for a while."""
        old = session.id
        session.id = token(f"{old}/{self.secret}", 32) + "__"
        self._live[session.id] = self._live.pop(old)
        self._old[old] = (session.id, now + _GRACE)
        return session.id

    def closed(self, session: Session) -> None:
        """End a session."""
        self._live.pop(session.id, None)

    def end_all(self) -> None:
        """Forget every session, as a restart does."""
        self._live.clear()
        self._old.clear()

    def __len__(self) -> int:
        return len(self._live)
