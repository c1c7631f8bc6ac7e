"""Errors, split by whose fault they are. An exception is a fault; a denial is a value (`model.decision.Reason`).

Rules: an operator's message says file, line, what was found, what is allowed and what to do next; a user's message is
Dutch, made by the dialect, and reveals nothing of this. The operational log gets the `place` of a fault, never its text.
"""

from traceback import extract_tb

FRAMES = 4
"""So many places of a fault are told, innermost first."""


def place(fault: BaseException) -> dict[str, str]:
    """Say where a fault arose, without its message: messages of drivers and parsers quote the data they failed on."""
    frames = reversed(extract_tb(fault.__traceback__)[-FRAMES:])
    where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)
    return {"fault": type(fault).__name__, "where": where or "?"}


class PoortError(Exception):
    """Root of everything that Sonarpoort raises on purpose."""


class OperatorError(PoortError):
    """Wrong settings, files or commands: the operator mends it. The message says how."""


class ClientError(PoortError):
    """The client's fault: a request that breaks a rule."""


class UpstreamError(PoortError):
    """A core's fault. `sent` tells whether bytes of the request may have reached it: then a mutation is UNKNOWN."""

    def __init__(self, fault: str, *, sent: bool, core: str = "legacy") -> None:
        """Name the fault (`unreachable`, `busy`, `timeout`, `cut`, `garbage`, `too-large`)."""
        super().__init__(f"{core}: {fault} ({'after' if sent else 'before'} sending)")
        self.fault, self.sent, self.core = fault, sent, core


class StoreError(PoortError):
    """Our own store could not read or write. Nothing is released on it."""


class StaleSessionError(StoreError):
    """The session changed elsewhere between reading and storing it (compare-and-set failed)."""


class UnplacedError(PoortError):
    """SONAR cannot be placed where the user stands, so the request was not sent. `sent`: a read of ours was."""

    def __init__(self, *, sent: bool) -> None:
        """Say whether the read that was to place it went up."""
        super().__init__("SONAR cannot be placed where the user stands")
        self.sent = sent


class SessionBusyError(StoreError):
    """Another exchange of the same session did not end within the wait."""
