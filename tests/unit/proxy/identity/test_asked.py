"""A row is not shown where being there tells what is hidden of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from proxy.identity.asked import ON_CARDS, asked, discreet
from proxy.model.call import Call, Format, Kind, Link, Search, SearchClass
from proxy.model.decision import Decision, Effect, Reason, decision_with
from proxy.model.person import Category, Reading
from proxy.model.principal import Listing, Session

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CT, ID, ED, LD = Category.CT, Category.ID, Category.ED, Category.LD
EVERYTHING, NOTHING = frozenset(Category), frozenset[Category]()
LIST = Reading((), b"x", listed=True)
OPENED = Listing("client.search", "legacy", (), view="Klant Zoek", asked=frozenset({CT}))


def a_call(view: str = "Klant Zoek", asks: frozenset[Category] = NOTHING, **over) -> Call:
    """A call on a view."""
    return Call(Format.HTML, (Link("client.search", view),), "client.search", Kind.SEARCH, asks=asks, **over)


def a_session(listing: Listing | None = OPENED) -> Session:
    """A session with a list in front."""
    return Session(b"k" * 32, 4, "AWE0421", NOW, NOW, listing=listing)


def test_a_new_query_asks_its_own_criteria():
    """What an earlier query asked is over."""
    call = a_call(asks=frozenset({ID}), search=Search(SearchClass.NAME))
    assert asked(call, a_session(), LIST) == {ID}
    assert asked(call, None, LIST) == {ID}


@pytest.mark.parametrize("call", [
    a_call(pages=True, asks=frozenset({ID})),
    a_call(pages=True, asks=frozenset({ID}), search=Search(SearchClass.NAME)),
    a_call("", asks=frozenset({ID})),
    a_call(asks=frozenset({ID})),
])  # fmt: skip
def test_what_goes_on_with_a_list_keeps_what_it_was_opened_by(call):
    """Sorting, refining, other sets, an export and another look at it: criteria of the first query still hold."""
    assert asked(call, a_session(), LIST) == {CT, ID}


@pytest.mark.parametrize("session", [None, a_session(None), a_session(replace(OPENED, view="Match"))])
def test_a_list_of_unknown_origin_may_have_been_asked_anything(session):
    """After a lost session, or for the list of another view: everything, but for the user's own work."""
    assert asked(a_call(pages=True), session, LIST) == EVERYTHING
    assert asked(a_call(), session, replace(LIST, own_total=True)) == NOTHING


def test_a_page_of_one_person_was_not_searched():
    """Nothing is told by looking at somebody."""
    assert asked(a_call(), a_session(), replace(LIST, listed=False)) == NOTHING
    assert asked(a_call(), a_session(), None) == NOTHING


def a_decision(hidden: frozenset[Category], **over) -> Decision:
    """Somebody who may be seen but for these categories."""
    return Decision(Effect.ALLOW, Reason.ALLOWED, shown=frozenset({ID}), hidden=hidden, **over)


def test_a_row_that_answers_a_question_about_what_is_hidden_goes():
    """An address search shows nobody whose address is hidden, emptied or not; others stay."""
    gone = discreet(a_decision(frozenset({CT})), frozenset({CT}))
    assert (gone.effect, gone.reason) == (Effect.DENY, Reason.HIDDEN_CATEGORY)
    kept = a_decision(frozenset({CT}))
    assert discreet(kept, frozenset({ID, LD})) is kept
    assert discreet(kept, NOTHING) is kept


def test_a_card_answers_questions_about_what_is_on_cards_only():
    """A candidate who is found by number, name or place would be known by it."""
    card = a_decision(NOTHING, card=True)
    assert discreet(card, ON_CARDS) is card
    for category in EVERYTHING - ON_CARDS:
        assert discreet(card, ON_CARDS | {category}).effect is Effect.DENY


def test_a_denial_keeps_its_reason():
    """Whoever is denied already is denied for the first reason."""
    denied = decision_with(a_decision(frozenset({CT})), effect=Effect.DENY, reason=Reason.OUT_OF_REACH)
    assert discreet(denied, EVERYTHING) is denied
