"""A visitor that writes down what it sent, what it got, and which persons the answer shows."""

from __future__ import annotations

import re
from typing import Any

from adapters.legacy_sonar.standin.application import Application
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.text import decode, shown
from adapters.legacy_sonar.standin.visitor import Reply, Visitor

_FACTS = (
    "row_id",
    "bsn",
    "surname",
    "birth_date",
    "region",
    "responsible_region",
    "municipality_code",
    "klass",
    "caseload_owner",
)


class Recorder(Visitor):
    """A visitor that remembers what it sent and got."""

    def __init__(self, base: str, application: Application) -> None:
        super().__init__(base)
        self.application = application
        self.host_header = "sonar.example"
        self.entries: list[dict[str, Any]] = []
        self.replies: dict[str, Reply] = {}
        self.name = ""
        self._tick = 1606208400000
        self.stamp = self._stamp

    def _stamp(self) -> int:
        self._tick += 1000
        return self._tick

    def switch(self, **modes: Any) -> None:
        """Set switches of the stand-in, and remember that they were set."""
        self.application.modes.changed(modes)
        self.entries.append({"modes": modes})

    async def raw(self, request: bytes, method: str = "GET") -> Reply:
        """Send, and keep request and answer under the current name."""
        reply = await super().raw(request, method)
        name = (
            self.name
            if self.name not in self.replies
            else f"{self.name}_{sum(key.startswith(self.name) for key in self.replies) + 1}"
        )
        self.replies[name] = reply
        text = decode(reply.body)
        entry = {
            "name": name,
            "user": self.user,
            "request": request.decode("latin-1"),
            "status": reply.status,
            "persons": self._persons(reply, text),
        }
        self.entries.append(entry)
        return reply

    def _persons(self, reply: Reply, text: str) -> list[Record]:
        words = set(re.findall(r"[\w-]+", text))
        people = self.application.store.tables["client"].values()
        found = [
            p
            for p in people
            if p["row_id"] in words
            or shown(p["bsn"], "b") in words
            or (p["bsn"] in words and b"Burgerservicenr" in reply.body)
        ]
        return [{name: person[name] for name in _FACTS} for person in found]
