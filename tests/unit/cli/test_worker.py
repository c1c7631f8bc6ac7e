"""Claims about keeping duties running."""

import asyncio

import pytest

from cli import worker
from proxy.errors import OperatorError


async def test_a_duty_that_fails_is_started_again_and_the_others_go_on(monkeypatch):
    """One fault costs two seconds of one duty, no more; the event ends them all."""
    monkeypatch.setattr(worker, "AGAIN_SECONDS", 0.01)
    stop, failed, ended = asyncio.Event(), [], []

    async def failing(_: asyncio.Event) -> None:
        failed.append(1)
        if len(failed) == 3:
            stop.set()
        raise RuntimeError("broken")

    async def steady(stopping: asyncio.Event) -> None:
        await stopping.wait()
        ended.append(1)

    running = asyncio.create_task(worker.run({"failing": failing, "steady": steady}, stop))
    await asyncio.wait_for(running, 5)
    assert (len(failed), ended) == (3, [1])


async def test_a_duty_that_does_not_end_is_cancelled(monkeypatch):
    """SIGTERM is obeyed within a limit."""
    monkeypatch.setattr(worker, "ENDING_SECONDS", 0.05)
    stop = asyncio.Event()
    stop.set()

    async def deaf(_: asyncio.Event) -> None:
        await asyncio.sleep(60)

    await asyncio.wait_for(worker.run({"deaf": deaf}, stop), 5)


async def _nothing(_: asyncio.Event) -> None:
    return


def test_one_duty_can_be_run_by_itself():
    """A name that is none is told, with those that are."""
    named = {"shadow": _nothing, "other": _nothing}
    assert worker.chosen(named, "shadow") == {"shadow": _nothing}
    with pytest.raises(OperatorError, match=r"--only sync: .*allowed are shadow, other"):
        worker.chosen(named, "sync")
