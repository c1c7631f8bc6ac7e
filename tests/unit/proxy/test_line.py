"""Claims about the line, played step by step: which contact with the world comes when, and what ends the walk."""

from dataclasses import replace
from datetime import timedelta

import pytest

from proxy.model.decision import Decision, Effect, Reason
from proxy.model.entry import Access, Disclosure, Intent, Outcome, OutcomeState, SessionChange, Withheld
from proxy.model.exchange import Admitted, Answered, Append, Gather, Known, Refusal, Released, Send, Static
from proxy.model.person import Category
from proxy.model.principal import Listing, Role
from proxy.model.route import Core, Route
from tests.doubles.playbook import (
    NOW,
    RECEIPT,
    TOKEN,
    Playbook,
    adviser,
    answer,
    asked,
    facts,
    known,
    persons,
    recordings,
    request,
    session,
)

PAGE = "in_region_klantbeeld"
HEAD = "GET /sonar_nld/start.swe?{} HTTP/1.1\r\nHost: sonar.example\r\n\r\n"


def row_of(name: str) -> str:
    """Name the person of a recorded page."""
    return recordings()[name]["persons"][0]["row_id"]


def of(kind, entries):
    """Pick the entries of a kind."""
    return [each for each in entries if isinstance(each, kind)]


def test_a_page_of_one_person_is_decided_before_and_after_sending_and_recorded_before_release():
    """Walk 1: gather, send, gather the person shown, append access, disclosure and session, then release."""
    book = Playbook(request(PAGE)) << Gather
    assert row_of(PAGE) in book.command.call.row_ids
    book >> known(persons=persons(PAGE))
    (book << Send) >> answer(PAGE)
    assert (book << Gather).command.rows == (row_of(PAGE),)
    book >> Known(persons=persons(PAGE))
    access, disclosure, change = (book << Append).entries
    assert (access.decision, access.reason, access.rows) == (Effect.ALLOW, Reason.ALLOWED, 1)
    assert disclosure.deliberate
    assert change.session.current == row_of(PAGE)
    book >> RECEIPT
    assert isinstance(book.end, Released)
    assert book.end.answer == answer(PAGE)
    assert book.end.receipt == RECEIPT


def test_known_to_be_out_of_reach_is_refused_before_send():
    """A person of another region, known by row: no Send, a withheld row, and the cursor has not moved."""
    book = (Playbook(request(PAGE)) << Gather) >> known(persons=persons(PAGE, "0200"))
    access, withheld = (book << Append).entries
    assert (access.reason, access.core) == (Reason.OUT_OF_REACH, None)
    assert isinstance(withheld, Withheld)
    book >> RECEIPT
    assert isinstance(book.end, Refusal)
    assert book.end.reference.encode() in book.end.answer.body


def test_unknown_before_send_is_judged_on_its_answer_and_leaves_no_current_record():
    """No facts of the row: the page itself shows another region, so nothing is released and no record is current."""
    name = "out_of_region_klantbeeld"
    book = (Playbook(request(name)) << Gather) >> known(session=session(current="1-7XXXX"))
    (book << Send) >> answer(name)
    (book << Gather) >> Known()
    access, withheld, change = (book << Append).entries
    assert access.reason is Reason.OUT_OF_REACH
    assert withheld.deliberate
    assert change.session.current is None
    book >> RECEIPT
    assert isinstance(book.end, Refusal)
    assert recordings()[name]["persons"][0]["bsn"].encode() not in book.end.answer.body


def test_a_row_that_does_not_exist_reads_like_one_out_of_reach():
    """No existence oracle by row id: the same bytes but for the reference, which is the same in both plays."""
    unknown = (Playbook(request("record_unknown")) << Gather) >> known()
    (unknown << Send) >> answer("record_unknown")
    (unknown << Append) >> RECEIPT
    outside = (Playbook(request(PAGE)) << Gather) >> known(persons=persons(PAGE, "0200"))
    (outside << Append) >> RECEIPT
    assert unknown.end.answer == outside.end.answer


def test_a_mutation_is_intended_before_it_is_sent_and_its_outcome_is_recorded():
    """Walk 2: Append(Intent) stands before Send, the outcome in the transaction of the record."""
    name = "contact_write_ok"
    held = persons(name, caseload_user="AWE0421")
    book = (Playbook(request(name)) << Gather) >> known(persons=held)
    (intent,) = (book << Append).entries
    assert isinstance(intent, Intent)
    book >> replace(RECEIPT, journal=41)
    (book << Send) >> answer(name)
    (book << Gather) >> Known(persons=held)
    (outcome,) = of(Outcome, (book << Append).entries)
    assert outcome.state is OutcomeState.ACKED
    assert isinstance((book >> RECEIPT).end, Released)


def test_a_message_to_one_person_out_of_reach_goes_to_nobody():
    """All recipients are decided before the first byte goes up; one who may not be written to stops it."""
    name = "message_sent"
    held = persons(name, caseload_user="AWE0421")
    rows = Playbook(request(name)).command.call.row_ids
    strangers = {row: facts(row, "999990032", "0200") for row in rows if row not in held}
    assert strangers
    book = (Playbook(request(name)) << Gather) >> known(persons=held | strangers)
    entries = (book << Append).entries
    assert [each.reason for each in of(Access, entries)] == [Reason.OUT_OF_REACH]
    assert len(of(Withheld, entries)) == 1
    assert not of(Intent, entries)


def test_everybody_who_got_a_message_has_one_disclosure():
    """Those whom the answer shows, and those whom it does not."""
    name = "message_sent"
    shown, rows = persons(name, caseload_user="AWE0421"), Playbook(request(name)).command.call.row_ids
    hidden = [row for row in rows if row not in shown]
    numbers = ("999990032", "999990044")
    other = {row: facts(row, bsn, caseload_user="AWE0421") for row, bsn in zip(hidden, numbers, strict=True)}
    book = (Playbook(request(name)) << Gather) >> known(persons=shown | other)
    (book << Append) >> replace(RECEIPT, journal=41)
    (book << Send) >> answer(name)
    (book << Gather) >> Known(persons=shown)
    told = [each.person.digest for each in of(Disclosure, (book << Append).entries)]
    assert sorted(told) == sorted({each.identity.digest for each in (shown | other).values()})
    assert len(told) == len({*rows, *shown})


@pytest.mark.parametrize(
    ("name", "state"),
    [("contact_write_stale", OutcomeState.REJECTED), ("contact_write_rejected", OutcomeState.REJECTED)],
)
def test_a_200_that_is_an_error_is_no_acknowledgement(name, state):
    """The status says nothing; the page does, and the user gets it."""
    held = persons("contact_write_ok", caseload_user="AWE0421")
    book = (Playbook(request(name)) << Gather) >> known(persons=held)
    (book << Append) >> RECEIPT
    (book << Send) >> answer(name)
    (book << Gather) >> Known()
    assert of(Outcome, (book << Append).entries)[0].state is state
    assert (book >> RECEIPT).end.answer.body == answer(name).body


def test_a_list_loses_the_rows_out_of_reach_and_counts_by_itself():
    """Walk 3: one Gather for all rows, seven shown, three withheld, their bytes gone."""
    name = "client_search_all"
    everybody = persons(name)
    hidden = list(everybody)[2:5]
    held = {row: replace(each, municipality="0200") if row in hidden else each for row, each in everybody.items()}
    book = (Playbook(request(name)) << Gather) >> known()
    (book << Send) >> answer(name)
    (book << Gather) >> Known(persons=held)
    entries = (book << Append).entries
    assert (len(of(Disclosure, entries)), len(of(Withheld, entries))) == (7, 3)
    listing = of(SessionChange, entries)[0].session.listing
    assert not set(listing.rows) & set(hidden)
    body = (book >> RECEIPT).end.answer.body
    assert not any(row.encode() in body for row in hidden)
    assert all(row.encode() in body for row in everybody if row not in hidden)


def test_a_list_of_newcore_is_kept_as_one_of_legacy_is_and_with_its_query():
    """Who was withheld is not in it, and by what was asked goes on with it: newcore says only how to ask for it again."""
    name = "client_search_name"
    everybody = persons(name)
    hidden = list(everybody)[:1]
    held = {row: replace(each, municipality="0200") if row in hidden else each for row, each in everybody.items()}
    book = (Playbook(request(name)) << Gather) >> known()
    listing = Listing("client.search", "newcore", tuple(everybody), query="surname=Jansen", offset=10)
    (book << Send) >> Answered(answer(name), Core.NEWCORE, listing)
    (book << Gather) >> Known(persons=held)
    kept = of(SessionChange, (book << Append).entries)[0].session.listing
    assert (kept.core, kept.query, kept.offset, kept.view) == ("newcore", "surname=Jansen", 10, "SNR Klant Zoek View")
    assert set(kept.rows) == everybody.keys() - set(hidden)
    assert (kept.cut, kept.asked) == (True, frozenset({Category.ID}))


def test_without_a_session_only_the_login_is_sent():
    """Nobody gets the log-in page in dialect; nothing goes to legacy."""
    book = (Playbook(request(PAGE)) << Gather) >> Known()
    (access,) = (book << Append).entries
    assert access.reason is Reason.NO_SESSION
    end = (book >> RECEIPT).end
    assert b"SWEUserName" in end.answer.body
    assert (Playbook(request("login_page", token=b"")) << Gather) >> Known() << Send


def test_a_login_that_succeeds_is_bound_before_its_cookie_leaves():
    """The session is in the same transaction as the record; a failed one with status 200 binds nothing."""
    for name, bound in (("login_ok", 1), ("login_failed", 0), ("login_locked", 0)):
        book = (Playbook(request(name, token=b"")) << Gather) >> Known(principal=adviser())
        (book << Send) >> answer(name)
        (book << Gather) >> Known()
        changes = of(SessionChange, (book << Append).entries)
        assert len(changes) == bound, name
        assert all(change.before == 0 and change.session.user == "AWE0421" for change in changes)
        assert (book >> RECEIPT).end.answer.status == answer(name).status


def test_a_session_that_lay_idle_is_over():
    """The gateway's own limit holds, whatever legacy would do: refused before any contact, and removed."""
    idle = session(last_seen=NOW - timedelta(minutes=31))
    book = (Playbook(request(PAGE)) << Gather) >> known(session=idle, persons=persons(PAGE))
    access, change = (book << Append).entries
    assert access.reason is Reason.NO_SESSION
    assert change.ended


def test_a_login_page_in_place_of_an_answer_ends_the_session():
    """Legacy forgot the session: the page goes to the user, the session is removed."""
    book = (Playbook(request(PAGE)) << Gather) >> known(persons=persons(PAGE))
    (book << Send) >> answer("login_page")
    (book << Gather) >> Known()
    assert of(SessionChange, (book << Append).entries)[0].ended


@pytest.mark.parametrize(
    "query",
    [
        "SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWECmd=Logoff",
        "SWECmd=Vreemd",
        "SWECmd=InvokeMethod&SWEMethod%00=ExportList&SWEView=SNR+Klant+Zoek+View",
    ],
)
def test_a_request_without_one_reading_asks_the_world_nothing(query):
    """Unclear: the only command is the record of the refusal."""
    book = Playbook(asked(HEAD.format(query)))
    (access,) = (book << Append).entries
    assert access.reason is Reason.UNCLEAR
    assert isinstance((book >> RECEIPT).end, Refusal)


def test_a_function_that_the_role_has_not_is_refused_before_send():
    """An adviser is no exporter."""
    at_list = session(view="SNR Klant Zoek View", function="client.search")
    book = (Playbook(request("client_export_csv")) << Gather) >> known(session=at_list)
    assert (book << Append).entries[0].decision is Effect.DENY


def test_a_static_prefix_is_passed_on_without_a_record():
    """No session, no person: Send and nothing else."""
    style = asked("GET /sonar_nld/static/sonar.css HTTP/1.1\r\nHost: sonar.example\r\n\r\n")
    book = (Playbook(style) << Send) >> answer("login_page")
    assert isinstance(book.end, Static)


def test_persons_in_an_answer_for_nobody_are_never_released():
    """A log-in page that suddenly shows a client: refused, whatever the dialect made of the request."""
    book = (Playbook(request("login_page", token=b"")) << Gather) >> Known()
    (book << Send) >> answer(PAGE)
    command = book.command
    if isinstance(command, Gather):
        book >> Known(persons=persons(PAGE))
    (book << Append) >> RECEIPT
    assert isinstance(book.end, Refusal)


def test_the_national_mediator_needs_a_vacancy():
    """RG4: without a vacancy no candidate, whoever asks."""
    book = (Playbook(request("candidate_search_without_vacancy")) << Gather) >> known(principal=adviser(Role.LB))
    assert (book << Append).entries[0].decision is Effect.DENY


def test_a_row_id_that_turns_out_to_be_somebody_else_is_out_of_reach():
    """Facts under a row id of which the page shows another BSN: the stored relation does not count."""
    wrong = {row_of(PAGE): facts(row_of(PAGE), "999990007", caseload_user="AWE0421")}
    book = (Playbook(request(PAGE)) << Gather) >> known(persons=wrong)
    (book << Send) >> answer(PAGE)
    (book << Gather) >> Known(persons=wrong)
    access = of(Access, (book << Append).entries)[0]
    assert access.decision is Effect.DENY


def test_a_denied_decision_cannot_be_sent():
    """The type refuses it, whoever calls."""
    denied = Decision(Effect.DENY, Reason.OUT_OF_REACH)
    call = (Playbook(request(PAGE)) << Gather).command.call
    with pytest.raises(ValueError, match="denied"):
        Admitted(call, denied, Route(Core.LEGACY, 1))


def test_the_token_is_nowhere_in_the_entries():
    """What is stored of a session is its keyed digest."""
    book = (Playbook(request(PAGE)) << Gather) >> known(persons=persons(PAGE))
    (book << Send) >> answer(PAGE)
    (book << Gather) >> Known(persons=persons(PAGE))
    assert TOKEN.decode() not in repr((book << Append).entries)


def test_of_two_authorisations_the_narrowest_that_allows_the_person_is_used():
    """Narrower first, but a person whom only the wider one reaches is opened under that one, and logged under it."""
    near, wide = adviser(regions=frozenset({"AM06"})), adviser(regions=frozenset({"AM01", "AM02"}))
    both = replace(
        near, authorisations=(replace(near.authorisations[0], id="near"), replace(wide.authorisations[0], id="wide"))
    )
    book = (Playbook(request(PAGE)) << Gather) >> known(principal=both, persons=persons(PAGE))
    assert (book << Send).command.admitted.decision.authorisation.id == "wide"
    own = (Playbook(request(PAGE)) << Gather) >> known(principal=both, persons=persons(PAGE, "0200"))
    assert (own << Send).command.admitted.decision.authorisation.id == "near"
    neither = (Playbook(request(PAGE)) << Gather) >> known(principal=both, persons=persons(PAGE, "0363"))
    assert of(Access, (neither << Append).entries)[0].authorisation == "near"
