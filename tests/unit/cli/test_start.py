"""What must hold of a command's start."""

import logging
from pathlib import Path

import pytest
import structlog

from cli.start import begin
from proxy.errors import OperatorError


def test_the_log_follows_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command writes at the level that was set."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setenv("POORT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("POORT_LOG_LEVEL", "error")
    try:
        assert begin().log_level == "error"
        assert root.level == logging.ERROR
    finally:
        structlog.reset_defaults()
        root.handlers, root.level = handlers, level


def test_wrong_settings_refuse_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set up on settings that nobody meant."""
    monkeypatch.setenv("POORT_LOG_LEVEL", "loud")
    with pytest.raises(OperatorError, match="POORT_LOG_LEVEL: found 'loud'; allowed are debug, info"):
        begin()
