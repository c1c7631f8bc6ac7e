"""Claims about making one subject of newcore what legacy says now, with sides of which a test says everything."""

from collections import Counter

import pytest

from proxy.errors import UpstreamError
from rollout.carry import Known, applied, copy
from rollout.record import Entity, Held, Listed, RejectedError, Row, UnfitError

PERSON, KINDS = Listed("1-7A"), frozenset({Entity.CLIENT, Entity.NOTE})
WHOLE = {Entity.CLIENT: (Row("1-7A", {}),), Entity.NOTE: (Row("1-N1", {}), Row("1-N2", {}))}


class Shown:
    """A legacy that shows this, or raises it."""

    def __init__(self, shown):
        self.shown = shown

    async def read(self, _listed, wanted):
        """Show, or raise."""
        if isinstance(self.shown, Exception):
            raise self.shown
        return {kind: rows for kind, rows in self.shown.items() if kind in wanted}


class Core:
    """A newcore that keeps ids, and refuses some."""

    def __init__(self, held=(), refused=()):
        self.held_rows, self.refused, self.done = set(held), set(refused), []

    async def apply(self, _entity, row, version):
        """Keep a row."""
        if row.id in self.refused:
            raise RejectedError("newcore refuses it: body:/text too-long")
        self.done.append((row.id, version))
        return "applied"

    async def remove(self, _entity, row_id, version):
        """Remove a row."""
        self.done.append((f"-{row_id}", version))
        return "applied"

    async def held(self, _entity, subject=None):
        """Give what it has."""
        for each in sorted(self.held_rows):
            yield Held(each, subject or "", 1, "")


async def test_the_person_goes_before_what_hangs_on_her_and_what_is_gone_is_removed():
    """A note of somebody unknown has no place; a note that legacy does not show any more is no note."""
    core = Core({"1-N1", "1-N9"})
    done = await copy((Shown(WHOLE), core), PERSON, (KINDS, 7))
    assert core.done == [("1-7A", 7), ("1-N1", 7), ("1-N2", 7), ("-1-N9", 7)]
    assert (done.results, done.failures, done.fine) == (Counter({"applied": 3, "gone-applied": 1}), (), KINDS)


async def test_a_person_who_is_gone_is_removed_with_her_notes():
    """Legacy says that she does not exist."""
    core = Core({"1-N1"})
    await copy((Shown(dict.fromkeys(KINDS, ())), core), PERSON, (KINDS, 7))
    assert core.done == [("-1-7A", 7), ("-1-N1", 7)]


async def test_what_newcore_refuses_is_a_failure_of_that_record_alone():
    """The others are carried over; the failure names places and codes."""
    done = await copy((Shown(WHOLE), Core(refused={"1-N1"})), PERSON, (KINDS, 7))
    assert [(each.row_id, each.subject, each.reason) for each in done.failures] == [
        ("1-N1", "1-7A", "newcore refuses it: body:/text too-long")
    ]
    assert (done.results["applied"], done.fine) == (2, {Entity.CLIENT})


async def test_what_nobody_can_read_fails_with_every_kind_that_was_wanted():
    """Nothing is applied, and nothing is removed."""
    core = Core({"1-N1"})
    done = await copy((Shown(UnfitError("unreadable (page-shape)")), core), PERSON, (KINDS, 7))
    assert {each.entity for each in done.failures} == KINDS
    assert (core.done, done.fine) == ([], frozenset())


async def test_a_core_that_is_away_is_no_failure():
    """It raises, so that whoever asked waits."""
    with pytest.raises(UpstreamError):
        await copy((Shown(UpstreamError("unreachable", sent=False)), Core()), PERSON, (KINDS, 7))


async def test_a_kind_that_was_not_read_is_left_alone():
    """A row of another sort of subject: there is nothing to say about it."""
    core = Core({"1-N1"})
    await copy((Shown({}), core), PERSON, (KINDS, 7))
    assert core.done == []


async def test_what_is_known_of_newcore_is_not_asked_again():
    """A backfill asks once for all notes, and not for every person."""
    core = Core({"1-N9"})
    await applied(core, "1-7A", (WHOLE, 7), Known({Entity.NOTE: {"1-7A": ("1-N8",)}}))
    assert ("-1-N8", 7) in core.done
    assert ("-1-N9", 7) not in core.done


async def test_what_could_be_read_all_the_same_is_carried_over():
    """A person of whom one kind is in doubt loses nothing of the others."""
    core = Core({"1-N9"})
    rest = {Entity.CLIENT: (Row("1-7A", {}),)}
    done = await copy((Shown(UnfitError("no profile", rest)), core), PERSON, (KINDS, 7))
    assert core.done == [("1-7A", 7)]
    assert [(each.entity, each.row_id, each.reason) for each in done.failures] == [(Entity.NOTE, "1-7A", "no profile")]
    assert (done.results, done.fine) == (Counter(applied=1, unfit=1), {Entity.CLIENT})


@pytest.mark.parametrize("kind", [Entity.REGISTRATION, Entity.SERVICE])
async def test_who_has_none_of_a_kind_has_nothing_removed(kind):
    """Somebody without a BSN has no registration: one that never was is not removed for good."""
    core = Core()
    await copy((Shown({kind: ()}), core), PERSON, (frozenset({kind}), 7))
    assert core.done == []
