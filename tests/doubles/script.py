"""The requests of the public contract, filled in and sent: what somebody does who has only the demo's one JSON line."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes
from xml.sax.saxutils import escape

from adapters.legacy_sonar.standin.text import encode
from adapters.legacy_sonar.standin.visitor import Reply, Visitor


@dataclass(slots=True)
class Script:
    """One browser that speaks by the contract's `requests`."""

    said: dict[str, Any]
    user: dict[str, Any]
    browser: Visitor = field(init=False)

    def __post_init__(self) -> None:
        """Open the browser at the gateway."""
        self.browser = Visitor(self.said["gateway"])

    async def send(self, name: str, person: dict[str, str] | None = None) -> Reply:
        """Send one request of the contract about a person."""
        request, person = self.said["requests"][name], person or self.said["clients"]["in_region"]
        soap = "xml" in request["headers"].get("Content-Type", "")
        values = {
            **{key: self.user[key] for key in ("user", "password")},
            **{key: person[key] for key in ("row_id", "bsn", "name")},
            "vacancy_id": self.said["vacancy"]["vacancy_id"],
            "sn": self.browser.cookies.get("_sn", ""),
        }
        body, path = request["body"], request["path"]
        for key, value in values.items():
            body = body.replace(f"{{{key}}}", escape(value) if soap else quoted(value))
            path = path.replace(f"{{{key}}}", quoted(value))
        return await self.browser.exchange(
            request["method"], path, body.encode("latin-1"), list(request["headers"].items())
        )


def quoted(value: str) -> str:
    """Percent-encode a value as windows-1252."""
    return quote_from_bytes(encode(value), safe="")
