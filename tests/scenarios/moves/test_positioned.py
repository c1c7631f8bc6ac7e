"""Whatever a user does while the ramp moves, pages and records are those of a legacy that answers everything alone."""

import os
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from proxy.model.call import Kind
from proxy.model.decision import Reason
from proxy.model.http import Answer
from proxy.model.route import Core
from proxy.routing.begun import held
from tests.doubles.habits import Habits
from tests.doubles.two_cores import Step, TwoCores

LONG = os.environ.get("POORT_TEST_LONG") == "1"
SEEDS = range(400 if LONG else 6)
STEPS = 120
REACHED: Counter[str] = Counter()


async def lived(seed: int) -> tuple[TwoCores, int]:
    """Let a user work for a while, and say how long; raises at the first page or record that differs."""
    chance, world = random.Random(seed), TwoCores()
    habits, ramp = Habits(world, chance), False
    for number in range(STEPS):
        ramp = ramp if chance.random() < 0.8 else not ramp
        body = habits.next()
        before = world.two
        step = await world.do(body, ramp=ramp, newcore_fails=chance.random() < 0.03)
        if step is None:
            continue
        habits.learn(step)
        assert world.alone.stored == world.beside.stored, f"seed {seed}, step {number}: {body}\n{told(world)}"
        if step.shared is Reason.UPSTREAM:
            break  # newcore is away, and nobody else has its list: from here on the user sees it
        guess = step.shared is Reason.NO_CURRENT_RECORD and not step.call.by_cursor
        if guess and isinstance(step.alone, Answer):
            break  # nobody can tell where SONAR stands, here or there: the call is refused, never guessed
        if step.fell_back and (step.call.again or held(step.call, before) is not None):
            break  # newcore is away: its list is opened anew, and Back shows a whole page
        if step.alone is Reason.UNREADABLE and step.shared != step.alone:
            break  # Back onto another view than the session's is refused with legacy alone
        assert same(step), f"seed {seed}, step {number}: {body}\n{told(world)}\n{different(step)}"
    return world, number


def same(step: Step) -> bool:
    """Tell whether nobody noticed: the same bytes, or refused by both."""
    if isinstance(step.shared, Reason):
        if step.alone is Reason.UNREADABLE:
            return step.shared is step.alone
        told_so = isinstance(step.alone, Answer) and b"SNR-0009" in step.alone.body
        return isinstance(step.alone, Reason) or (step.shared is Reason.PAGE_EXPIRED and told_so)
    return step.alone == step.shared


def told(world: TwoCores) -> str:
    """Say how it came to that."""
    return "\n".join(
        f"{each.core or each.shared}: {'positioned ' if each.positioned else ''}"
        f"{each.call.links[-1].command} {each.call.links[-1].method} {each.call.links[-1].view} {each.call.row_ids} {each.call.sequence}"
        for each in world.steps[-12:]
    )


def different(step: Step) -> str:
    """Show both."""
    if not (isinstance(step.alone, Answer) and isinstance(step.shared, Answer)):
        return f"{step.alone if isinstance(step.alone, Reason) else step.alone.body[-900:]!r} | {step.shared}"
    pairs = zip(step.alone.body.split(b"\r\n"), step.shared.body.split(b"\r\n"), strict=False)
    return "\n".join(f"{one!r}\n{two!r}" for one, two in pairs if one != two)[:3000]


@pytest.mark.parametrize("seed", SEEDS)
async def test_nobody_notices_that_a_read_moved(seed):
    """Lists, records, tabs, Back, writes by row and by cursor, refused pages: the same bytes and the same records."""
    world, number = await lived(seed)
    assert number > 10, told(world)
    REACHED.update(reached(world))


def test_what_was_to_be_tried_was_tried():
    """Both cores answered, and writes by cursor came after a page of newcore: placed by a row, or by a read of ours."""
    if not REACHED:
        pytest.skip("the lives before did not run")
    print(dict(REACHED))
    assert REACHED["newcore"] > 10 * len(SEEDS)
    assert REACHED["written by cursor, positioned"] >= len(SEEDS)
    assert REACHED["read by cursor, positioned"] >= 1


def reached(world: TwoCores) -> Iterator[str]:
    """Name what the steps of a life were."""
    for step in world.steps:
        if isinstance(step.shared, Reason):
            yield step.shared
        elif step.core is Core.NEWCORE:
            yield "newcore"
        else:
            kind = "written" if step.call.kind is Kind.MUTATE else "read"
            how = " by cursor" if step.call.by_cursor else ""
            yield f"{kind}{how}{', positioned' if step.positioned else ''}"
