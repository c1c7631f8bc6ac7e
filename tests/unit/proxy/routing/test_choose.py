from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from proxy.model.call import Format, Kind, Link
from proxy.model.decision import Reason
from proxy.model.principal import Listing, Role
from proxy.model.route import Core, Stage
from proxy.routing.choose import Situation, choose, stage_of, weighs
from proxy.routing.group import BY_PERSON, Group

FULL = ("ramp: 50", "ramp: 100")
EMPTY = ("ramp: 50", "ramp: 0")
BELOW = (("stage: read #", "stage: capture #"), EMPTY)
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def ask(read, call, account, session):
    """Choose for a search on a table, with everything else at its default."""

    def build(*changes, of=None, seen=None, who=None, applied=None, killed=(), **more):
        asked = call() if of is None else of
        filled = {"vacancies": 0} if applied is None else applied
        return choose(read(*changes), asked, Situation(seen or session(), who or account(), filled, killed, **more))

    return build


def test_at_a_full_ramp_a_search_goes_to_newcore(ask):
    """The one case in which newcore answers."""
    route = ask(FULL)
    assert (route.core, route.reason, route.group, route.revision) == (Core.NEWCORE, "cohort", "vacancies", 7)


def test_at_an_empty_ramp_it_stays_on_legacy(ask):
    """Stage read alone moves nobody."""
    assert ask(EMPTY).core is Core.LEGACY


def test_below_read_it_stays_on_legacy(ask):
    """Capture fills newcore and shows nothing of it."""
    route = ask(*BELOW)
    assert (route.core, route.reason) == (Core.LEGACY, "stage")


@pytest.mark.parametrize(
    "function", [None, "client.search"], ids=["unsettled", "routed by no group"]
)  # fmt: skip
def test_an_unknown_function_is_refused(ask, call, function):
    """Unknown is denied, never passed on."""
    assert ask(FULL, of=call(function)) is Reason.UNKNOWN_FUNCTION


def test_an_unknown_function_hidden_in_a_chain_is_refused(ask, call):
    """Every link of a chain must be routed."""
    assert ask(FULL, of=call(links=(Link("vacancy.search"), Link("x.y")))) is Reason.UNKNOWN_FUNCTION
    assert ask(FULL, of=call(links=(Link("vacancy.search"), Link(None)))) is Reason.UNKNOWN_FUNCTION


def test_a_chain_is_never_split_over_two_cores(ask, call):
    """Newcore answers single commands only."""
    assert ask(FULL, of=call(links=(Link("vacancy.search"), Link("vacancy.search")))).core is Core.LEGACY


@pytest.mark.parametrize(
    ("changes", "captured"), [((FULL,), True), (BELOW, True), ((("stage: read #", "stage: legacy #"), EMPTY), False)]
)
def test_a_mutation_stays_on_legacy_and_is_captured_from_capture_on(ask, call, changes, captured):
    """Writes are legacy's; from stage capture on they are carried on to newcore."""
    route = ask(*changes, of=call("vacancy.manage", kind=Kind.MUTATE))
    assert (route.core, route.captured, route.group) == (Core.LEGACY, captured, "vacancies")


def test_a_captured_mutation_in_a_chain_is_captured(ask, call):
    """The group that is kept up to date counts, wherever in the chain it stands."""
    links = (Link("client.note.create"), Link("vacancy.manage"))
    route = ask(FULL, of=call("client.note.create", kind=Kind.MUTATE, links=links))
    assert (route.captured, route.group) == (True, "vacancies")


def test_a_mutation_is_captured_where_it_may_change_what_a_captured_group_shows(ask, call):
    """Whatever its own group is: the choice names every group that is kept up to date and shows such a record."""
    route = ask(FULL, of=call("vacancy.manage", kind=Kind.MUTATE))
    assert route.touched == ("vacancies",)
    other = ask(FULL, of=call("client.note.create", kind=Kind.MUTATE))
    assert (other.captured, other.touched) == (False, ())


def test_a_read_that_saves_is_a_mutation(ask, call):
    """A search that carries field data writes, so it goes to legacy and is captured."""
    route = ask(FULL, of=call(kind=Kind.MUTATE))
    assert (route.core, route.captured) == (Core.LEGACY, True)


def test_opening_a_record_of_a_list_goes_to_legacy(ask, call, session):
    """A drill-down is a positioned call on legacy, also from a list of newcore."""
    seen = session(listing=Listing("vacancy.search", "newcore", ("1-V1",)))
    assert ask(FULL, of=call(first_page=False), seen=seen).core is Core.LEGACY


def test_a_write_of_anybody_keeps_whoever_opens_that_record_on_legacy_until_it_is_applied(ask, read, call):
    """Who was told that it is saved may tell a colleague, who looks at once; what newcore has is read there."""
    assert ask(FULL, applied={"vacancies": 11}, written=12).reason == "written"
    assert ask(FULL, applied={"vacancies": 12}, written=12).core is Core.NEWCORE
    assert [weighs(read(FULL), each) for each in (call(), call("client.note.view"), call(kind=Kind.MUTATE))] == [
        True, False, False,
    ]  # fmt: skip


def test_an_own_write_keeps_a_session_on_legacy_until_it_is_applied(ask, session):
    """Who changed a vacancy sees the change."""
    seen = session(wrote={"vacancies": 12})
    assert ask(FULL, seen=seen, applied={"vacancies": 11}).reason == "own-write"
    assert ask(FULL, seen=seen, applied={"vacancies": 0}).core is Core.LEGACY
    assert ask(FULL, seen=seen, applied={"vacancies": 12}).core is Core.NEWCORE


def test_a_group_that_was_never_filled_reads_legacy(ask):
    """No watermark, no finished backfill: newcore would show a half; such answers are not compared either."""
    route = ask(FULL, applied={"employers": 9})
    assert (route.core, route.reason) == (Core.LEGACY, "unfilled")
    assert not ask(EMPTY, applied={}, draw=0).shadowed
    assert ask(EMPTY, draw=0).shadowed


def test_while_functions_are_discovered_an_unknown_read_is_passed_on_until_a_day(ask, call):
    """Logged with its reason; after that day, for a change, and by default it is refused."""
    rule = ("version: 1", "version: 1\ndefaults: {unknown_function: {observe_until: 2020-11-24}}")
    strange = call("client.search")
    day = date(2020, 11, 24)
    assert ask(rule, of=strange, today=day).reason == "observed"
    assert ask(rule, of=strange, today=day + timedelta(days=1)) is Reason.UNKNOWN_FUNCTION
    assert ask(rule, of=strange) is Reason.UNKNOWN_FUNCTION
    assert ask(rule, of=call("client.search", kind=Kind.MUTATE), today=day) is Reason.UNKNOWN_FUNCTION
    assert ask(rule, of=call(None), today=day) is Reason.UNKNOWN_FUNCTION


def test_a_call_about_persons_of_one_region_is_in_the_stage_of_that_partition():
    """Where nobody is named, or several regions, the lowest stage holds; a group owned otherwise has no such partitions."""
    group = Group(
        "notes", "note", ("client.note.view",), Stage.SHADOW, owner_key=BY_PERSON,
        partitions={"AM06": Stage.READ, "AM03": Stage.CAPTURE},
    )  # fmt: skip
    assert [stage_of(group, region) for region in ("AM06", "AM03", "AM01", None)] == [
        Stage.READ, Stage.CAPTURE, Stage.SHADOW, Stage.CAPTURE,
    ]  # fmt: skip
    assert stage_of(replace(group, owner_key="vacancy.region"), "AM06") is Stage.CAPTURE


def test_a_killed_group_goes_to_legacy(ask):
    """The kill switch wins over the ramp."""
    route = ask(FULL, killed={"vacancies"})
    assert (route.core, route.reason) == (Core.LEGACY, "killed")


def test_paging_a_list_of_a_killed_core_is_refused(ask, call, session):
    """The other core would show the next ten of another list; nobody would notice."""
    seen = session(listing=Listing("vacancy.search", "newcore", ()))
    assert ask(FULL, of=call(pages=True, first_page=False), seen=seen, killed={"vacancies"}) is Reason.MAINTENANCE


def test_a_list_of_a_core_that_is_not_kept_up_to_date_any_more_ends(ask, call, session):
    """Back in `legacy` nothing is captured, so newcore's pages grow old; while it is captured the list goes on."""
    seen = session(listing=Listing("vacancy.search", "newcore", ()))
    page = call(pages=True, first_page=False)
    legacy = (("stage: read #", "stage: legacy #"), EMPTY)
    assert ask(*legacy, of=page, seen=seen) is Reason.MAINTENANCE
    assert ask(*BELOW, of=page, seen=seen).core is Core.NEWCORE
    assert ask(*legacy, seen=seen).core is Core.LEGACY


def test_without_a_key_it_stays_on_legacy(ask, account):
    """A missing cohort key never moves anybody."""
    assert ask(FULL, who=account("")).reason == "no-key"


def test_a_role_left_out_stays_on_legacy(ask, account):
    """Excluded roles and other organisations do not take part."""
    rule = ("generation: 3", "generation: 3, exclude_roles: [EXP], organisations: [UWV]")
    assert ask(FULL, rule).core is Core.NEWCORE
    assert ask(FULL, rule, who=account(role=Role.EXP)).core is Core.LEGACY
    assert ask(FULL, ("generation: 3", 'generation: 3, organisations: ["0106"]')).core is Core.LEGACY


def test_regions_are_a_list_of_where_an_account_works(ask, account):
    """An account that also works elsewhere does not take part, nor one that works nowhere."""
    assert ask(FULL, ("generation: 3", "generation: 3, regions: [AM06, AM03]")).core is Core.NEWCORE
    rule = ("generation: 3", "generation: 3, regions: [AM03]")
    assert ask(FULL, rule).reason == "outside-cohort"
    wide = account()
    (held,) = wide.authorisations
    wide = replace(wide, authorisations=(held, replace(held, regions=frozenset({"AM03"}))))
    assert ask(FULL, rule, who=wide).core is Core.LEGACY
    nowhere = replace(wide, authorisations=(replace(held, regions=frozenset()),))
    assert ask(FULL, rule, who=nowhere).core is Core.LEGACY


def test_a_partition_below_read_holds_back_a_list_over_all_regions(ask):
    """A list is never merged from two cores: it moves when all its partitions have."""
    assert ask(FULL, ("generation: 3}", "generation: 3}\n    partitions: {AM03: capture}")).reason == "stage"


def test_a_machine_call_that_is_no_question_stays_on_legacy(ask, call):
    """Newcore answers screens, and questions that carry their credentials."""
    assert ask(FULL, of=call(format=Format.SOAP)).core is Core.LEGACY


def test_a_question_goes_to_newcore_once_legacy_accepted_its_credentials(read, call, account):
    """Newcore knows no passwords; there is no session that could have written anything."""
    moved = ("functions: [vacancy.search, ", "functions: [vacancy.search, iface.gem.client.query, ")
    asked = call(
        "iface.gem.client.query", format=Format.SOAP, kind=Kind.INTERFACE, account="GEM0106", context=False,
        repeatable=True, first_page=False,
    )  # fmt: skip
    for vouched, expected in {True: (Core.NEWCORE, "cohort"), False: (Core.LEGACY, "credentials")}.items():
        route = choose(read(moved, FULL), asked, Situation(None, account(), {"vacancies": 0}, vouched=vouched))
        assert (route.core, route.reason) == expected


@many
@given(
    core=some.sampled_from(["legacy", "newcore"]),
    ramp=some.integers(0, 100),
    user=some.text("AWE0123456789", min_size=1, max_size=8),
    written=some.integers(0, 9),
    done=some.integers(0, 9),
    kind=some.sampled_from([Kind.SEARCH, Kind.EXPORT]),
)
def test_a_list_never_changes_core(ask, call, session, account, core, ramp, user, written, done, kind):  # noqa: PLR0917
    """Whatever the ramp, the user, an own write: going on with a list happens on the core that opened it."""
    seen = session(listing=Listing("vacancy.search", core, ()), wrote={"vacancies": written})
    function = "list.export" if kind is Kind.EXPORT else "vacancy.search"
    asked = call(function, pages=True, first_page=False, kind=kind, links=(Link(function), Link("vacancy.search")))
    route = ask(
        ("ramp: 50", f"ramp: {ramp}"), of=asked, seen=seen, who=account(user), applied={"vacancies": done}
    )  # fmt: skip
    assert (route.core, route.reason) == (Core(core), "listing")


@many
@given(written=some.integers(0, 9), done=some.integers(0, 9), ramp=some.integers(0, 100))
def test_a_session_never_reads_before_its_own_write(ask, session, written, done, ramp):
    """Newcore is chosen only where the watermark has reached the session's token."""
    route = ask(("ramp: 50", f"ramp: {ramp}"), seen=session(wrote={"vacancies": written}), applied={"vacancies": done})
    assert route.core is Core.LEGACY or done >= written
