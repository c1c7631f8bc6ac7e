"""Keeps one instance on the newest good matrix: load, check, archive, swap.

Rules:
1. The matrix that the process began with was checked before; the file is looked at every quarter of a second.
2. A file that does not load, or breaks a promise of the letter, changes nothing: the last good matrix stays, with an alarm.
3. A matrix is archived under its hash before it decides anything, so that no record names rules that nobody can read. While
   the archive cannot be reached the old one stays, and it is tried again; nothing is released meanwhile anyhow.
4. Compiling takes part of a second and happens beside the requests; the swap is one assignment, and a call keeps the
   matrix that it began with.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from proxy.errors import OperatorError, PoortError
from proxy.policy.invariant import keep_promises
from proxy.policy.matrix import Catalogue, Matrix, load
from proxy.watch import POLL_SECONDS, Signature, read, signature

log = structlog.get_logger()

type Keep = Callable[[str, str], Awaitable[None]]
"""Archives a text under its hash; raises PoortError."""


class MatrixWatch:
    """The matrix of this moment."""

    def __init__(self, path: Path, catalogue: Catalogue, matrix: Matrix, keep: Keep) -> None:
        """Begin with the matrix that the process read when it started; the file may be newer by now."""
        self._path, self._catalogue, self._keep = path, catalogue, keep
        self.matrix = matrix
        self.alarm = ""
        self.refused = 0
        """Files refused since the start."""
        self._seen: Signature = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to follow the file."""
        self._task = asyncio.create_task(self._follow(), name="policy")

    async def close(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Look once at the file, and swap it in where it is new and good."""
        found = signature(self._path)
        if found == self._seen:
            return
        try:
            matrix = await self._newest()
        except OperatorError as fault:
            self._seen = found
            self._refuse(fault)
            return
        except PoortError as fault:
            log.warning("matrix not archived yet, the last one stays", fault=type(fault).__name__)
            return  # not seen: tried again
        self._seen, self.alarm = found, ""
        if matrix is not self.matrix:
            log.info("matrix swapped", old=self.matrix.hash[:12], new=matrix.hash[:12])
            self.matrix = matrix

    async def _newest(self) -> Matrix:
        """Load what the file holds and keep it in the archive; the same text is the same matrix."""
        text = read(self._path)
        if text == self.matrix.source:
            return self.matrix
        matrix = await asyncio.to_thread(self._checked, text)
        await self._keep(matrix.hash, matrix.source)
        return matrix

    def _checked(self, text: str) -> Matrix:
        return keep_promises(load(text, self._catalogue, str(self._path)), str(self._path))

    def _refuse(self, fault: OperatorError) -> None:
        self.refused += 1
        self.alarm = str(fault)
        log.error("authorisation file refused, the last good one stays", alarm=self.alarm, hash=self.matrix.hash[:12])

    async def _follow(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(POLL_SECONDS)
