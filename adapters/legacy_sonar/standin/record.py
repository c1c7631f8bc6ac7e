"""Recorded answers: every view, list, export, error and SOAP answer of a frozen stand-in, byte for byte.

Why: the adapter's tests read these files instead of running the stand-in, and a test of the stand-in proves that it still
gives exactly these bytes. Rules: 120 persons, seed 7, the clock stands still; `index.jsonl` holds, in order, the requests
(latin-1), the switches set between them, and which persons each answer shows.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

from adapters.legacy_sonar.standin.recorder import Recorder
from adapters.legacy_sonar.standin.script import play
from adapters.legacy_sonar.standin.server import Options, build, port_of, start

ANSWERS = Path(__file__).resolve().parent.parent / "recordings" / "answers"
FROZEN = Options(0, -1, 120, 7, frozen="2020-11-24T09:00:00")


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
