"""A real browser, driven over WebDriver: Chromium as a distribution ships it, without scripts, like the browsers of SONAR.

Rules: it speaks plain HTTP to `chromedriver` and knows nothing of pages; links and forms are used as a person does, by what
stands on them.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.scenarios.conftest import free_base

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key under which WebDriver names an element


def is_there() -> bool:
    """Tell whether this machine has a browser and its driver."""
    return shutil.which("chromedriver") is not None and shutil.which("chromium") is not None


class Chrome:
    """One browser with one profile."""

    def __init__(self, driver: httpx.Client, profile: str) -> None:
        """Open a window that runs no scripts of pages."""
        self._driver = driver
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={profile}",
        ]
        scripts = {"profile.managed_default_content_settings.javascript": 2}
        options = {"args": arguments, "binary": shutil.which("chromium"), "prefs": scripts}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        self._session = self._ask("POST", "/session", wanted)["sessionId"]
        self._do("POST", "/timeouts", {"implicit": 10_000})

    def close(self) -> None:
        """Close the browser."""
        with suppress(httpx.HTTPError):
            self._driver.delete(f"/session/{self._session}")

    def open(self, url: str) -> None:
        """Type an address."""
        self._do("POST", "/url", {"url": url})

    def back(self) -> None:
        """Press Back."""
        self._do("POST", "/back", {})

    @property
    def address(self) -> str:
        """Give what stands in the address bar."""
        return str(self._do("GET", "/url"))

    @property
    def source(self) -> str:
        """Give the page as the browser understood it."""
        return str(self._do("GET", "/source"))

    @property
    def text(self) -> str:
        """Give what a person reads."""
        return str(self._do("GET", f"/element/{self._find('css selector', 'body')}/text"))

    def reads(self, said: str, seconds: float = 20) -> bool:
        """Wait until these words are read: a click returns before the next page is there."""
        until = time.monotonic() + seconds
        while said not in self.text:
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def follow(self, said: str) -> None:
        """Click the first link with these words."""
        self._do("POST", f"/element/{self._find('partial link text', said)}/click", {})

    def fill(self, **values: str) -> None:
        """Fill in fields by their names."""
        for name, value in values.items():
            self._do("POST", f"/element/{self._find('css selector', f'[name={name}]')}/value", {"text": value})

    def send(self) -> None:
        """Press the button of the form."""
        self._do("POST", f"/element/{self._find('css selector', 'input[type=submit]')}/click", {})

    def _find(self, how: str, what: str) -> str:
        return str(self._do("POST", "/element", {"using": how, "value": what})[ELEMENT])

    def _do(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._ask(method, f"/session/{self._session}{path}", body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        reply = self._driver.request(method, path, json=body)
        value = reply.json()["value"]
        assert reply.status_code == 200, f"{method} {path} {body}: {value}"
        return value


@contextmanager
def chromium() -> Iterator[Iterator[Chrome]]:
    """Start the driver; each `next` is a browser of its own, all are closed at the end."""
    port = free_base()
    driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    opened: list[Chrome] = []
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client, TemporaryDirectory() as home:
            await_driver(client)
            yield browsers(client, Path(home), opened)
            for each in opened:
                each.close()
    finally:
        driver.terminate()
        driver.wait(20)


def browsers(client: httpx.Client, home: Path, opened: list[Chrome]) -> Iterator[Chrome]:
    """Open one browser after the other."""
    while True:
        opened.append(Chrome(client, str(home / str(len(opened)))))
        yield opened[-1]


def await_driver(client: httpx.Client, seconds: float = 30) -> None:
    """Wait until the driver answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(httpx.HTTPError):
            if client.get("/status").json()["value"]["ready"]:
                return
        time.sleep(0.1)
    raise AssertionError("chromedriver does not answer")
