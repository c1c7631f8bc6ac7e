"""The stand-in's control port as a test speaks to it: switches, counters, the frozen clock, records.

Rule: a switch that the stand-in refuses fails the test; `calm` sets everything back.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen


@dataclass(frozen=True, slots=True)
class Control:
    """The control port of one stand-in."""

    url: str

    def ask(self, path: str, wanted: dict[str, Any] | None = None) -> Any:
        """Ask (GET) or tell (POST) the control port; anything but 200 raises."""
        body = None if wanted is None else json.dumps(wanted).encode()
        with urlopen(Request(self.url + path, data=body), timeout=10) as answer:
            return json.load(answer)

    def modes(self, **switches: Any) -> None:
        """Set switches."""
        self.ask("/modes", switches)

    def calm(self) -> None:
        """Set every switch back and let the clock go."""
        self.ask("/modes", {"reset": True})
        self.ask("/clock", {"frozen": None})

    def freeze(self, moment: str | None) -> None:
        """Freeze the clock of pages at an ISO moment, or let it go."""
        self.ask("/clock", {"frozen": moment})

    def forget_sessions(self) -> None:
        """End every session of the stand-in, as its restart does."""
        self.ask("/sessions", {"forget": True})

    def reset(self) -> None:
        """Counters to nought."""
        self.ask("/counters/reset", {})

    @property
    def seen(self) -> int:
        """How many requests the stand-in read whole since the last reset."""
        return int(self.ask("/counters")["requests"])

    @property
    def mutations(self) -> dict[str, int]:
        """How often which kind of change was applied since the last reset."""
        return dict(self.ask("/counters")["mutations"])

    @property
    def requests(self) -> list[str]:
        """The last 500 requests, raw."""
        return list(self.ask("/requests"))

    def record(self, row_id: str) -> dict[str, Any]:
        """A record with its child rows."""
        return dict(self.ask(f"/record/{row_id}"))

    def notes(self, row_id: str, text: str) -> int:
        """How many notes of a person hold this text."""
        return sum(text in note["text"] for note in self.record(row_id)["children"]["note"])

    @contextmanager
    def switched(self, **switches: Any) -> Iterator[None]:
        """Set switches for a while."""
        self.modes(**switches)
        try:
            yield
        finally:
            self.ask("/modes", {"reset": True})
