"""Gives each person of a batch its random reference, making those that are new.

Rules:
1. New references are part of the batch's own transaction; they are remembered only once it is committed.
2. What is remembered is bounded in number and age, and gone with the connection: a reference deleted by retention is not
   used for long.
3. Nothing is read but digest, key id and reference: the gateway's role may not see a sealed identity again.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import orjson

from proxy.accesslog.persons import NONCE, Keyring, sealer
from proxy.accesslog.record import hexadecimal
from proxy.errors import OperatorError
from proxy.model.person import PersonId


class References:
    """The references that one connection knows."""

    def __init__(self, keyring: Keyring, bound: int, age: float) -> None:
        self._keyring = keyring
        self._sealer = sealer(keyring)
        self._bound, self._age = bound, timedelta(seconds=age)
        self._known: dict[bytes, UUID] = {}
        self._since = datetime.min.replace(tzinfo=UTC)

    @property
    def known(self) -> Mapping[bytes, UUID]:
        """References by digest."""
        return self._known

    def forget_old(self, now: datetime) -> None:
        """Start afresh when too much is remembered, or for too long."""
        if now - self._since > self._age or len(self._known) > self._bound:
            self._known, self._since = {}, now

    def remember(self, found: Mapping[bytes, UUID]) -> None:
        """Keep references that were committed."""
        self._known.update(found)

    def unknown(self, persons: Iterable[PersonId]) -> dict[bytes, PersonId]:
        """Give the persons without a remembered reference, once each."""
        known = self._known
        return {person.digest: person for person in persons if person.digest not in known}

    def wanted(self, persons: Iterable[PersonId]) -> bytes:
        """Write the document for `log_persons`, which makes what is missing."""
        return orjson.dumps([self._wanted(person) for person in persons])

    def _wanted(self, person: PersonId) -> dict[str, object]:
        plain = self._plain(person)
        fresh = plain is not None and self._sealer.seal(plain.encode(), os.urandom(NONCE))
        return {
            "digest": hexadecimal(person.digest),
            "key_id": self._keyring.id,
            "person": uuid4(),
            "sealed": hexadecimal(fresh or person.sealed),
            "older": self._older(person, plain),
        }

    def _older(self, person: PersonId, plain: str | None) -> list[str | None]:
        """Give the digests under which the same person may be known from before a rotation."""
        if plain is None or not self._keyring.older:
            return []
        return [hexadecimal(each) for each in self._keyring.digests(plain) if each != person.digest]

    def _plain(self, person: PersonId) -> str | None:
        if person.plain is not None or person.sealed is None or not self._keyring.older:
            return person.plain
        try:
            return self._sealer.unseal(person.sealed).decode()
        except OperatorError:  # sealed by another store under its own key: the digest alone must do
            return None
