"""Claims about one comparison: what is asked, when it is asked again, and what becomes of it.

Both cores are played by recorded pages, in the order in which they would be asked.
"""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from proxy.errors import UpstreamError
from proxy.model.decision import Scope
from proxy.model.http import Answer
from proxy.model.person import Category
from proxy.model.shadow import Judged
from proxy.routing.group import Ignore, Shadow
from rollout.shadow.breaker import FAILURES
from rollout.shadow.client import Comparison, Parts
from rollout.shadow.rule import rules
from rollout.shadow.verdict import Result
from tests.doubles.offers import offer, statement

DAY = date(2026, 3, 2)
PERSON = ("in_region_persoonsgegevens", "client.identity.view")
LIST = ("client_search_name", "client.search")
RULES = rules(Shadow(), DAY)
BORN = (b"19-04-1990", b"20-04-1990")
BSN = (b">999990226<", b">999990227<")
ROW = (b"1-71043", b"1-71044")


@dataclass
class Core:
    """Answers in turn; the last answer again and again. An exception is raised, a number of seconds waited."""

    turns: list[object]
    asked: list[object] = field(default_factory=list)

    async def send(self, *told):
        """Answer as newcore does."""
        return await self._next(told), None

    async def again(self, told):
        """Answer as legacy does the second time."""
        return await self._next(told)

    async def _next(self, told):
        self.asked.append(told)
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        if isinstance(turn, Exception):
            raise turn
        if isinstance(turn, float):
            await asyncio.sleep(turn)
        return turn


class Ahead:
    """Says how far newcore is, in turn."""

    def __init__(self, *turns):
        self.turns = list(turns)

    async def __call__(self, _):
        """Give the next answer, or the last one again."""
        return self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]


@pytest.fixture
def compared(recorded, pages):
    """Compare a recorded answer with what newcore says; gives the finding and both cores."""

    async def run(name=PERSON, newcore=None, legacy=None, ahead=None, shadow=RULES, **over):
        page = recorded(*name)
        made = offer(page.answer.body, page.call, answer=page.answer)
        made = replace(made, **{key: value(page) if callable(value) else value for key, value in over.items()})
        cores = [
            Core([turn(page) if callable(turn) else turn for turn in turns or [page.answer]])
            for turns in (newcore, legacy)
        ]
        parts = Parts(cores[0], cores[1], pages, ahead or Ahead((5, False)), deadline=0.2, patience=0.3)
        return await Comparison(parts).of(made, shadow), cores[0], cores[1]

    return run


def changed(*edits):
    """Answer with pieces replaced."""
    return lambda page: page.with_body(*edits)


async def test_the_same_answer_is_equal_and_legacy_is_left_alone(compared):
    """One question to newcore, none to legacy."""
    finding, newcore, legacy = await compared()
    assert (finding.result, finding.mismatches) == (Result.EQUAL, ())
    assert finding.newcore_us > 0
    assert (len(newcore.asked), len(legacy.asked)) == (1, 0)


async def test_newcore_is_asked_with_the_statement_of_the_exchange(compared):
    """The same call, the same scope and categories; the session as it stood."""
    told = {}
    finding, newcore, _ = await compared(
        statement=lambda page: told.setdefault("s", statement(page.call, scope=Scope(frozenset({"AM01"}))))
    )
    ((call, session, stated),) = newcore.asked
    assert (stated, session.user, call.function) == (told["s"], "AWE0421", "client.identity.view")
    assert finding.result is Result.EQUAL


@pytest.mark.parametrize(
    ("newcore", "legacy", "result"),
    [
        ([changed(BORN)], [changed(BORN)], Result.RACED),
        ([changed(BORN)], [changed()], Result.REAL),
        ([changed(BORN)], [changed((b"19-04-1990", b"21-04-1990"))], Result.VOLATILE),
        ([changed(BSN)], [changed(BORN)], Result.REAL),
        ([changed(BORN)], [UpstreamError("unreachable", sent=False)], Result.REAL),
        ([changed(BORN)], [None], Result.REAL),
    ],
)  # fmt: skip
async def test_a_mismatch_is_named_by_a_second_look_at_legacy(compared, newcore, legacy, result):
    """Like newcore now, like itself, like neither; a safety field is real all the same; a legacy that is away excuses nothing."""
    finding, _, asked = await compared(newcore=newcore, legacy=legacy)
    assert finding.result is result
    assert len(asked.asked) == 1
    assert {each.path for each in finding.mismatches} <= {"birth_date", "bsn"}


async def test_a_newcore_that_was_behind_is_asked_again_when_it_has_caught_up(compared):
    """Legacy has a write that newcore had not: no fault of newcore."""
    behind = Ahead((5, True), (5, True), (6, False))
    finding, newcore, _ = await compared(newcore=[changed(BORN), changed()], legacy=[changed()], ahead=behind)
    assert (finding.result, len(newcore.asked)) == (Result.RACED, 2)


async def test_being_behind_is_no_excuse_for_what_is_wrong_afterwards_too(compared):
    """It caught up, and still says another day."""
    behind = Ahead((5, True), (6, False))
    finding, _, _ = await compared(newcore=[changed(BORN)], legacy=[changed()], ahead=behind)
    assert finding.result is Result.REAL


async def test_what_cannot_be_asked_again_is_settled_by_newcore_itself(compared):
    """A work list is nobody else's: a newcore that says the same as legacy a moment later had raced."""
    finding, newcore, _ = await compared(newcore=[changed(BORN), changed()], legacy=[None])
    assert (finding.result, len(newcore.asked)) == (Result.RACED, 2)


async def test_a_newcore_that_falls_away_meanwhile_has_failed(compared):
    """A mismatch that cannot be settled is not forgotten: it counts as a failure."""
    turns = [changed(BORN), UpstreamError("unreachable", sent=False)]
    finding, _, _ = await compared(newcore=turns, ahead=Ahead((5, True), (6, False)))
    assert finding.result is Result.FAILED


@pytest.mark.parametrize(
    ("turn", "result", "fault"),
    [
        (UpstreamError("unreachable", sent=False), Result.FAILED, "unreachable"),
        (UpstreamError("status-500", sent=True), Result.FAILED, "status-500"),
        (UpstreamError("untranslatable", sent=False), Result.UNTRANSLATABLE, "untranslatable"),
        (1.0, Result.FAILED, "timeout"),
        (Answer(200, b"OK", ((b"Content-Type", b"text/html"),), b"<html>"), Result.FAILED, "page-shape"),
    ],
    ids=lambda each: str(each)[:20],
)
async def test_no_answer_in_time_or_none_that_can_be_read_is_a_failure(compared, turn, result, fault):
    """Down, broken, hung, garbage; what only legacy can answer is none."""
    finding, _, legacy = await compared(newcore=[turn])
    assert (finding.result, finding.fault, len(legacy.asked)) == (result, fault, 0)


@pytest.mark.parametrize(("legacy", "result"), [([changed()], Result.REAL), (["gone"], Result.RACED)])
async def test_a_newcore_that_refuses_what_legacy_shows_has_given_another_verdict(compared, recorded, legacy, result):
    """Unless legacy does not know it any more either."""
    gone = recorded("record_unknown", "client.identity.view").answer
    turns = [gone if each == "gone" else each for each in legacy]
    finding, _, _ = await compared(newcore=[UpstreamError("status-404", sent=True)], legacy=turns)
    assert finding.result is result
    assert (finding.safety, finding.parity) == (True, True)


async def test_a_group_that_was_never_filled_and_a_session_that_is_ahead_are_not_compared(compared):
    """Nobody is asked."""
    finding, newcore, _ = await compared(ahead=Ahead((None, False)))
    assert (finding.result, newcore.asked) == (Result.UNFILLED, [])
    finding, newcore, _ = await compared(session=replace(offer().session, wrote={"vacancies": 6}))
    assert (finding.result, newcore.asked) == (Result.BEHIND, [])


async def test_ignored_is_told_from_equal_and_a_rule_ends(compared):
    """The same difference, on the last day of its rule and on the day after."""
    shadow = Shadow(ignore=(Ignore("birth_date", "-", "-", DAY),))
    for day, result in ((DAY, Result.IGNORED), (date(2026, 3, 3), Result.REAL)):
        finding, _, _ = await compared(newcore=[changed(BORN)], shadow=rules(shadow, day))
        assert finding.result is result


async def test_data_that_the_statement_leaves_out_are_a_parity_hit(compared):
    """Legacy's page holds contact data, which the gateway takes out; newcore may not send them at all."""
    told = frozenset(Category) - {Category.CT}
    finding, _, _ = await compared(statement=lambda page: statement(page.call, categories=told))
    assert (finding.result, finding.parity) == (Result.REAL, True)
    assert {each.path for each in finding.mismatches} == {"category"}


async def test_a_list_of_which_somebody_was_kept_back_without_a_scope_in_the_query_is_not_compared(compared):
    """It goes on, and newcore's would begin with somebody else."""
    told = {
        "statement": lambda page: statement(page.call, scope=Scope(frozenset({"AM01"}))),
        "judged": (Judged("1-710HI", kept=False),),
    }
    finding, newcore, _ = await compared(name=LIST, **told)
    assert (finding.result, newcore.asked) == (Result.INCOMPARABLE, [])
    finding, _, _ = await compared(name=LIST, narrowed=True, **told)
    assert finding.result is Result.EQUAL


async def test_a_newcore_that_hangs_is_soon_left_alone(recorded, pages):
    """Five time-outs, and then nothing is asked for a while: the queue goes on."""
    page, newcore = recorded(*PERSON), Core([5.0])
    comparison = Comparison(Parts(newcore, Core([None]), pages, Ahead((5, False)), deadline=0.02))
    made = offer(page.answer.body, page.call, answer=page.answer)
    results = [(await comparison.of(made, RULES)).result for _ in range(FAILURES + 20)]
    assert results == [Result.FAILED] * FAILURES + [Result.SKIPPED] * 20
    assert len(newcore.asked) == FAILURES
