"""Claims about the hash chain, on values alone; on a real database: tests/failures/log/test_tamper.py."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from proxy.accesslog import chain
from proxy.accesslog.chain import Break, Fault, Head, Link, verify

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def links(count: int, writer: str = "W1", start: Head | None = None) -> list[Link]:
    """Build an intact chain."""
    head = start or chain.opening(writer)
    found = []
    for number in range(count):
        body = chain.body(chain.ACCESS, chain.stamp(NOW), b"row %d" % number)
        head = chain.extend(head, body)
        found.append(Link(writer, head.sequence, head.hash, body, f"row {number}"))
    return found


def head(link: Link) -> Head:
    """Give the head after a link."""
    return Head(link.writer, link.sequence, link.hash)


def test_intact_chains_have_no_break():
    """Two chains beside each other verify, and their heads are told."""
    one, two = links(5), links(3, "W2")
    proof = verify([*one, *two], [head(one[-1]), head(two[0])])
    assert proof.breaks == ()
    assert (proof.links, proof.unsigned) == (8, 2)
    assert proof.heads == {"W1": head(one[-1]), "W2": head(two[-1])}


def test_nothing_is_whole():
    """An empty log without promises is whole."""
    assert verify([]).breaks == ()


@given(st.data())
def test_every_single_change_is_found_at_its_row(data: st.DataObject):
    """Whichever byte of whichever row changes, the break is that row."""
    found = links(6)
    place = data.draw(st.integers(0, 5))
    body = bytearray(found[place].body)
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    found[place] = replace(found[place], body=bytes(body))
    assert verify(found).breaks == (Break("W1", place + 1, Fault.CHANGED, f"row {place}"),)


@given(st.integers(0, 4))
def test_every_row_taken_out_is_missing(place: int):
    """A gap is called a gap, at its first number."""
    found = links(6)
    del found[place]
    assert verify(found).breaks == (Break("W1", place + 1, Fault.MISSING),)


def test_cut_tail_needs_a_signed_head():
    """A chain without its end is whole in itself; a signed head beyond it says how far it went."""
    found = links(6)
    assert verify(found[:4]).breaks == ()
    assert verify(found[:4], [head(found[5])]).breaks == (Break("W1", 5, Fault.REMOVED_TAIL),)
    assert verify([], [head(found[5])]).breaks == (Break("W1", 1, Fault.REMOVED_TAIL),)


def test_moved_rows_are_told_from_changed_ones():
    """A row that fits where it does not stand was moved; the same number twice is a duplicate."""
    found = links(6)
    moved = [*found]
    moved[1] = replace(found[4], sequence=2)
    moved[4] = replace(found[1], sequence=5)
    assert verify(moved).breaks[0] == Break("W1", 2, Fault.REORDERED, "row 1")
    assert verify([*found[:3], found[2], *found[3:]]).breaks[0].fault is Fault.DUPLICATE


def test_rewritten_chain_betrays_itself_by_a_signed_head():
    """A chain that was computed anew is whole, but not the one that was signed; the stretch begins after the last good head."""
    old = links(6)
    new = [*old[:2], *links(4, start=head(old[1]))]
    assert verify(new).breaks == ()
    assert verify(new, [head(old[1]), head(old[4])]).breaks[0] == Break("W1", 3, Fault.REWRITTEN, "row 2")


def test_dropped_months_are_no_break():
    """What retention dropped under a signed floor may be absent; what comes after it may not."""
    found = links(8)
    floors = {"W1": head(found[2])}
    assert verify(found[3:], [head(found[1]), head(found[7])], floors).breaks == ()
    assert verify(found[4:], [], floors).breaks == (Break("W1", 4, Fault.MISSING),)
    assert verify([], [head(found[2])], floors).breaks == ()


def test_chains_do_not_mix():
    """A row of one writer does not fit in another's chain."""
    stolen = replace(links(2)[1], writer="W2")
    assert verify([links(1, "W2")[0], stolen]).breaks[0].fault is Fault.CHANGED


def test_later_faults_do_not_hide_other_chains():
    """Each chain is judged by itself."""
    one, two = links(4), links(4, "W2")
    del one[1], two[2]
    assert [(each.writer, each.sequence) for each in verify([*one, *two]).breaks] == [("W1", 2), ("W2", 3)]


def test_number_is_under_the_hash():
    """The same rows at another place hash otherwise."""
    assert chain.digest(b"p" * 32, 1, b"x") != chain.digest(b"p" * 32, 2, b"x")
    assert len({each.hash for each in links(5)}) == 5
    assert all(after.sequence == before.sequence + 1 for before, after in pairwise(links(5)))


def test_moment_is_stamped_in_utc_with_microseconds():
    """One moment has one stamp, whatever zone it is written in."""
    assert chain.stamp(NOW) == b"2026-11-25T00:00:00.000000+00:00"
    assert chain.stamp(NOW.astimezone(timezone(timedelta(hours=1)))) == chain.stamp(NOW)


def test_lock_number_fits_and_differs():
    """Session locks are signed 64-bit numbers, one a writer."""
    numbers = {chain.lock(f"W{each}") for each in range(1000)}
    assert len(numbers) == 1000
    assert all(-(2**63) <= each < 2**63 for each in numbers)
