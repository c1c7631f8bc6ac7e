"""The first thing that a command does: read the settings and set up the operational log."""

from cli import logs
from proxy.settings import Settings, load


def begin() -> Settings:
    """Read the settings once and write the log by them; refuses wrong settings."""
    settings = load()
    logs.configure(settings.log_level)
    return settings
