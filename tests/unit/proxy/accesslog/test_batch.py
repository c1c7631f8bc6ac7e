"""Claims about bundles and the document of a batch."""

import os
from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest

from proxy.accesslog import chain
from proxy.accesslog.batch import bundle, document, faulted
from proxy.model.decision import Effect, Reason
from proxy.model.entry import (
    Completion,
    Delivery,
    Learned,
    LearnedVacancy,
    Outcome,
    OutcomeState,
    SessionChange,
    Tied,
)
from proxy.model.person import PersonFacts
from proxy.model.tie import Grant, GrantState, Vacancy
from tests.failures.log.builders import access, disclosure, intent, session, withheld

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_entries_are_sorted_by_what_becomes_of_them():
    """Every entry of an exchange is in its bundle, whatever their order."""
    found = access()
    change, fact = SessionChange(0, session(b"k" * 32)), PersonFacts("1", disclosure(found).person, None, None)
    place = Vacancy("V-1", "AM01", None, None, None, None)
    tie = Grant(found.id, "jansen", "1", "V-1", GrantState.REQUESTED, NOW, None)
    told = (Tied(tie), LearnedVacancy(place), Learned(fact))
    entries = (Outcome(found.id, OutcomeState.ACKED), change, withheld(found), *told, disclosure(found), found)
    made = bundle(entries)
    assert (made.access, made.disclosures, made.withheld) == (found, (disclosure(found),), (withheld(found),))
    assert (made.changes, made.facts, made.journal) == ((change,), (fact, place, tie), (entries[0],))
    assert made.exchange == found.id
    assert [each.digest for each in made.persons()] == [disclosure(found).person.digest, withheld(found).person.digest]


def test_bundle_without_access_is_named_by_its_intent():
    """An intent that goes before the exchange's record names the exchange all the same."""
    found = access()
    assert bundle((intent(found),)).exchange == found.id
    assert bundle((SessionChange(0, session(b"k" * 32)),)).exchange is None


def test_old_and_new_key_of_a_session_are_held():
    """A session that moves to another key may not share a batch with a change of either."""
    change = SessionChange(1, session(b"n" * 32), rekeyed_from=b"o" * 32)
    assert bundle((change,)).keys() == {b"n" * 32, b"o" * 32}


@pytest.mark.parametrize(
    "entries", [(access(), access()), (disclosure(access()),), (access(), withheld(access())), (object(),)]
)
def test_what_is_no_exchange_is_refused(entries: tuple):
    """Two records, somebody else's persons and unknown entries are errors before anything is written."""
    with pytest.raises(ValueError, match="found"):
        bundle(entries)


def test_fault_of_a_stale_session_shows_nobody_and_keeps_the_outcome():
    """The record stays as a denial by reason; persons, changes, facts and intents go, the outcome of a mutation stays."""
    found = access()
    outcome = Outcome(found.id, OutcomeState.ACKED)
    made = faulted(bundle((found, disclosure(found), outcome, intent(found), SessionChange(1, session(b"k" * 32, 1)))))
    assert made.access is not None
    assert (made.access.decision, made.access.reason, made.access.rows) == (Effect.DENY, Reason.SESSION_BUSY, 0)
    assert (made.disclosures, made.withheld, made.changes, made.facts) == ((), (), (), ())
    assert made.journal == (outcome,)
    assert made.stale


def test_document_lengthens_the_chain_link_by_link():
    """Numbers, hashes and the head of a document are those that the chain gives for its links."""
    one, two = access(), access()
    bundles = [bundle((one, disclosure(one))), bundle((intent(one),)), bundle((two,))]
    references = {disclosure(one).person.digest: uuid4()}
    ended = [Completion(one.id, Delivery.DELIVERED, 5, 6)]
    made = document(bundles, ended, (chain.opening("W1"), NOW), references)
    sent = orjson.loads(made.written)
    assert (made.sequences, made.head.sequence) == ((1, 1, 2), 3)
    assert [each["seq"] for each in (*sent["access"], *sent["completion"])] == [1, 2, 3]
    assert sent["completion"][0]["hash"] == "\\x" + made.head.hash.hex()
    head = chain.opening("W1")
    for kind, each in ((chain.ACCESS, sent["access"][0]), (chain.ACCESS, sent["access"][1])):
        head = chain.extend(head, chain.body(kind, chain.stamp(NOW), orjson.dumps(each["link"])))
        assert each["hash"] == "\\x" + head.hash.hex()


def test_same_bundles_give_the_same_document():
    """A batch that is written again upon the same head is the same batch."""
    found = bundle((access(), SessionChange(0, session(os.urandom(32)))))
    onto = (chain.opening("W1"), NOW)
    assert document([found], [], onto, {}) == document([found], [], onto, {})


def test_no_digest_or_identity_is_in_a_document():
    """A person is in a document by reference alone."""
    found = access()
    person = disclosure(found).person
    made = document([bundle((found, disclosure(found)))], [], (chain.opening("W"), NOW), {person.digest: uuid4()})
    assert person.digest.hex().encode() not in made.written
    assert b"999990019" not in made.written
