"""`poort policy replay`: a candidate matrix on the recorded decisions of the access log, and what that means for people.

Why here: the log hands over vectors, the policy decides them, and neither knows the other. Decided is each distinct vector,
once; the log is asked a second time only for who is behind those that change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.matrixfile import archived
from proxy.accesslog.reading.store import snapshot
from proxy.accesslog.recorded.store import RecordedDecisions
from proxy.catalogue import Catalogue
from proxy.database import Cluster, Role
from proxy.model.recorded import Level, Recorded
from proxy.policy import consequence
from proxy.policy.matrix import Matrix
from proxy.policy.replay import replay
from proxy.policy.trial import Trial
from proxy.policy.turn import SAME, Replayed, Verb


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay found."""

    since: datetime
    accesses: int
    persons: int
    policies: dict[str, bool]
    """Hash of every matrix that the records name, and whether its text is archived and fits this release."""
    tallies: consequence.Tallies

    @property
    def changed(self) -> bool:
        """Tell whether anything changes for certain."""
        return bool(self.tallies[None].requests)


def run(cluster: Cluster, candidate: Matrix, known: Catalogue, days: int) -> Outcome:
    """Replay a candidate on what was recorded in the last days."""
    since = datetime.now(UTC) - timedelta(days=days)
    with snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        log = RecordedDecisions(connection, since)
        vectors = list(log.vectors())
        past = {each: archived(cluster, each, known) for each in sorted({one.call.policy for one in vectors})}
        trial = Trial(candidate, {digest: old for digest, old in past.items() if old is not None})
        found = dict(_changed(trial, vectors))
        tallies = consequence.tally(found, log.traces(list(found)))
    accesses, persons = _sizes(vectors)
    return Outcome(since, accesses, persons, {each: old is not None for each, old in past.items()}, tallies)


def all_rules(candidate: Matrix) -> Matrix:
    """Give the candidate as if every rule of it were enforced; it is another matrix than any that was in force."""
    return replace(candidate, hash=f"{candidate.hash} (all rules)", enforced=candidate.target)


def _changed(trial: Trial, vectors: list[Recorded]) -> Iterator[tuple[int, tuple[Recorded, Replayed]]]:
    for each in vectors:
        replayed = replay(trial, each)
        if replayed != SAME:
            yield each.id, (each, replayed)


def _sizes(vectors: list[Recorded]) -> tuple[int, int]:
    accesses = sum(each.count for each in vectors if each.level is Level.CALL)
    return accesses, sum(each.count * len(each.persons) for each in vectors)


def told(found: Outcome, matrix: Matrix, names: dict[str, str]) -> Iterator[str]:
    """Tell a replay to a reviewer."""
    total = found.tallies[None]
    yield f"Herberekend: {found.accesses} verzoeken met {found.persons} maal een persoon, sinds {found.since:%d-%m-%Y %H:%M}."
    yield f"Anders: {consequence.figures(total)}." if total.requests else "Niets wordt anders."
    said = list(consequence.sentences(found.tallies, matrix, names))
    yield from (("", *said) if said else ())
    rules = consequence.by_rule(found.tallies)
    if rules:
        yield from ("", "Per regel van de nieuwe matrix:")
        yield from (
            f"  {_rule(each.rule)} {VERBS[each.verb]}: {consequence.figures(counted)}" for each, counted in rules
        )
    lacks = consequence.untold(found.tallies)
    if lacks:
        yield from ("", "Niet te zeggen (geteld, niet geraden):")
        yield from (f"  {consequence.LACKS[lack]}: {consequence.figures(counted)}" for lack, counted in lacks)
    absent = [digest for digest, there in found.policies.items() if not there]
    if absent:
        yield f"Van {len(absent)} matrix(en) die golden is de tekst niet te lezen ({', '.join(each[:12] for each in absent)})."


VERBS = {
    Verb.DENIED: "weigert",
    Verb.ALLOWED: "staat toe",
    Verb.WITHHELD: "houdt achter",
    Verb.SHOWN: "toont",
    Verb.MASKED: "maakt leeg",
    Verb.UNMASKED: "maakt zichtbaar",
    Verb.CARDED: "laat een kaart over",
    Verb.UNCARDED: "laat meer dan een kaart zien",
    Verb.SIFTED: "houdt verslagen achter",
    Verb.UNSIFTED: "toont verslagen",
}


def _rule(name: str) -> str:
    return "geen regel die toestaat:" if name == consequence.NO_RULE else name


def rows(found: Outcome, matrix: Matrix, names: dict[str, str]) -> dict[str, Any]:
    """Give a replay for programs."""
    total = found.tallies[None]
    return {
        "candidate": matrix.hash,
        "since": found.since,
        "requests": found.accesses,
        "persons": found.persons,
        "policies": found.policies,
        "changed": total.figures(),
        "told": list(consequence.sentences(found.tallies, matrix, names)),
        "changes": [
            {
                "verb": line.verb,
                "loses": line.verb.loses,
                "at_least": line.least,
                "role": line.role,
                "organisation": line.organisation,
                "function": line.function,
                "relation": line.standing.relation if line.standing else None,
                "class": line.standing.protection if line.standing else None,
                "emergency": line.standing.emergency if line.standing else None,
                "category": line.category,
                **counted.figures(),
            }
            for line, counted in consequence.lines(found.tallies, detail=True)
        ],
        "rules": [
            {"rule": each.rule, "verb": each.verb, **counted.figures()}
            for each, counted in consequence.by_rule(found.tallies)
        ],
        "cannot_tell": [
            {"lacks": lack, "told": consequence.LACKS[lack], **counted.figures()}
            for lack, counted in consequence.untold(found.tallies)
        ],
    }
