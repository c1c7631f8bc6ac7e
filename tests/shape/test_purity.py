"""Pure files are pure: the line can be walked, replayed and proved without a world."""

import pytest

from tests.shape.purity import does_io, impurities
from tests.shape.source import committed, seeded


def test_every_pure_file_is_pure() -> None:
    """No file outside the named ones has a clock, random numbers, a disk, a net or a log."""
    found = [str(each) for source in committed() for each in impurities(source)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "import os.path",
        "from datetime import datetime\nseen = datetime.now()",
        "import datetime as dt\nseen = dt.datetime.utcnow()",
        "from datetime import date\nseen = date.today()",
        "import random",
        "from secrets import token_bytes",
        "import socket",
        "from asyncio import sleep",
        "import logging",
        "import structlog",
        "text = open('x')",
        "from pathlib import Path\ntext = Path('x').read_text()",
        "import uuid\nfresh = uuid.uuid4()",
        "from uuid import uuid4",
        "def late():\n    import subprocess",
        "from proxy.accesslog.store import append",
        "from proxy.accesslog import store",
        "from ..accesslog import store",
        "from proxy import database",
        "import cli.output",
        "print('x')",
    ],
)
def test_a_seeded_impurity_is_reported(text: str) -> None:
    """Each way of touching the world in a pure file is found, with its line."""
    found = impurities(seeded("proxy/policy/decide.py", text))
    assert found
    assert found[0].line == len(text.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime, timedelta\n\ndef age(now: datetime) -> timedelta:\n    return now - now",
        "from pathlib import PurePath",
        "import uuid\nparsed = uuid.UUID(int=1)",
        "from proxy.model.call import Call",
        "found = clock.now()",
    ],
)
def test_a_pure_text_is_not_reported(text: str) -> None:
    """Now as an argument, paths as words and parsing of identifiers are no I/O."""
    assert impurities(seeded("proxy/policy/decide.py", text)) == []


@pytest.mark.parametrize(
    "path",
    [
        "proxy/accesslog/store.py",
        "proxy/listener/carry.py",
        "cli/demo.py",
        "adapters/legacy_sonar/standin/server.py",
        "console/pages.py",
        "rollout/worker.py",
    ],
)
def test_the_named_files_may_touch_the_world(path: str) -> None:
    """The list of files that do I/O is the one in ARCHITECTURE.md."""
    source = seeded(path, "import time")
    assert does_io(source.path)
    assert impurities(source) == []


@pytest.mark.parametrize("path", ["proxy/line.py", "proxy/policy/decide.py", "adapters/legacy_sonar/pages.py"])
def test_other_files_may_not(path: str) -> None:
    """A file that has no such name is pure, whatever its neighbours are called."""
    assert impurities(seeded(path, "import time"))
