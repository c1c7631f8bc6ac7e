"""A real Chromium, driven by the W3C WebDriver protocol over HTTP, with nothing but the standard library.

Why: what a person sees and clicks is the promise; a client of our own cannot show that a page works in a browser. The
protocol is one request a step, so these lines are lighter than any library (docs/decisions/0060-browser.md).
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

DRIVER, BROWSER = "chromedriver", "chromium"
_WITHOUT_SCRIPTS = {"profile.managed_default_content_settings.javascript": 2}
_ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server")


_GONE = frozenset({"stale element reference", "no such element"})


class GoneError(AssertionError):
    """What was asked about is not on the page, or its page has just been replaced."""


@dataclass(frozen=True, slots=True)
class Window:
    """One browser with a profile of its own."""

    base: str
    """Address of its session at the driver."""

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send one command; an error of the driver fails the test with its words."""
        return command(method, self.base + path, body)

    def open(self, url: str) -> None:
        """Type an address."""
        self.ask("POST", "/url", {"url": url})

    def back(self) -> None:
        """Press Back."""
        self.ask("POST", "/back", {})

    @property
    def address(self) -> str:
        """What stands in the address bar."""
        return str(self.ask("GET", "/url"))

    @property
    def source(self) -> str:
        """Everything that the page is made of, also what is not to be seen."""
        return str(self.ask("GET", "/source"))

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.shown("body")

    def shown(self, selector: str) -> str:
        """Give what a person reads in one element."""
        return str(self.ask("GET", f"/element/{self.find(selector)}/text"))

    def reads(self, words: str, seconds: float = 20.0) -> bool:
        """Wait until these words are read: a click may return before the next page is there."""
        until = time.monotonic() + seconds
        while not self._holds(words):
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def _holds(self, words: str) -> bool:
        """Look once; a page that goes while it is looked at holds nothing."""
        try:
            return words in self.text
        except GoneError:
            return False

    def find(self, selector: str) -> str:
        """Give the first element that a CSS selector finds."""
        return self._one("css selector", selector)

    def click(self, selector: str) -> None:
        """Click the first element that a CSS selector finds."""
        self.ask("POST", f"/element/{self.find(selector)}/click", {})

    def follow(self, words: str) -> None:
        """Click the first link of which the text holds these words."""
        self.ask("POST", f"/element/{self._one('partial link text', words)}/click", {})

    def fill(self, name: str, text: str) -> None:
        """Type into the field of a name."""
        self.ask("POST", f"/element/{self.find(f'[name={name}]')}/value", {"text": text})

    def choose(self, name: str, value: str) -> None:
        """Choose an entry of a list."""
        self.click(f'select[name={name}] option[value="{value}"]')

    def _one(self, using: str, wanted: str) -> str:
        found = self.ask("POST", "/element", {"using": using, "value": wanted})
        return str(next(iter(found.values())))


def command(method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    """Ask the driver one thing."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(url, data, {"Content-Type": "application/json"}, method=method), timeout=60) as answer:
            return json.load(answer)["value"]
    except HTTPError as error:
        with error:
            told = json.load(error)["value"]
        kind = GoneError if told["error"] in _GONE else AssertionError
        raise kind(f"{method} {url}: {told['message'][:500]}") from None


@contextmanager
def driver(log: Path) -> Iterator[str]:
    """Start the driver on a free port and stop it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as lines:
        child = subprocess.Popen([DRIVER, f"--port={port}", "--log-level=WARNING"], stdout=lines, stderr=lines)
        try:
            await_ready(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            child.terminate()
            child.wait(20)


def await_ready(base: str, seconds: float = 30.0) -> None:
    """Wait until the driver answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(URLError, ConnectionError):
            command("GET", base + "/status")
            return
        time.sleep(0.1)
    raise AssertionError(f"{DRIVER} does not answer at {base}")


@contextmanager
def window(base: str, *, scripts: bool) -> Iterator[Window]:
    """Open a browser, with or without scripts, and close it at the end."""
    options: dict[str, Any] = {"binary": shutil.which(BROWSER), "args": list(_ARGUMENTS)}
    if not scripts:
        options["prefs"] = _WITHOUT_SCRIPTS
    wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
    session = command("POST", base + "/session", {"capabilities": wanted})["sessionId"]
    opened = Window(f"{base}/session/{session}")
    try:
        opened.ask("POST", "/timeouts", {"implicit": 10_000})
        yield opened
    finally:
        opened.ask("DELETE", "")
