"""Offers for comparison, with valid defaults: what a gateway hands over after it released an answer of legacy."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from proxy.model.call import Call, Format, Kind, Link
from proxy.model.http import Answer
from proxy.model.person import Category
from proxy.model.principal import Role, Session
from proxy.model.shadow import Offer
from proxy.model.statement import Statement

EXCHANGE = UUID("01930000-0000-7000-8000-000000000001")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUP, CONFIG = "vacancies", "c" * 64
HTML = ((b"Content-Type", b"text/html; charset=ISO-8859-1"),)


def call(**over: Any) -> Call:
    """Give a plain search for vacancies."""
    link = Link("vacancy.search", "SNR Vacature Zoek View", "SNR Vacature List Applet", "InvokeMethod", "ExecuteQuery")
    plain = Call(Format.HTML, (link,), "vacancy.search", Kind.SEARCH, first_page=True, aliases=(("title", "Kok"),))
    return replace(plain, **over)


def statement(asked: Call, **over: Any) -> Statement:
    """State a call as the line does."""
    told = Statement(EXCHANGE, "AWE0421", Role.AW, "UWV-AM01", asked.function or "", frozenset(Category))
    return replace(told, **over)


def offer(body: bytes = b"x", asked: Call | None = None, **over: Any) -> Offer:
    """Give an offer of an answer of legacy."""
    asked = asked or call()
    session = Session(b"", 1, "AWE0421", NOW, NOW)
    made = Offer(
        EXCHANGE, NOW, GROUP, 7, CONFIG, asked, session, None, statement(asked), Answer(200, b"OK", HTML, body), took_us=5000
    )  # fmt: skip
    return replace(made, **over)
