"""What a line of the access log is made of, and the reference number by which people find it.

Rules:
1. A record is serialised once: the same bytes go into the database and under the hash. `reading/rows.py` rebuilds them
   from the columns, so their form is fixed: keys in the order of the row type, times in UTC with microseconds.
2. Text that PostgreSQL or JSON cannot hold (NUL, half a surrogate pair) is replaced and what a client chose is cut: odd
   bytes may not cost a record.
3. No person is in a row but by reference.
4. The ground of a disclosure or a withheld person is at the end of its cells, or not there at all: what an earlier release
   wrote without one has the bytes that it had then. The counts of contact notes stand behind it by the same rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

import orjson

from proxy.model.entry import Access, Completion, Disclosure, Ground, Withheld
from proxy.model.person import Authorship, Category

type Row = dict[str, object]
type Cells = tuple[object, ...]

GROUND = ("protection", "emergency", "rules", "present", "target", "lost", "pending", "notes", "notes_withheld")
"""Columns of a ground, in the order of its cells; the last two only where the answer held contact notes."""
LONGEST = 500
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
PREFIX = "SP-"
_READ_AS = str.maketrans("ILO", "110", "- ")
_ERAS = (1, 2)  # 2^40 ms each: 2004-2039 and 2039-2074


def uuid7(now: datetime, random: bytes) -> UUID:
    """Make the id of an exchange (RFC 9562) of its moment and ten random bytes."""
    stamp = int(now.timestamp() * 1000)
    noise = int.from_bytes(random[:10])
    return UUID(int=stamp << 80 | 7 << 76 | (noise >> 62 & 0xFFF) << 64 | 2 << 62 | noise & (1 << 62) - 1)


def reference(exchange: UUID) -> str:
    """Derive the reference number that a person can read out: SP-XXXX-XXXX-XXXX, 40 bits of time and 20 of chance."""
    number = exchange.int
    bits = (number >> 80 & (1 << 40) - 1) << 20 | (number >> 64 & 0xFFF) << 8 | number >> 54 & 0xFF
    digits = "".join(ALPHABET[bits >> shift & 31] for shift in range(55, -5, -5))
    return f"{PREFIX}{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def candidates(number: str) -> tuple[tuple[UUID, UUID], ...]:
    """Give the ranges of ids that a reference number can stand for; raises ValueError on what is none."""
    digits = number.strip().upper().removeprefix(PREFIX).translate(_READ_AS)
    if len(digits) != 12 or not set(digits) <= set(ALPHABET):
        raise ValueError(f"found {number!r}; a reference number looks like SP-0ABC-1DEF-2GHJ")
    bits = 0
    for digit in digits:
        bits = bits << 5 | ALPHABET.index(digit)
    return tuple(_range(bits, era) for era in _ERAS)


def _range(bits: int, era: int) -> tuple[UUID, UUID]:
    stamp = era << 40 | bits >> 20
    low = stamp << 80 | 7 << 76 | (bits >> 8 & 0xFFF) << 64 | 2 << 62 | (bits & 0xFF) << 54
    return UUID(int=low), UUID(int=low | (1 << 54) - 1)


def access_row(access: Access) -> Row:
    """Give the access record in the order of the row type `log_access`."""
    return {
        "id": access.id,
        "occurred_at": in_utc(access.occurred_at),
        "kind": access.kind,
        "decision": access.decision,
        "reason": access.reason,
        "session": hexadecimal(access.session),
        "account": cut(access.user),
        "organisation_kind": access.organisation_kind,
        "organisation": access.organisation,
        "role": access.role,
        "authorisation": access.authorisation,
        "client": cut(access.client),
        "function": cut(access.function),
        "target": access.target,
        "rules": access.rules,
        "policy": access.policy,
        "cell": access.cell,
        "purpose": cut(access.purpose),
        "vacancy": cut(access.vacancy),
        "core": access.core,
        "revision": access.revision,
        "routing": access.routing,
        "upstream_status": access.upstream_status,
        "rows": access.rows,
        "detail": cut(access.detail),
        "regions": access.regions,
    }


def disclosure_row(disclosure: Disclosure, person: UUID) -> Cells:
    """Give a disclosure as person, relation, shown, masked, deliberate and its ground; the person is its reference."""
    shown, masked = codes(disclosure.shown), codes(disclosure.masked)
    return person, disclosure.relation, shown, masked, disclosure.deliberate, *ground_cells(disclosure.ground)


def withheld_row(withheld: Withheld, person: UUID) -> Cells:
    """Give a withheld person as person, relation, reason, deliberate and its ground."""
    return person, withheld.relation, withheld.reason, withheld.deliberate, *ground_cells(withheld.ground)


def ground_cells(ground: Ground | None) -> Cells:
    """Give the ground in the order of `GROUND`; nothing where there is none."""
    if ground is None:
        return ()
    present, lost = codes(ground.present), codes(ground.lost)
    rules, pending = array(ground.rules), array(ground.pending)
    cells = ground.protection, ground.emergency, rules, present, ground.target, lost, pending
    return (*cells, counted(ground.notes), counted(ground.notes_withheld)) if ground.notes else cells


def counted(notes: Mapping[Authorship, int]) -> str:
    """Write how many notes of whom as an array literal: `{own:3,other:2}`."""
    return array(f"{author}:{notes[author]}" for author in Authorship if author in notes)


def access_link(row: Row, shown: Sequence[Cells], withheld: Sequence[Cells]) -> bytes:
    """Serialise an access record with its persons."""
    return canonical({"row": row, "shown": shown, "withheld": withheld})


def completion_row(completion: Completion) -> Row:
    """Give a completion in the order of `log_completion`."""
    return {
        "access": completion.access,
        "delivery": completion.delivery,
        "size": completion.size,
        "duration_us": completion.duration_us,
    }


def completion_link(row: Row) -> bytes:
    """Serialise a completion."""
    return canonical(row)


@lru_cache(4096)
def codes(categories: frozenset[Category]) -> str:
    """Write categories as PostgreSQL reads an array from text, sorted."""
    return array(sorted(category.value for category in categories))


def array(words: Iterable[str]) -> str:
    """Write simple words as an array literal."""
    return "{" + ",".join(words) + "}"


def hexadecimal(octets: bytes | None) -> str | None:
    """Write bytes as PostgreSQL reads them from text."""
    return None if octets is None else "\\x" + octets.hex()


def cut[T: (str, str | None)](text: T) -> T:
    """Cut what a client may have chosen to a length that people can read."""
    if not text or len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 1]}…"


def canonical(found: object) -> bytes:
    """Serialise a record; text that cannot be stored is mended first."""
    try:
        written = orjson.dumps(found)
    except TypeError:  # a surrogate: orjson refuses it
        return orjson.dumps(mended(found))
    return orjson.dumps(mended(found)) if b"\\u0000" in written else written


def mended(found: object) -> object:
    """Replace what cannot be stored; what was mended stays as it is."""
    if isinstance(found, str):
        return found.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if isinstance(found, dict):
        return {key: mended(each) for key, each in found.items()}
    if isinstance(found, tuple | list):
        return [mended(each) for each in found]
    return found


def in_utc(moment: datetime) -> datetime:
    """Write a moment in UTC, so that it reads the same wherever it was made."""
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
