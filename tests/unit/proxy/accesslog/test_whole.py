"""Claims about what a verification says."""

from datetime import UTC, datetime

from proxy.accesslog import chain, whole
from proxy.accesslog.chain import Head, Link
from proxy.accesslog.checkpoint import FIRST, Checkpoint, public_bytes, sign

KEY = b"k" * 32
PUBLIC = [public_bytes(KEY)]
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def log() -> list[Link]:
    """Build a chain of three links."""
    head, found = chain.opening("W1"), []
    for number in range(3):
        body = chain.body(chain.ACCESS, chain.stamp(NOW), b"%d" % number)
        head = chain.extend(head, body)
        found.append(Link("W1", head.sequence, head.hash, body, f"access SP-{number}"))
    return found


def checkpoint(*heads: Head, number: int = 1, previous: bytes = FIRST, floors: tuple[Head, ...] = ()):
    """Sign a checkpoint."""
    return sign(Checkpoint(number, NOW, previous, heads, floors), KEY)


def test_whole_log_says_what_it_cannot_prove():
    """A clean verdict names the seconds and rows that no signature covers yet."""
    links = log()
    found = whole.verdict(links, whole.evidence([checkpoint(Head("W1", 2, links[1].hash))], [], PUBLIC))
    assert found.whole
    said = whole.told(found, 7.2)
    assert "is heel: 3 regels in 1 ketens" in said
    assert "7 seconden geleden" in said
    assert "1 regels zijn nog niet ondertekend" in said
    assert whole.report(found, 7.2)["unsigned_links"] == 1


def test_unsigned_log_is_not_sold_as_proven():
    """Without any checkpoint the verdict says that a removed end cannot be seen."""
    assert "nog geen ondertekend controlepunt" in whole.told(whole.verdict(log(), whole.evidence([], [], PUBLIC)), None)


def test_break_names_its_row():
    """The first broken row stands in the verdict, for people and for programs."""
    links = log()
    del links[1]
    found = whole.verdict(links, whole.evidence([], [], PUBLIC))
    assert not found.whole
    assert "HET LOGBOEK IS NIET HEEL" in whole.told(found, None)
    assert "keten W1, regel 2 ontbreekt" in whole.told(found, None)
    assert whole.report(found, None)["breaks"] == [{"writer": "W1", "seq": 2, "fault": "missing", "row": None}]


def test_shipped_checkpoint_counts_though_it_was_taken_away():
    """A head that is kept elsewhere proves a removed tail, and its absence here is a fault of its own."""
    links = log()
    found = whole.verdict(links[:2], whole.evidence([], [checkpoint(Head("W1", 3, links[2].hash))], PUBLIC))
    assert [each.fault.value for each in found.breaks] == ["removed tail"]
    assert [each.reason for each in found.forged] == ["was shipped and is not stored any more"]


def test_shipped_and_stored_is_no_fault():
    """What is here and elsewhere is counted once."""
    links = log()
    one = checkpoint(Head("W1", 3, links[2].hash))
    found = whole.evidence([one], [one], PUBLIC)
    assert (found.forged, found.count) == ((), 1)


def test_highest_floor_counts():
    """Of two floors of a chain the later one holds, whichever checkpoint it stands in."""
    links = log()
    one = checkpoint(floors=(Head("W1", 2, links[1].hash),))
    two = checkpoint(number=2, previous=one.hash, floors=(Head("W1", 1, links[0].hash),))
    assert whole.evidence([one, two], [], PUBLIC).floors == {"W1": Head("W1", 2, links[1].hash)}
    assert whole.verdict(links[2:], whole.evidence([one, two], [], PUBLIC)).whole
