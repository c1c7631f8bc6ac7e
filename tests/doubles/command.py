"""`poort`, as somebody types it, in this process: the same command without the second that an interpreter takes to start.

That the command also works as a process of its own is claimed by `tests/unit/cli/test_app.py` and the scenarios.
"""

import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from typing import NamedTuple
from unittest.mock import patch

from cli.app import main


class Done(NamedTuple):
    """What a command ended with, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def poort(*words: str, settings: Mapping[str, str]) -> Done:
    """Run a command under these settings and no others."""
    environment = {key: text for key, text in os.environ.items() if not key.startswith("POORT_")} | dict(settings)
    said, warned = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    with patch.dict(os.environ, environment, clear=True), redirect_stdout(said), redirect_stderr(warned):
        try:
            main(list(words))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        else:
            code = 0
    return Done(code, _text(said), _text(warned))


def _text(stream: TextIOWrapper) -> str:
    stream.flush()
    written = stream.buffer
    assert isinstance(written, BytesIO)
    return written.getvalue().decode()
