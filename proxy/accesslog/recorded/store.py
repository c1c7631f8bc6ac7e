"""Reads recorded decisions for a replay: first which distinct vectors there are, then who is behind those that change.

Rules: reading only, under a snapshot of the caller's (`reading.store.snapshot`), so that all questions see one moment of
the log. Nothing is judged here: what the log holds is handed over in its own words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import psycopg

from proxy.accesslog.recorded import statement
from proxy.model.recorded import Level, Recorded, RecordedCall, RecordedPerson, Trace

type Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class RecordedDecisions:
    """The decisions that were recorded since a moment, in one snapshot."""

    connection: Connection
    since: datetime
    calls: dict[int, int] = field(default_factory=dict, repr=False)
    """By the number of a vector, that of its call."""

    def vectors(self) -> Iterator[Recorded]:
        """Give every distinct vector once."""
        for setting in statement.SETTINGS:
            self.connection.execute(setting.encode())
        calls = self._found(statement.CALLS)
        persons, crowds = self._found(statement.PERSONS), self._found(statement.CROWDS)
        known = {
            number: RecordedCall(*columns)
            for number, columns in self._samples([statement.SAMPLE_CALLS], calls, persons, crowds)
        }
        people = {
            number: _person(columns) for number, columns in self._samples(statement.SAMPLE_PERSONS, persons, crowds)
        }
        self.calls.update({row[0]: row[1] for rows in (calls, persons, crowds) for row in rows})
        for number, call, held, _, count in calls:
            yield Recorded(number, Level.CALL, replace(known[call], held=frozenset(held or ())), (), count)
        for level, found in ((Level.PERSON, persons), (Level.REFUSED, crowds)):
            for number, call, everybody, _, count in found:
                yield Recorded(number, level, known[call], tuple(people[each] for each in everybody), count)

    def traces(self, changed: Sequence[int]) -> Iterator[Trace]:
        """Give who is behind those of the vectors that change."""
        if not changed:
            return
        calls = list({self.calls[each] for each in changed})
        teams = dict(self.connection.execute(statement.TEAMS).fetchall())
        for account, vectors, count in self._found(statement.TRACES, vectors=list(changed), calls=calls):
            yield Trace(account, teams.get(account), frozenset(changed[at - 1] for at in vectors), count)

    def _found(self, text: str, **values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(text.encode(), {"since": self.since, **values}).fetchall()

    def _samples(self, statements: Iterable[str], *found: list[tuple[Any, ...]]) -> Iterator[tuple[int, Sequence[Any]]]:
        samples = list({row[3] for rows in found for row in rows})
        for text in statements:
            yield from ((number, _columns(row)) for number, row in self._found(text, samples=samples))


def _columns(row: Mapping[str, Any]) -> list[Any]:
    """Give the columns of an anonymous row in their order."""
    return [row[f"f{at}"] for at in range(1, len(row) + 1)]


def _person(columns: Sequence[Any]) -> RecordedPerson:
    relation, protection, emergency, present, shown, masked, reason, *notes = columns
    known = None if present is None else frozenset(present)
    held, kept = (None if each is None else frozenset(count.partition(":")[0] for count in each) for each in notes)
    return RecordedPerson(
        *(relation, protection, emergency, known, frozenset(shown), frozenset(masked), reason),
        held,
        kept or frozenset(),
    )
