"""The control port: tests switch faults on and read what the stand-in has seen. It is never the main port.

GET /health                      {"ok": true, "clients": n, "seed": n}
GET /modes, POST /modes          all switches; a JSON object sets some; {"reset": true} sets all back
GET /counters                    {"requests", "connections", "sessions", "soap_tokens", "mutations": {kind: n}, "recent": [...]}
POST /counters/reset             counters and logs to nought (sessions and records stay)
GET /requests                    the last 500 requests, raw, as latin-1 text
POST /clock                      {"frozen": "2020-11-24T09:00:00"} or {"frozen": null}
POST /sessions                   {"forget": true}, {"idle": seconds}, {"per_minute": n}
GET /record/<row id>             the record and its child rows, for proofs of "exactly once"
POST /update                     {"row_id", "field", "value"}: an other user changes a record behind the client's back
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any

from adapters.legacy_sonar.standin.application import Answer, Application, Request
from adapters.legacy_sonar.standin.modes import Modes
from adapters.legacy_sonar.standin.wire import calm

Reply = dict[str, Any] | list[Any]


class Control:
    """Answers the control port for one application."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.requests: deque[str] = deque(maxlen=500)
        self.connections = 0

    def watch(self, raw: bytes) -> None:
        """Remember a request of the main port."""
        self.requests.append(raw.decode("latin-1"))

    def answer(self, request: Request) -> Answer:
        """The answer to one control request; 400 with the reason for a wrong one."""
        try:
            given = json.loads(request.body) if request.body else {}
            found = self._route(request.method, request.path, dict(given))
        except (ValueError, TypeError, KeyError) as error:
            return calm(400, json.dumps({"error": str(error)}).encode(), "application/json")
        status = 404 if found is None else 200
        return calm(status, json.dumps(found, ensure_ascii=False).encode(), "application/json; charset=utf-8")

    def _route(self, method: str, path: str, given: dict[str, Any]) -> Reply | None:
        if path.startswith("/record/") and method == "GET":
            return self._record(path.removeprefix("/record/"))
        routes: dict[tuple[str, str], Callable[[dict[str, Any]], Reply]] = {
            ("GET", "/health"): self._health, ("GET", "/modes"): self._modes, ("POST", "/modes"): self._modes,
            ("GET", "/counters"): self._counters, ("POST", "/counters/reset"): self._reset, ("GET", "/requests"): lambda _: list(self.requests),
            ("POST", "/clock"): self._clock, ("POST", "/sessions"): self._sessions, ("POST", "/update"): self._update,
        }  # fmt: skip
        return routes[method, path](given) if (method, path) in routes else None

    def _health(self, _: dict[str, Any]) -> Reply:
        return {"ok": True, "clients": self.application.store.clients, "seed": self.application.store.seed}

    def _modes(self, given: dict[str, Any]) -> Reply:
        wanted = dict(given)
        if wanted.pop("reset", False):
            self.application.modes.changed(Modes().shown())
        self.application.modes.changed(wanted)
        return self.application.modes.shown()

    def _counters(self, _: dict[str, Any]) -> Reply:
        store = self.application.store
        return {
            "requests": self.application.seen, "connections": self.connections, "sessions": len(self.application.sessions),
            "soap_tokens": len(self.application.soap.tokens), "mutations": dict(store.applied), "recent": list(store.recent),
        }  # fmt: skip

    def _reset(self, given: dict[str, Any]) -> Reply:
        self.application.seen, self.connections = 0, 0
        self.application.store.applied.clear()
        self.application.store.recent.clear()
        self.requests.clear()
        return self._counters(given)

    def _clock(self, given: dict[str, Any]) -> Reply:
        self.application.clock.freeze(given["frozen"])
        return {"now": self.application.clock.moment().isoformat()}

    def _sessions(self, given: dict[str, Any]) -> Reply:
        sessions = self.application.sessions
        if given.get("forget"):
            sessions.end_all()
        sessions.idle = float(given.get("idle", sessions.idle))
        sessions.per_minute = int(given.get("per_minute", sessions.per_minute))
        return {"idle": sessions.idle, "per_minute": sessions.per_minute, "sessions": len(sessions)}

    def _record(self, row: str) -> Reply | None:
        store = self.application.store
        record = store.record(row)
        if record is None:
            return None
        kinds = {kind for kind, table in store.tables.items() if table and "parent" in next(iter(table.values()))}
        return {
            "kind": store.kind_of[row],
            "record": record,
            "children": {kind: store.children(kind, row) for kind in sorted(kinds)},
        }

    def _update(self, given: dict[str, Any]) -> Reply:
        store = self.application.store
        kind = store.kind_of[given["row_id"]]
        entry = {
            "what": "control.update",
            "kind": kind,
            "row_id": given["row_id"],
            "action": "update",
            "values": {given["field"]: str(given["value"])},
            "user": "ANDER",
            "at": "",
        }
        return dict(store.change(entry))
