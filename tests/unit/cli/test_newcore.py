"""Claims about the one place of ours that may start the new core."""

from cli import newcore
from newcore import app


def test_the_command_starts_newcore_itself():
    """It is imported here and nowhere else (docs/decisions/0004)."""
    assert newcore.serve is app.serve
