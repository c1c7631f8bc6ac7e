"""The dialect on its real tables, and the recorded exchanges that it must read."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.legacy_sonar import views as view_map
from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.page import Grammar, compile_map
from adapters.legacy_sonar.views import ViewMap
from proxy.catalogue import Catalogue, load
from proxy.model.call import Call
from proxy.model.http import Answer, Request

ROOT = Path(__file__).parents[4]
ADAPTER = ROOT / "adapters/legacy_sonar"
AUTHORITY = b"127.0.0.1:8200"
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
COOKIE = (b"Cookie", b"_sn=nT8wAbC0123456789__")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded exchange of the stand-in: request, answer, and who is really on it."""

    name: str
    request: Request
    answer: Answer
    persons: tuple[dict[str, Any], ...]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The real catalogue."""
    return load((ROOT / "proxy/catalogue/functions.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def views() -> ViewMap:
    """The real control map."""
    return view_map.load((ADAPTER / "views.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def grammar(views) -> Grammar:
    """The compiled grammar of the real map."""
    return compile_map(views)


@pytest.fixture(scope="session")
def dialect(catalogue, views) -> SonarDialect:
    """The dialect on the real tables."""
    return SonarDialect(catalogue, views, AUTHORITY)


@pytest.fixture(scope="session")
def recorded() -> dict[str, Recorded]:
    """Every recorded exchange by its name."""
    lines = (ADAPTER / "recordings/answers/index.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return {each["name"]: _recorded(each) for each in entries if "request" in each}


@pytest.fixture(scope="session")
def post() -> Callable[..., Request]:
    """Build a posted form as a browser sends it."""

    def build(body: bytes, query: bytes = b"", *fields: tuple[bytes, bytes]) -> Request:
        target = b"/sonar_nld/start.swe" + (b"?" + query if query else b"")
        return Request(b"POST", target, b"HTTP/1.1", (FORM, COOKIE, *fields), body, "192.0.2.1")

    return build


@pytest.fixture(scope="session")
def get() -> Callable[..., Request]:
    """Build a request without a body."""

    def build(query: bytes, *fields: tuple[bytes, bytes]) -> Request:
        return Request(b"GET", b"/sonar_nld/start.swe?" + query, b"HTTP/1.1", (COOKIE, *fields), b"", "192.0.2.1")

    return build


@pytest.fixture(scope="session")
def settled() -> Callable[..., Call]:
    """Give a call the function of the view that the session has open, as the line does before it sends."""

    def settle(call: Call, function: str) -> Call:
        links = tuple(replace(link, function=link.function or function) for link in call.links)
        return replace(call, links=links, function=call.function or function)

    return settle


def _recorded(entry: dict[str, Any]) -> Recorded:
    return Recorded(entry["name"], _request(entry["request"]), _answer(entry["name"]), tuple(entry["persons"]))


def _request(text: str) -> Request:
    head, _, body = text.partition("\r\n\r\n")
    line, *rest = head.split("\r\n")
    method, target, version = line.split(" ", 2)
    fields = tuple(_pair(each.encode("latin-1")) for each in rest)
    encoding = "utf-8" if target.startswith("/eai") else "latin-1"
    return Request(
        method.encode(), target.encode("latin-1"), version.encode(), fields, body.encode(encoding), "192.0.2.1"
    )


def _answer(name: str) -> Answer:
    head, _, body = (ADAPTER / f"recordings/answers/{name}.http").read_bytes().partition(b"\r\n\r\n")
    line, *rest = head.split(b"\r\n")
    fields = tuple(_pair(each) for each in rest)
    if (b"Transfer-Encoding", b"chunked") in fields:
        body = _joined(body)
    return Answer(int(line.split()[1]), line.split(b" ", 2)[2], fields, body)


def _pair(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b": ")
    return name, value


def _joined(chunked: bytes) -> bytes:
    parts = []
    while chunked:
        size, _, chunked = chunked.partition(b"\r\n")
        parts.append(chunked[: int(size, 16)])
        chunked = chunked[int(size, 16) + 2 :]
    return b"".join(parts)
