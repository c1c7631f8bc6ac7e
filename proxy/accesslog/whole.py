"""Whether the log is whole: chains, stored checkpoints and shipped ones put beside each other, and said in words.

Rules: what was found is said first, then what cannot be proved; a checkpoint that is not believed proves nothing and is
named; one that was shipped and is not stored any more was taken away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from proxy.accesslog.chain import Break, Fault, Head, Link, verify
from proxy.accesslog.checkpoint import Checkpoint, Forged, Signed, believed, judged

_WORDS = {
    Fault.CHANGED: "is gewijzigd",
    Fault.MISSING: "ontbreekt",
    Fault.DUPLICATE: "komt tweemaal voor",
    Fault.REORDERED: "staat op een andere plaats dan waar hij is geschreven",
    Fault.REMOVED_TAIL: "ontbreekt, met alles daarna: het einde van de keten is verwijderd",
    Fault.REWRITTEN: "hoort bij een stuk dat na de ondertekening is herschreven",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was signed, as far as it is believed."""

    heads: tuple[Head, ...] = ()
    floors: dict[str, Head] = field(default_factory=dict)
    forged: tuple[Forged, ...] = ()
    count: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a verification."""

    breaks: tuple[Break, ...]
    forged: tuple[Forged, ...]
    links: int
    writers: int
    unsigned: int
    checkpoints: int
    last: datetime | None

    @property
    def whole(self) -> bool:
        """Tell whether nothing is wrong, as far as can be proved."""
        return not self.breaks and not self.forged


def evidence(stored: Iterable[Signed], shipped: Sequence[Signed], publics: Sequence[bytes]) -> Evidence:
    """Believe or name every checkpoint, stored and shipped."""
    kept: set[bytes] = set()

    def noted() -> Iterable[Signed]:
        for signed in stored:
            kept.add(signed.payload)
            yield signed

    verdicts = list(believed(noted(), publics))
    elsewhere = [(signed, judged(signed, publics)) for signed in shipped]
    gone = [
        Forged(verdict.number, "was shipped and is not stored any more")
        for signed, verdict in elsewhere
        if isinstance(verdict, Checkpoint) and signed.payload not in kept
    ]
    everything = [*verdicts, *(verdict for _, verdict in elsewhere)]
    good = [each for each in everything if isinstance(each, Checkpoint)]
    floors: dict[str, Head] = {}
    for floor in (floor for each in good for floor in each.floors):
        known = floors.get(floor.writer)
        floors[floor.writer] = floor if known is None or floor.sequence > known.sequence else known
    return Evidence(
        heads=tuple(head for each in good for head in each.heads),
        floors=floors,
        forged=(*(each for each in everything if isinstance(each, Forged)), *gone),
        count=sum(isinstance(each, Checkpoint) for each in verdicts),
        last=max((each.at for each in good), default=None),
    )


def verdict(links: Iterable[Link], found: Evidence) -> Verdict:
    """Check the chains against the evidence."""
    proof = verify(links, found.heads, found.floors)
    return Verdict(proof.breaks, found.forged, proof.links, len(proof.heads), proof.unsigned, found.count, found.last)


def report(found: Verdict, seconds_since: float | None) -> dict[str, object]:
    """Give a verdict for programs."""
    return {
        "whole": found.whole,
        "links": found.links,
        "writers": found.writers,
        "checkpoints": found.checkpoints,
        "last_checkpoint": found.last,
        "seconds_since_checkpoint": None if seconds_since is None else round(seconds_since, 1),
        "unsigned_links": found.unsigned,
        "breaks": [
            {"writer": each.writer, "seq": each.sequence, "fault": each.fault.value, "row": each.name or None}
            for each in found.breaks
        ],
        "checkpoint_faults": [{"number": each.number, "reason": each.reason} for each in found.forged],
    }


def told(found: Verdict, seconds_since: float | None) -> str:
    """Tell a verdict to a compliance officer."""
    said = [
        f"Het logboek is heel: {found.links} regels in {found.writers} ketens."
        if found.whole
        else f"HET LOGBOEK IS NIET HEEL ({found.links} regels in {found.writers} ketens):"
    ]
    for each in found.breaks:
        name = f" ({each.name})" if each.name else ""
        said.append(f"  keten {each.writer}, regel {each.sequence}{name} {_WORDS[each.fault]} [{each.fault}]")
    said += [f"  controlepunt {each.number or '?'}: {each.reason}" for each in found.forged]
    said.append(_limits(found, seconds_since))
    return "\n".join(said)


def _limits(found: Verdict, seconds_since: float | None) -> str:
    if seconds_since is None:
        return (
            "Niet te bewijzen: er is nog geen ondertekend controlepunt; een verwijderd einde van een keten is dus niet te "
            "zien."
        )
    return (
        f"Bewezen tot het laatste van {found.checkpoints} controlepunten, {seconds_since:.0f} seconden geleden. Niet te "
        f"bewijzen: of na dat moment regels aan het einde zijn verwijderd ({found.unsigned} regels zijn nog niet "
        "ondertekend), en of het laatste controlepunt zelf is verwijderd, tenzij het elders is bewaard (--checkpoints)."
    )
