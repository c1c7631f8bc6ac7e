"""The pure line on recorded exchanges: what identify, classify, decide, read, judge, mask and record cost by themselves.

Why: a whole gateway under load also measures sockets and stores; this is the part that grows with every rule. No I/O; the
replies of the world are made beforehand, so that only the line is on the clock. `python -m bench.line`.
"""

import contextlib
import gc
import time
from collections.abc import Iterable, Sequence

from proxy.line import walk
from proxy.model.exchange import Answered, Exchange, Known, Reply
from proxy.model.route import Core
from tests.doubles.playbook import EXCHANGE, NOW, RECEIPT, adviser, answer, house, persons, request, session

STRETCHES = ("classify", "decide, route", "read", "judge, mask, record", "release")
CASES = {"page of one person": "in_region_klantbeeld", "list of ten": "client_search_all"}
TARGET_US = 250.0
"""The whole policy part of a request: classify, facts, decide, mask."""


def least(seconds: Iterable[float]) -> float:
    """Give the first decile: what it costs where nobody else is on the core. A thread's CPU clock costs more than the line."""
    ordered = sorted(seconds)
    return ordered[len(ordered) // 10]


def once(name: str, replies: Sequence[Reply]) -> list[float]:
    """Walk once; gives the seconds of every stretch between two contacts with the world."""
    line, spent = walk(Exchange(EXCHANGE, NOW, request(name)), house()), []
    began = time.perf_counter()
    next(line)
    spent.append(time.perf_counter() - began)
    for reply in replies:
        began = time.perf_counter()
        with contextlib.suppress(StopIteration):
            line.send(reply)
        spent.append(time.perf_counter() - began)
    return spent


def measure(name: str, rounds: int) -> dict[str, float]:
    """Give the µs of every stretch of a recorded exchange, and of the whole."""
    held = persons(name)
    replies = (Known(session(), adviser(), held), Answered(answer(name), Core.LEGACY), Known(persons=held), RECEIPT)
    for _ in range(50):
        once(name, replies)
    gc.collect()
    gc.disable()
    try:
        found = [once(name, replies) for _ in range(rounds)]
    finally:
        gc.enable()
    stretches = {each: least(row[at] for row in found) * 1e6 for at, each in enumerate(STRETCHES)}
    return {**stretches, "whole": least(sum(row) for row in found) * 1e6}


def table(rounds: int = 2000) -> str:
    """Write the figures beside the target."""
    lines = [f"| exchange |{'|'.join(STRETCHES)}| whole µs | target |", f"|--|{'--|' * (len(STRETCHES) + 2)}"]
    for title, name in CASES.items():
        found = measure(name, rounds)
        lines.append(f"|{title}|{'|'.join(f'{value:.0f}' for value in found.values())}|<= {TARGET_US:.0f}|")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
