"""Claims about signed heads."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from proxy.accesslog.chain import Head
from proxy.accesslog.checkpoint import (
    FIRST,
    Checkpoint,
    Forged,
    Signed,
    believed,
    judged,
    public_bytes,
    read,
    shipped,
    sign,
    unshipped,
    write,
)

KEY, OTHER = b"k" * 32, b"o" * 32
PUBLIC = public_bytes(KEY)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def series(count: int, key: bytes = KEY) -> list[Signed]:
    """Build checkpoints that follow each other."""
    found: list[Signed] = []
    for number in range(1, count + 1):
        previous = found[-1].hash if found else FIRST
        heads = (Head("W1", number, bytes([number]) * 32),)
        found.append(sign(Checkpoint(number, NOW, previous, heads), key))
    return found


def test_written_checkpoint_reads_the_same():
    """Nothing gets lost between writing and reading, floors included."""
    made = Checkpoint(3, NOW, b"p" * 32, (Head("W1", 7, b"h" * 32),), (Head("W0", 2, b"f" * 32),))
    assert read(write(made)) == made


def test_series_is_believed():
    """Checkpoints that follow each other under a known key are believed."""
    assert [each.number for each in believed(series(4), [OTHER, PUBLIC]) if isinstance(each, Checkpoint)] == [
        1,
        2,
        3,
        4,
    ]


def test_unknown_key_is_named():
    """A signature of somebody else proves nothing."""
    (found,) = believed(series(1, OTHER), [PUBLIC])
    assert isinstance(found, Forged)
    assert "unknown key" in found.reason


@pytest.mark.parametrize("field", ["payload", "signature"])
def test_changed_checkpoint_is_named(field: str):
    """One changed byte makes the signature false."""
    good = series(1)[0]
    octets = bytearray(getattr(good, field))
    place = octets.index(b"5") if field == "payload" else 0
    octets[place] ^= 1
    found = judged(replace(good, **{field: bytes(octets)}), [PUBLIC])
    assert found == Forged(1, "the signature is false")


def test_missing_checkpoint_is_named_by_its_number():
    """A gap in the numbers is reported once, at the number that is not there."""
    one, _, three = series(3)
    faults = [each for each in believed([one, three], [PUBLIC]) if isinstance(each, Forged)]
    assert faults == [Forged(2, "missing: number 3 follows 1")]


def test_replaced_checkpoint_breaks_the_series():
    """One that was signed anew has another hash than the next one names."""
    one, two = series(2)
    anew = sign(replace(read(one.payload), at=NOW.replace(year=2027)), KEY)
    faults = [each for each in believed([anew, two], [PUBLIC]) if isinstance(each, Forged)]
    assert faults == [Forged(2, "does not follow the one before it")]


def test_shipped_line_comes_back():
    """A line that was shipped is the checkpoint that was stored."""
    good = series(1)[0]
    assert shipped(good).endswith(b"\n")
    assert unshipped(shipped(good)) == good


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b'{"payload":1,"signature":"","key_id":""}', b"\xff"])
def test_what_was_never_shipped_is_refused(line: bytes):
    """A broken line is an error, not an empty promise."""
    with pytest.raises(ValueError, match="no shipped checkpoint"):
        unshipped(line)


def test_garbage_is_no_checkpoint():
    """A payload that cannot be read is named without a number."""
    assert judged(Signed(b"{}", b"", "x"), [PUBLIC]) == Forged(None, "no checkpoint: KeyError")
