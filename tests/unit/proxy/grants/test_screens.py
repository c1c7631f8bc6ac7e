"""Claims about the texts of our own pages."""

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from proxy.grants import screens
from proxy.grants.grant import Moment, Unmet
from proxy.grants.screens import Held, Sheet
from proxy.model.screen import Screen
from proxy.model.tie import Emergency, Grant, GrantState

NOW = Moment(datetime(2026, 3, 5, 9, tzinfo=UTC), ZoneInfo("Europe/Amsterdam"))
ROW = "1-7AAAA"
ASKED = Grant(
    UUID(int=1),
    "WSP0106",
    ROW,
    "1-V1",
    GrantState.REQUESTED,
    NOW.at - timedelta(days=3),
    None,
    "contact: graag overleg",
)
OPEN = Grant(
    UUID(int=2), "WSP0106", ROW, "1-V1", GrantState.OPEN, NOW.at, datetime(2026, 3, 12, 23, tzinfo=UTC), "contact: x"
)
PLEA = Emergency(
    UUID(int=3), "WSP0106", ROW, NOW.at, NOW.at + timedelta(hours=1), "gevaar", "x" * 20, date(2026, 3, 12)
)
SHEET = Sheet("7-ab", {"kaart": "00ff", "toelichting": "getypt"})
PAGES = {
    "approach": screens.approach(SHEET, "K-AAAAAAAA", "1-V1"),
    "requested": screens.approached(ASKED, "K-AAAAAAAA", NOW.zone),
    "opened": screens.approached(OPEN, "K-AAAAAAAA", NOW.zone),
    "requests": screens.requests([ASKED], [OPEN], NOW),
    "answer": screens.answer(SHEET, ASKED, NOW),
    "plea": screens.plea(SHEET),
    "pleaded": screens.pleaded("3"),
    "overview": screens.overview([Held(ASKED, "K-A"), Held(OPEN, "K-B")], [PLEA], NOW),
    "notice": screens.notice(SHEET, ["Vanaf 1 mei."]),
}


def said(part) -> list[str]:
    """List every text of a page, in whatever place."""
    if isinstance(part, str):
        return [part]
    if is_dataclass(part):
        return [text for each in fields(part) for text in said(getattr(part, each.name))]
    return [text for each in part for text in said(each)] if isinstance(part, tuple) else []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_of_ours_names_a_person(name):
    """A row id never stands on one."""
    assert isinstance(PAGES[name], Screen)
    assert not [text for text in said(PAGES[name]) if ROW in text]


@pytest.mark.parametrize("name", ["approach", "answer", "plea", "notice"])
def test_every_form_carries_its_seal(name):
    """Without it nothing would be done."""
    (form,) = PAGES[name].forms
    assert ("zegel", "7-ab") in {(each.name, each.value) for each in form.entries}


def test_what_was_typed_stands_in_the_form_again():
    """Nobody types a reason twice."""
    assert "getypt" in said(PAGES["approach"])


def test_every_hindrance_has_a_sentence():
    """A closed list, so that no word of the record reaches a user."""
    assert screens.UNMET.keys() == set(Unmet)
    assert all(text.endswith(".") for text in screens.UNMET.values())


def test_a_request_that_waits_too_long_says_so():
    """Asked on Monday, due on Wednesday, seen on Thursday."""
    assert "04-03-2026 (te laat)" in said(PAGES["requests"])


def test_the_last_day_of_a_term_is_the_day_before_midnight():
    """A term that ends at the end of Thursday ends on Thursday."""
    assert screens.until(OPEN.until, NOW.zone) == "12-03-2026"
    assert screens.until(None, NOW.zone) == ""


def test_a_reason_is_said_in_words():
    """The closed word, then what was typed; an older word stays as it is."""
    assert screens.spoken(ASKED) == "Contact laten leggen door de eigen adviseur: graag overleg"
    assert screens.spoken(Grant(UUID(int=1), "A", ROW, "V", GrantState.OPEN, NOW.at, None, "oud")) == "oud"


def test_without_announcements_there_is_nothing_to_send():
    """A form without a question would only confuse."""
    assert screens.notice(SHEET, []).forms == ()
