"""Errors, split by whose fault they are. An exception is a fault; a denial is a value (`model.decision.Reason`).

Rules: an operator's message says file, line, what was found, what is allowed and what to do next; a user's message is
Dutch, made by the dialect, and reveals nothing of this.
"""


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


class SessionBusyError(StoreError):
    """Another exchange of the same session did not end within the wait."""
