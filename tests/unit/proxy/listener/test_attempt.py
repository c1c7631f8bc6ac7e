"""Claims about what an exchange tells of a core."""

import pytest

from proxy.listener.attempt import attempt, partition, told
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.decision import Decision, Effect, Reason, Scope
from proxy.model.exchange import Admitted, Refusal, Released
from proxy.model.http import Answer
from proxy.model.route import Core, Route, Stage
from tests.doubles.playbook import RECEIPT

PAGE = Answer(200, b"OK", (), b"")


def call(**given) -> Call:
    """A search, or what the arguments make of it."""
    return Call(Format.HTML, (Link("vacancy.search"),), "vacancy.search", **({"kind": Kind.SEARCH} | given))


def admitted(core: Core, reason: str, scope: Scope | None = None, group: str | None = "vacancies") -> Admitted:
    """An admitted search."""
    decision = Decision(Effect.ALLOW, Reason.ALLOWED, scope=scope)
    return Admitted(call(), decision, Route(core, 7, group, Stage.READ, reason, config="hash"))


@pytest.mark.parametrize("reason", ["cohort", "listing"])
def test_whatever_newcore_is_asked_tells_of_newcore(reason):
    """Pages of its lists too."""
    made = attempt(admitted(Core.NEWCORE, reason), 1500)
    assert made is not None
    assert (made.side.core, made.side.revision, made.side.config, made.seconds) == (Core.NEWCORE, 7, "hash", 0.0015)


@pytest.mark.parametrize(
    ("reason", "tells"),
    [
        ("outside-cohort", True),
        ("own-write", True),
        ("no-key", True),
        ("stage", False),
        ("listing", False),
        ("killed", False),
    ],
)
def test_of_legacy_only_the_other_side_of_the_ramp_is_a_baseline(reason, tells):
    """What newcore could not have answered would compare searches with forms."""
    assert (attempt(admitted(Core.LEGACY, reason), 1500) is not None) is tells


def test_a_call_of_no_group_tells_nothing():
    """Static prefixes, the log-in page."""
    assert attempt(admitted(Core.LEGACY, "outside-cohort", group=None), 1500) is None


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        (None, ""),
        (Scope(frozenset({"AM06"})), "AM06"),
        (Scope(frozenset({"AM06", "AM01"})), ""),
        (Scope(municipality="0106"), ""),
    ],
)
def test_a_partition_is_named_where_it_is_one(scope, name):
    """Never guessed."""
    assert partition(scope) == name


@pytest.mark.parametrize(
    ("reason", "fault", "after"),
    [
        (Reason.UNREADABLE, "", "unreadable"),
        (Reason.UNREADABLE, "timeout", "timeout"),
        (Reason.OUT_OF_REACH, "", ""),
        (Reason.FAULT, "", ""),
    ],
)
def test_an_answer_that_cannot_be_read_is_a_fault_of_its_core(reason, fault, after):
    """A refusal for any other reason is not; nor is a log that is away."""
    made = attempt(admitted(Core.NEWCORE, "cohort"), 1500, fault)
    assert made is not None
    assert told(made, Refusal(PAGE, reason, "R", RECEIPT)).fault == after
    assert told(made, Released(PAGE, RECEIPT)).fault == fault
