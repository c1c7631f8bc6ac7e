"""How a call reaches what the user sees, where SONAR stands elsewhere."""

from dataclasses import dataclass

from proxy.model.http import Request


@dataclass(frozen=True, slots=True)
class Position:
    """The request to send, and the one read of ours that has to come before it."""

    request: Request
    before: Request | None = None
    """A read that moves SONAR where the user stands; None: the request itself says it."""
    row: str = ""
    """Which that read has to show; empty: a list."""
