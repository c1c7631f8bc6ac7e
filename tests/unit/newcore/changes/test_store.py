import asyncio

import pytest

from newcore.changes.store import Outbox
from newcore.employers.model import EMPLOYER
from newcore.register.commands import Apply
from newcore.register.store import Register

TEXTS = dict.fromkeys(EMPLOYER.names, "x")


async def test_whoever_reads_on_misses_nothing(engine):
    """While many write at once: a number that was read past never gets company below it."""
    register, outbox = Register(engine, EMPLOYER), Outbox(engine)

    async def write(writer):
        for each in range(20):
            await register.apply(Apply(f"1-E{writer}-{each}", 1, TEXTS))

    writing = [asyncio.create_task(write(writer)) for writer in range(4)]
    seen, last = [], 0
    while not all(task.done() for task in writing):
        for change in await outbox.after(last, 1000):
            seen.append(change.id)
            last = change.sequence
    seen += [change.id for change in await outbox.after(last, 1000)]
    await asyncio.gather(*writing)
    assert len(seen) == 80
    assert set(seen) == {f"1-E{writer}-{each}" for writer in range(4) for each in range(20)}


async def test_a_change_that_fails_is_not_told(engine):
    """Both are of one transaction: without the record there is no row of it."""
    register, outbox = Register(engine, EMPLOYER), Outbox(engine)
    with pytest.raises(KeyError):
        await register.apply(Apply("1-E1", 1, {}))
    with pytest.raises(Exception, match=r"u0000"):
        await register.apply(Apply("1-E1", 1, TEXTS | {"address": "\x00"}))
    assert await outbox.after(0, 10) == ()
