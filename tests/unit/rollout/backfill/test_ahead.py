import pytest

from rollout.backfill.ahead import Ahead, Many, reading
from rollout.carry import Known, copy
from rollout.record import Entity, Listed, RejectedError, Row, UnfitError

ANN, BOB, EVE = (Listed(f"1-7{each}") for each in "ABE")
KINDS = frozenset({Entity.CLIENT, Entity.NOTE})


def row(identity):
    """A record; what it says does not matter here."""
    return Row(identity, {"x": identity})


class Legacy:
    """A legacy of two persons with notes, and one whose page cannot be read."""

    reads = 0

    async def read(self, listed, _wanted):
        """Read."""
        self.reads += 1
        if listed == EVE:
            raise UnfitError("unreadable")
        return {Entity.NOTE: (row(f"{listed.id}-N"),), Entity.CLIENT: (row(listed.id),)}

    def subjects(self, subject, wanted):
        """Nobody lists here."""


class OneByOne:
    """A newcore that refuses one record, and tells what it was asked."""

    def __init__(self):
        self.asked = []

    async def apply(self, entity, row, version):
        """Apply, or refuse."""
        self.asked.append((entity, [row.id], version))
        if row.id == f"{BOB.id}-N":
            raise RejectedError("no")
        return "applied"

    async def remove(self, _entity, row_id, _version):
        """Remove."""
        self.asked.append(f"gone {row_id}")
        return "applied"

    async def held(self, _entity, subject=None):
        """Hold one note that legacy has no more."""
        yield subject

    async def texts(self, entity, row_id):
        """Nobody asks for texts here."""


class Together(OneByOne):
    """The same, many at once."""

    async def apply_many(self, entity, rows, version):
        """Apply, or refuse."""
        self.asked.append((entity, [each.id for each in rows], version))
        return [RejectedError("no") if each.id == f"{BOB.id}-N" else "applied" for each in rows]


async def copied(target, listed, known):
    """Copy some subjects that were read and applied ahead."""
    legacy = Legacy()
    ahead = Ahead((legacy, target), {each.id: await reading(legacy, each, KINDS) for each in listed})
    await ahead.begin(5)
    found = [await copy((ahead, ahead), each, (KINDS, 5), known) for each in listed]
    assert legacy.reads == len(listed), "each is read once"
    return found


async def test_subjects_become_the_same_as_one_by_one_in_fewer_requests():
    """Two requests for two kinds, parents first; what is gone is removed; failures are of whoever had them."""
    known = Known({Entity.NOTE: {ANN.id: ["old"]}})
    many, one = Together(), OneByOne()
    assert await copied(many, (ANN, BOB, EVE), known) == await copied(one, (ANN, BOB, EVE), known)
    assert many.asked == [
        (Entity.CLIENT, [ANN.id, BOB.id], 5), (Entity.NOTE, [f"{ANN.id}-N", f"{BOB.id}-N"], 5), "gone old",
    ]  # fmt: skip
    assert len(one.asked) == 5
    assert isinstance(many, Many)
    assert not isinstance(one, Many)


async def test_a_record_that_is_refused_and_a_page_that_cannot_be_read_are_failures_of_their_subject():
    """Nobody else's, and each with its reason."""
    ann, bob, eve = await copied(Together(), (ANN, BOB, EVE), Known({Entity.NOTE: {}}))
    assert (ann.failures, ann.results) == ((), {"applied": 2})
    assert [(each.row_id, each.reason) for each in bob.failures] == [(f"{BOB.id}-N", "no")]
    assert {(each.entity, each.reason) for each in eve.failures} == {(each, "unreadable") for each in KINDS}


async def test_what_fits_no_record_is_a_reading_and_a_core_that_is_away_is_none():
    """The first is put aside, the second ends the run."""
    assert isinstance(await reading(Legacy(), EVE, KINDS), UnfitError)

    class Away(Legacy):
        async def read(self, _listed, _wanted):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await reading(Away(), ANN, KINDS)


async def test_what_could_be_read_of_somebody_is_applied_with_the_others():
    """One kind is in doubt, the other is not."""
    target, part = Together(), UnfitError("no profile", {Entity.CLIENT: (row(EVE.id),)})
    ahead = Ahead((Legacy(), target), {EVE.id: part})
    await ahead.begin(7)
    done = await copy((ahead, ahead), EVE, (KINDS, 7), Known({Entity.NOTE: {}}))
    assert target.asked == [(Entity.CLIENT, [EVE.id], 7)]
    assert (done.fine, [each.entity for each in done.failures]) == ({Entity.CLIENT}, [Entity.NOTE])
