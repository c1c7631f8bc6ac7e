"""Claims about a dry run: what it says of a recorded request is what the gateway's choice then does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from proxy.model.call import Call, Format, Kind, Link
from proxy.model.principal import (
    Astray,
    Authorisation,
    Listing,
    Organisation,
    OrganisationKind,
    Principal,
    Role,
    Session,
)
from proxy.model.route import Core, Route
from proxy.routing.choose import Situation, choose
from proxy.routing.table import RoutingTable, load
from rollout.forecast import REFUSED, Now, Recorded, Trial

KINDS = {
    "vacancy.search": Kind.SEARCH,
    "vacancy.manage": Kind.MUTATE,
    "employer.view": Kind.CONSULT,
    "list.export": Kind.EXPORT,
    "home.worklist.view": Kind.CONSULT,
}
FILE = """\
version: 1
revision: {revision}
groups:
  vacancies:
    entity: vacancy
    owner_key: {owner}
    functions: [{functions}]
    stage: {stage}
    ramp: {ramp}
    cohort: {{key: user, generation: {generation}{cohort}}}
{partitions}
  {name}:
    entity: employer
    functions: [employer.view, list.export{worklist}]
    stage: legacy
    ramp: 0
...
"""
DAY = date(2026, 3, 2)
MOMENT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FILLED = {"vacancies": 12}


@cache
def table(  # noqa: PLR0917
    ramp: int = 0, stage: str = "read", cohort: str = "", generation: int = 1, below: str = "", lost: bool = False
) -> RoutingTable:
    """A routing file, or what the arguments make of it."""
    text = FILE.format(
        revision=7, stage=stage, ramp=ramp if stage == "read" else 0, cohort=cohort, generation=generation,
        functions="vacancy.search, vacancy.manage", name="rest",
        owner="client.responsible_region" if below else "vacancy.region",
        partitions=f"    partitions: {{AM03: {below}}}" if below else "",
        worklist="" if lost else ", home.worklist.view",
    )  # fmt: skip
    return load(text, KINDS, frozenset({"AM01", "AM03"}))


def adviser(user: str = "AWE0421", role: Role = Role.AW) -> Principal:
    """An account."""
    office = Organisation(OrganisationKind.UWV, "UWV-AM01")
    return Principal(user, (Authorisation("a1", role, office, frozenset({"AM01"}), date(2020, 1, 1), None),))


def call(function: str = "vacancy.search", **given: object) -> Call:
    """A call of one link."""
    values: dict[str, object] = {
        "format": Format.HTML, "links": (Link(function),), "function": function, "kind": KINDS[function],
    }  # fmt: skip
    return Call(**(values | given))  # type: ignore[arg-type]  names of fields


SHAPES: Mapping[str, Call] = {
    "opens": call(first_page=True),
    "opens one": call(opens=True, row_ids=("1-V1",), kind=Kind.CONSULT),
    "pages": call(pages=True, kind=Kind.CONSULT),
    "refines": call(pages=True),
    "shows again": call(again=True, kind=Kind.CONSULT, links=(Link("vacancy.search", "V"),)),
    "by place": call(opens=True, by_place=True, kind=Kind.CONSULT),
    "chained": call(links=(Link("vacancy.search"), Link("vacancy.search"))),
    "chained with another": call(links=(Link("vacancy.search"), Link("home.worklist.view"))),
    "by a machine": call(format=Format.SOAP, first_page=True),
    "used up": call(first_page=True, sequence=3),
    "saves": call(kind=Kind.MUTATE),
    "changes": call("vacancy.manage"),
    "changes with another": call("vacancy.manage", links=(Link("vacancy.manage"), Link("home.worklist.view"))),
    "exports": call("list.export", pages=True, links=(Link("vacancy.search"), Link("list.export"))),
    "of a function of legacy": call("employer.view", first_page=True),
    "of a function that may be lost": call("home.worklist.view", first_page=True),
}
GOING_ON = {"pages", "refines", "shows again", "exports"}
tables = some.builds(
    table,
    ramp=some.sampled_from([0, 10, 50, 100]),
    stage=some.sampled_from(["legacy", "capture", "read"]),
    cohort=some.sampled_from(["", ", organisations: [UWV]", ", exclude_roles: [EXP]", ", regions: [AM03]"]),
    generation=some.sampled_from([1, 2]),
    lost=some.booleans(),
)
partitioned = some.builds(table, ramp=some.sampled_from([50, 100]), below=some.sampled_from(["legacy", "capture"]))
principals = some.builds(adviser, some.text("AWE0123", min_size=1, max_size=6), some.sampled_from([Role.AW, Role.EXP]))


def core(of: RoutingTable, shape: str, who: Principal, now: Now, own: tuple[int, str | None]) -> str:
    """Ask the gateway: a list that is gone on with was opened before, under the same file."""
    wrote, region = own
    asked, session = SHAPES[shape], Session(b"", 1, who.user, MOMENT, MOMENT, wrote={"vacancies": wrote}, sequence=3)
    situation = Situation(session, who, now.applied, now.killed, region=region, today=now.today)
    if shape in GOING_ON:
        opened = choose(of, SHAPES["opens"], situation)
        listing = Listing("vacancy.search", opened.core if isinstance(opened, Route) else "legacy", (), view="V")
        session = replace(session, listing=listing, view="V", astray=Astray(view=listing.core == Core.NEWCORE))
        situation = replace(situation, session=session)
    route = choose(of, asked, situation)
    return route.core.value if isinstance(route, Route) else REFUSED


@settings(max_examples=300, deadline=None)
@given(
    files=some.tuples(tables | partitioned, tables | partitioned, tables | partitioned),
    shape=some.sampled_from(sorted(SHAPES)),
    who=principals,
    known=some.booleans(),
    moment=some.builds(
        Now, some.sampled_from([{}, FILLED]), some.sampled_from([(), ("vacancies",), ("rest",)]), some.just(DAY)
    ),
    own=some.tuples(some.sampled_from([0, 12, 13]), some.sampled_from([None, "AM01", "AM03"])),
)
def test_what_is_said_of_a_recorded_request_is_what_the_choice_then_does(files, shape, who, known, moment, own):  # noqa: PLR0917
    """Whatever the request was, and whatever the session had done: one pair that is told is the pair that happens."""
    then, old, new = files
    was = core(then, shape, who, moment, own)
    if was == REFUSED:
        return  # it has no core in the log, and a dry run does not count it
    asked = SHAPES[shape]
    group = then.group_of.get(asked.function or "")
    newcore = was == Core.NEWCORE
    recorded = Recorded(who.user, asked.function or "", asked.kind.value, newcore, group if newcore else None)
    trial = Trial((old, new), moment, KINDS)
    verdict = trial.verdict(recorded, trial.account(who) if known else None)
    happens = core(old, shape, who, moment, own), core(new, shape, who, moment, own)
    assert happens in verdict.pairs
    assert verdict.told in {None, happens}
    assert verdict.may_change or happens[0] == happens[1]
    assert bool(verdict.lacks) == (verdict.told is None)


def said(old: RoutingTable, new: RoutingTable, recorded: Recorded, who: Principal | None = None, **now):
    """Try one request, with a file that newcore was filled for."""
    trial = Trial((old, new), Now(**({"applied": FILLED} | now)), KINDS)
    return trial.verdict(recorded, trial.account(who or adviser()))


SEARCH = Recorded("AWE0421", "vacancy.search", "search")
ANSWERED = Recorded("AWE0421", "vacancy.search", "search", newcore=True, group="vacancies")


def test_what_newcore_answered_and_goes_back_is_told():
    """A rollback, or a ramp to nobody: list or record, own write or not, it goes to legacy."""
    back = ("newcore", "legacy")
    assert said(table(100), table(stage="capture"), ANSWERED).told == back
    assert said(table(100), table(0), ANSWERED).told == back
    assert said(table(100), table(100, cohort=", exclude_roles: [AW]"), ANSWERED).told == back


def test_what_newcore_answered_and_stays_is_told():
    """A larger ramp moves nobody back."""
    assert said(table(100), table(100), ANSWERED).told == ("newcore", "newcore")


def test_who_is_outside_the_cohort_of_both_stays_for_certain():
    """Whatever the request was."""
    assert said(table(0), table(100, cohort=", exclude_roles: [AW]"), SEARCH).told == ("legacy", "legacy")


def test_a_move_to_newcore_depends_on_what_the_log_does_not_say():
    """So it is not claimed: it may move, if it opened something and the session had written nothing."""
    verdict = said(table(0), table(100), SEARCH)
    assert verdict.told is None
    assert verdict.may_change
    assert verdict.lacks == ("shape", "own-write")


def test_a_region_that_is_not_recorded_is_lacking_where_partitions_differ():
    """One region in `read`, the others not."""
    assert "region" in said(table(100, below="capture"), table(100), ANSWERED).lacks


def test_an_account_that_is_gone_has_no_cohort():
    """Unless every cohort comes to the same."""
    trial = Trial((table(10), table(50)), Now(FILLED), KINDS)
    assert "account" in trial.verdict(SEARCH, None).lacks
    trial = Trial((table(0), table(0)), Now(FILLED), KINDS)
    assert trial.verdict(SEARCH, None).told == ("legacy", "legacy")


@pytest.mark.parametrize(("kind", "function"), [("mutate", "vacancy.manage"), ("interface", "vacancy.search")])
def test_what_never_moves_is_told(kind, function):
    """Writes are legacy's, machines are answered by legacy; a kind that this release does not know is no read."""
    assert said(table(0), table(100), Recorded("AWE0421", function, kind)).told == ("legacy", "legacy")
    assert said(table(0), table(100), Recorded("AWE0421", function, "of-later")).told == ("legacy", "legacy")


def test_a_function_that_the_candidate_forgets_would_be_refused():
    """For certain where it is the request's own; perhaps where it may have been in a chain."""
    lost = Recorded("AWE0421", "home.worklist.view", "consult")
    assert said(table(0), table(0, lost=True), lost).told == ("legacy", REFUSED)
    assert said(table(0), table(0, lost=True), SEARCH).may_change


def test_a_group_that_was_never_filled_moves_nobody():
    """That is what a flip today would do."""
    assert said(table(0), table(100), SEARCH, applied={}).told == ("legacy", "legacy")


def test_where_somebody_opens_something_is_told_per_session():
    """An open session says what it wrote itself."""
    trial = Trial((table(0), table(100)), Now(FILLED), KINDS)
    session = Session(b"", 1, "AWE0421", MOMENT, MOMENT)
    assert trial.opening("vacancy.search", session, adviser()) == {("legacy", "newcore")}
    written = replace(session, wrote={"vacancies": 13})
    assert trial.opening("vacancy.search", written, adviser()) == {("legacy", "legacy")}


def test_a_verdict_is_worked_out_once_for_everybody_alike(monkeypatch):
    """A hundred thousand requests of a thousand accounts are a handful of questions."""
    trial = Trial((table(0), table(50)), Now(FILLED), KINDS)
    accounts = [trial.account(adviser(f"AWE{each:04}")) for each in range(200)]
    assert len({id(trial.verdict(SEARCH, each)) for each in accounts}) == 2
