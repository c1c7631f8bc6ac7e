"""Recorded answers: every view, list, export, error and SOAP answer of a frozen stand-in, byte for byte.

Why: the adapter's tests read these files instead of running the stand-in, and a test of the stand-in proves that it still
gives exactly these bytes. Rules: 120 persons, seed 7, the clock stands still; `index.jsonl` holds, in order, the requests
(latin-1), the switches set between them, and which persons each answer shows.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

from adapters.legacy_sonar.standin.application import Application
from adapters.legacy_sonar.standin.script import play
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.server import Options, build, port_of, start
from adapters.legacy_sonar.standin.text import decode, shown
from adapters.legacy_sonar.standin.visitor import Reply, Visitor

ANSWERS = Path(__file__).resolve().parent.parent / "recordings" / "answers"
FROZEN = Options(0, -1, 120, 7, frozen="2020-11-24T09:00:00")
_FACTS = ("row_id", "bsn", "surname", "birth_date", "region", "responsible_region", "municipality_code", "klass", "caseload_owner")


class Recorder(Visitor):
    """A visitor that remembers what it sent and got."""

    def __init__(self, base: str, application: Application) -> None:
        super().__init__(base)
        self.application = application
        self.host_header = "sonar.example"
        self.entries: list[dict[str, Any]] = []
        self.replies: dict[str, Reply] = {}
        self.name = ""
        self._tick = 1606208400000
        self.stamp = self._stamp

    def _stamp(self) -> int:
        self._tick += 1000
        return self._tick

    def switch(self, **modes: Any) -> None:
        """Set switches of the stand-in, and remember that they were set."""
        self.application.modes.changed(modes)
        self.entries.append({"modes": modes})

    async def raw(self, request: bytes, method: str = "GET") -> Reply:
        """Send, and keep request and answer under the current name."""
        reply = await super().raw(request, method)
        name = self.name if self.name not in self.replies else f"{self.name}_{sum(key.startswith(self.name) for key in self.replies) + 1}"
        self.replies[name] = reply
        text = decode(reply.body)
        entry = {"name": name, "user": self.user, "request": request.decode("latin-1"), "status": reply.status, "persons": self._persons(reply, text)}
        self.entries.append(entry)
        return reply

    def _persons(self, reply: Reply, text: str) -> list[Record]:
        words = set(re.findall(r"[\w-]+", text))
        people = self.application.store.tables["client"].values()
        found = [p for p in people if p["row_id"] in words or shown(p["bsn"], "b") in words or (p["bsn"] in words and b"Burgerservicenr" in reply.body)]
        return [{name: person[name] for name in _FACTS} for person in found]


async def recorded() -> Recorder:
    """Play the script against a fresh frozen stand-in."""
    application = build(FROZEN)
    servers = await start(application, FROZEN)
    recorder = Recorder(f"http://127.0.0.1:{port_of(servers[0])}", application)
    try:
        await play(recorder)
    finally:
        await recorder.close()
        for server in servers:
            server.close()
    return recorder


def write(folder: Path) -> None:
    """Write all answers and the index into a folder; what stood there is replaced."""
    recorder = asyncio.run(recorded())
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name, reply in recorder.replies.items():
        (folder / f"{name}.http").write_bytes(reply.raw)
    lines = (json.dumps(entry, ensure_ascii=False) for entry in recorder.entries)
    (folder / "index.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
