"""A second stand-in with the same people, and two browsers that do the same at it and at the gateway.

Rules: the twin begins with a copy of the first one's changes, both clocks stand still at the same moment, so that every
byte is equal but what a session is known by (token, SRN) and the authority; only these are made equal before comparing.
"""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.legacy_sonar.standin.visitor import Reply, Visitor
from tests.doubles.control import Control

_LISTENS = re.compile(r"stand-in of SONAR: (http://[\d.:]+)/\S+, control (http://[\d.:]+),")
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "date", "content-length", "proxy-connection"})
type Action = Callable[[Visitor], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Twin:
    """A running twin."""

    url: str
    control: Control


@contextmanager
def standin(home: Path, clients: int, seed: int = 1) -> Iterator[Twin]:
    """Start a stand-in of one's own on free ports, with its changes in a folder; it must end with 0."""
    command = [sys.executable, "-m", "adapters.legacy_sonar.standin", "serve", "--port", "0", "--control-port", "0"]
    sizes = ["--clients", str(clients), "--seed", str(seed), "--data-dir", str(home)]
    child = subprocess.Popen([*command, *sizes], stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    try:
        line = child.stderr.readline()
        found = _LISTENS.match(line)
        assert found, f"the stand-in did not say where it listens: {line}"
        yield Twin(found[1], Control(found[2]))
    finally:
        child.terminate()
        code = child.wait(10)
        child.stderr.close()
    assert code == 0


@contextmanager
def twin(changes: Path, clients: int, seed: int = 1) -> Iterator[Twin]:
    """Start a stand-in that knows every change of another one."""
    home = Path(f"{changes}-twin")
    shutil.copytree(changes, home)
    try:
        with standin(home, clients, seed) as running:
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


@dataclass(slots=True)
class Pair:
    """One user with two browsers: straight to the twin, and through the gateway."""

    direct: Visitor
    through: Visitor
    tokens: dict[str, set[str]] = field(default_factory=lambda: {"direct": set(), "through": set()})

    @classmethod
    def of(cls, twin_url: str, gateway: str, user: str, password: str) -> "Pair":
        """Open both browsers with one clock."""
        pair = cls(Visitor(twin_url, user, password), Visitor(gateway, user, password))
        for browser in (pair.direct, pair.through):
            browser.stamp = lambda: 1606208400000
        return pair

    async def both(self, action: Action) -> tuple[Reply, Reply]:
        """Do one thing in both browsers."""
        replies = await asyncio.gather(action(self.direct), action(self.through))
        for side, browser in (("direct", self.direct), ("through", self.through)):
            self.tokens[side] |= {browser.srn, browser.cookies.get("_sn", "")} - {""}
        return replies[0], replies[1]

    def differences(self, replies: tuple[Reply, Reply], *, same_body: bool = True) -> list[str]:
        """Say in what two answers differ, after making equal what must differ."""
        straight, passed = replies
        found = [] if straight.status == passed.status else [f"status {straight.status} != {passed.status}"]
        heads = (self._head(straight, "direct"), self._head(passed, "through"))
        if heads[0] != heads[1]:
            found.append(f"head {sorted(set(heads[0]) ^ set(heads[1]))} or their order")
        bodies = (self._plain(straight.body, "direct"), self._plain(passed.body, "through"))
        if same_body and bodies[0] != bodies[1]:
            found.append(f"body at {first_difference(*bodies)}")
        return [*found, *lengths(passed)]

    def _head(self, reply: Reply, side: str) -> list[tuple[str, str]]:
        named = [(name, value) for name, value in reply.headers if name.lower() not in _HOP]
        return [(name, self._plain(value.encode("latin-1"), side).decode("latin-1")) for name, value in named]

    def _plain(self, data: bytes, side: str) -> bytes:
        browser = self.direct if side == "direct" else self.through
        for token in sorted(self.tokens[side], key=len, reverse=True):
            data = data.replace(token.encode(), b"*" * 8)
        return data.replace(browser.host_header.encode(), b"AUTHORITY")

    async def close(self) -> None:
        """Close both connections."""
        await self.direct.close()
        await self.through.close()


def first_difference(left: bytes, right: bytes) -> str:
    """Show where two bodies part."""
    place = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    around = slice(max(0, place - 60), place + 60)
    return f"{place} of {len(left)}/{len(right)}: {left[around]!r} != {right[around]!r}"


def lengths(reply: Reply) -> list[str]:
    """Say whether an answer is framed in no way or in two."""
    named = [name.lower() for name, _ in reply.headers]
    told = named.count("content-length") + named.count("transfer-encoding")
    return [] if told <= 1 else [f"framed {told} times"]
