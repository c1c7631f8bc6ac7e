"""Claims about the breaker before newcore."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from proxy.errors import UpstreamError
from proxy.listener.breaker import FIRST_PAUSE, LONGEST_PAUSE, STRIKES, Spared

ANSWER = ("page", None)


@dataclass
class Newcore:
    """A newcore that does what is next on its list, and then answers."""

    doings: list[Any] = field(default_factory=list)
    asked: int = 0

    async def send(self, *_: Any) -> Any:
        """Answer, or raise."""
        self.asked += 1
        doing = self.doings.pop(0) if self.doings else None
        if isinstance(doing, BaseException):
            raise doing
        if doing is not None:
            await doing
        return ANSWER


@dataclass
class Clock:
    """A clock that is set by hand."""

    time: float = 100.0

    def __call__(self) -> float:
        """Give the time."""
        return self.time


def fault(name: str = "timeout", *, sent: bool = True) -> UpstreamError:
    """Make a fault of newcore."""
    return UpstreamError(name, sent=sent, core="newcore")


async def ask(spared: Spared) -> str:
    """Ask once; gives `answered` or the fault."""
    try:
        await spared.send(None, None, None)  # type: ignore[arg-type]  the breaker looks at none of them
    except UpstreamError as found:
        return found.fault
    return "answered"


@pytest.fixture
def made():
    """A breaker, its newcore and its clock."""
    newcore, clock = Newcore(), Clock()
    return Spared(newcore, clock), newcore, clock


async def opened(made) -> None:
    """Open it."""
    spared, newcore, _ = made
    newcore.doings += [fault() for _ in range(STRIKES)]
    for _ in range(STRIKES):
        assert await ask(spared) == "timeout"
    newcore.asked = 0


async def test_after_a_few_faults_in_a_row_nobody_waits_any_more(made):
    """Newcore is not even asked."""
    await opened(made)
    spared, newcore, _ = made
    assert [await ask(spared) for _ in range(5)] == ["open"] * 5
    assert newcore.asked == 0


async def test_an_answer_between_faults_keeps_it_closed(made):
    """Now and then a fault is the guard's business, not a newcore that hangs."""
    spared, newcore, _ = made
    newcore.doings = [fault(), fault(), None] * 5
    assert "open" not in [await ask(spared) for _ in range(15)]


@pytest.mark.parametrize("name", ["untranslatable", "unspeakable", "status-404", "status-403"])
async def test_what_only_shows_that_newcore_is_there_opens_nothing(made, name):
    """A call that newcore cannot answer by its nature is no fault of newcore."""
    spared, newcore, _ = made
    newcore.doings = [fault(name, sent=name != "untranslatable") for _ in range(20)]
    assert [await ask(spared) for _ in range(20)] == [name] * 20


async def test_after_the_pause_one_call_probes_and_the_others_do_not_wait(made):
    """Half open: one at a time."""
    await opened(made)
    spared, newcore, clock = made
    clock.time += FIRST_PAUSE
    hanging = asyncio.Event()
    newcore.doings = [hanging.wait()]
    probe = asyncio.create_task(ask(spared))
    await asyncio.sleep(0)
    assert [await ask(spared) for _ in range(3)] == ["open"] * 3
    hanging.set()
    assert await probe == "answered"
    assert await ask(spared) == "answered"


async def test_a_probe_that_fails_makes_the_pause_longer_up_to_a_limit(made):
    """A newcore that stays away is asked ever less."""
    await opened(made)
    spared, newcore, clock = made
    pause = FIRST_PAUSE
    for _ in range(10):
        clock.time += pause - 0.01
        assert await ask(spared) == "open"
        clock.time += 0.01
        newcore.doings = [fault()]
        assert await ask(spared) == "timeout"
        pause = min(pause * 2, LONGEST_PAUSE)
    clock.time += LONGEST_PAUSE
    assert await ask(spared) == "answered"


async def test_a_late_answer_does_not_close_it_and_a_late_fault_makes_nothing_longer(made):
    """Calls that went through before it opened say nothing of now."""
    spared, newcore, clock = made
    slow, failing = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        await failing.wait()
        raise fault()

    newcore.doings = [slow.wait(), late()]
    waiting = [asyncio.create_task(ask(spared)) for _ in range(2)]
    await asyncio.sleep(0)
    await opened(made)
    slow.set()
    failing.set()
    assert await asyncio.gather(*waiting) == ["answered", "timeout"]
    assert await ask(spared) == "open"
    clock.time += FIRST_PAUSE
    assert await ask(spared) == "answered"


@pytest.mark.parametrize("ending", [asyncio.CancelledError(), KeyError("x")])
async def test_a_probe_that_nobody_waited_for_leaves_the_next_call_to_probe(made, ending):
    """Else a client that hangs up would keep newcore out for good."""
    await opened(made)
    spared, newcore, clock = made
    clock.time += FIRST_PAUSE
    newcore.doings = [ending]
    with pytest.raises(type(ending)):
        await ask(spared)
    assert await ask(spared) == "answered"
