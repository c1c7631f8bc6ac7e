"""Claims about the entries of one exchange."""

from dataclasses import replace

from proxy import entries
from proxy.identity.binding import session_key
from proxy.model.call import Call, Credentials, Format, Kind, Link
from proxy.model.decision import Decision, Effect, Reason
from proxy.model.entry import OutcomeState
from proxy.model.exchange import Answered, Exchange
from proxy.model.http import BadHead
from proxy.model.person import Category, Relation, Shown
from proxy.model.route import Core, Route
from proxy.trail import Trail, Verdict, trail_with
from tests.doubles.playbook import EXCHANGE, NOW, SECRET, answer, facts, house, request, session

CALL = Call(Format.HTML, (Link("vacancy.manage"),), "vacancy.manage", Kind.MUTATE, vacancy="1-V7")
ROUTE = Route(Core.LEGACY, 3, "vacancies", captured=True, touched=("vacancies", "matching"))
TRAIL = Trail(Exchange(EXCHANGE, NOW, request("vacancy_write_ok")), CALL, session=session(), route=ROUTE)
KEPT = Decision(Effect.ALLOW, Reason.ALLOWED, shown=frozenset({Category.ID}))
HIDDEN = Decision(Effect.DENY, Reason.PROTECTED)


def verdict(row_id: str, bsn: str, decision: Decision, **over) -> Verdict:
    """Judge one row of a list."""
    shown = Shown(row_id, bsn, "0014", "AM01", frozenset({Category.ID}), (), deliberate=False)
    return Verdict(shown, facts(row_id, bsn), Relation.REGION, decision, **over)


def test_the_same_person_under_two_rows_is_one_disclosure():
    """A double registration is one person; where one row was kept back the person was seen all the same."""
    twice = (verdict("1-7A", "999990019", KEPT), verdict("1-7B", "999990019", HIDDEN))
    trail = trail_with(TRAIL, verdicts=(*twice, verdict("1-7C", "999990020", HIDDEN)))
    assert [each.person.digest for each in entries.disclosed(trail)] == [twice[0].facts.identity.digest]
    assert [each.reason for each in entries.kept_back(trail)] == [Reason.PROTECTED]


def test_in_a_refused_answer_everybody_is_kept_back():
    """Nothing was shown, so nobody was disclosed; the reason of the refusal holds for whoever would have been."""
    both = (verdict("1-7A", "999990019", KEPT), verdict("1-7C", "999990020", HIDDEN))
    trail = trail_with(TRAIL, verdicts=both, denied=Reason.HIDDEN_CATEGORY)
    assert not list(entries.disclosed(trail))
    assert {each.reason for each in entries.kept_back(trail)} == {Reason.HIDDEN_CATEGORY, Reason.PROTECTED}


def test_whom_a_change_reached_is_recorded_though_the_answer_does_not_show_them():
    """A message to many shows ten; a rejected one reached nobody; whoever is shown as well has one disclosure."""
    named = (verdict("1-7A", "999990019", KEPT), verdict("1-7B", "999990020", KEPT))
    sent = trail_with(TRAIL, named=named, verdicts=named[:1], answered=Answered(answer("message_sent"), Core.LEGACY))
    for state in (OutcomeState.ACKED, OutcomeState.UNKNOWN):
        (reached,) = entries.reached(trail_with(sent, outcome=state))
        assert reached.person == named[1].facts.identity
        assert (reached.shown, reached.ground.present, reached.deliberate) == (KEPT.shown, KEPT.shown, True)
    assert not list(entries.reached(trail_with(sent, outcome=OutcomeState.REJECTED)))
    assert not list(entries.reached(trail_with(sent, answered=None)))


def test_an_own_write_is_remembered_unless_it_was_rejected():
    """The session reads the core that has it until newcore has followed, wherever a page shows what it changed."""
    for outcome, expected in ((OutcomeState.ACKED, 41), (OutcomeState.UNKNOWN, 41), (OutcomeState.REJECTED, None)):
        trail = trail_with(TRAIL, journal=41, outcome=outcome)
        after = entries.wrote(session(), trail).wrote
        assert {after.get(group) for group in ROUTE.touched} == {expected}


def test_an_intended_mutation_always_gets_an_outcome():
    """None told: unknown, never acknowledged."""
    assert [each.state for each in entries.outcome(trail_with(TRAIL, intent=EXCHANGE))] == [OutcomeState.UNKNOWN]
    assert not list(entries.outcome(TRAIL))


def test_the_command_of_an_intent_is_what_was_forwarded():
    """The journal can say exactly what was asked."""
    intent = entries.intent(house(), TRAIL)
    assert TRAIL.exchange.request.body in intent.command
    assert (intent.entity, intent.group, intent.captured) == ("1-V7", "vacancies", True)
    assert (intent.functions, intent.named) == (("vacancy.manage",), ("1-V7",))


def test_an_intent_names_every_row_that_the_call_may_change_and_the_vacancy_only_where_nobody_is_named():
    """A referral names its vacancy and changes the person; a vacancy that is changed is a row of its own."""
    referral = replace(CALL, row_ids=("1-7A", "1-7B"), vacancy="2000001")
    changed = replace(CALL, aliases=(("title", "kok"), ("record", "1-V7")))
    assert [entries.named(each) for each in (referral, changed, CALL, replace(CALL, vacancy=None))] == [
        ("1-7A", "1-7B"), ("1-V7",), ("1-V7",), (),
    ]  # fmt: skip


def test_a_rotated_token_moves_the_session():
    """The old key is named once, so that the store can move what it holds."""
    answered = Answered(answer("vacancy_write_ok"), Core.LEGACY)
    (change,) = entries.session_change(house(), trail_with(TRAIL, answered=answered, rotated=b"new"))
    assert change.session.key == session_key(SECRET, b"new")
    assert change.rekeyed_from == session().key


def test_an_attempt_names_the_account_that_it_claims():
    """A log-in that never came through is worth knowing by its account."""
    claimed = replace(CALL, login=Credentials("AWE9999"))
    assert entries.user_claimed(Trail(TRAIL.exchange, claimed)) == "AWE9999"
    assert entries.user_claimed(Trail(TRAIL.exchange)) is None


def test_a_broken_head_is_recorded_by_its_rule():
    """An exchange without a function."""
    access = entries.bad_head(TRAIL.exchange, BadHead("framing", 400, "192.0.2.9"))
    assert (access.reason, access.detail, access.client, access.function) == (
        Reason.BAD_HEAD,
        "framing",
        "192.0.2.9",
        None,
    )


def test_the_record_says_that_legacy_was_asked_for_less():
    """What went up is not what the client sent: whoever reads the log must be able to tell."""
    answered = Answered(answer("client_search_name"), Core.LEGACY, narrowed=True)
    assert entries.access(house(), trail_with(TRAIL, answered=answered)).detail == "narrowed"
    assert entries.access(house(), trail_with(TRAIL, answered=replace(answered, narrowed=False))).detail == ""
    fallen = trail_with(TRAIL, answered=answered, route=replace(ROUTE, reason="fallback"))
    assert entries.access(house(), fallen).detail == "fallback"
    assert entries.access(house(), trail_with(TRAIL, answered=answered, detail="not-found")).detail == "not-found"
