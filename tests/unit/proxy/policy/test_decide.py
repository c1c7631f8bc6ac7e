"""Decisions: the truth table of the rules, distance, unknowns, and which authorisation is used."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.model.call import Call, Format, Kind, Link, Search, SearchClass
from proxy.model.decision import Decision, Duty, Effect, Reason, decision_with
from proxy.model.person import Category, Field, PersonClass, Relation, Shown, Standing
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role
from proxy.policy.decide import judge_call, judge_person, judge_row, sufficient

TODAY = date(2026, 11, 25)
UWV, TOWN, SW, MACHINE = (
    OrganisationKind.UWV,
    OrganisationKind.MUNICIPALITY,
    OrganisationKind.SW,
    OrganisationKind.MACHINE,
)
CASELOAD, ASSIGNED, OWN_TOWN, REGION, VERIFIED, OUTSIDE = (
    Relation.CASELOAD,
    Relation.ASSIGNED,
    Relation.MUNICIPALITY,
    Relation.REGION,
    Relation.VERIFIED,
    Relation.OUTSIDE,
)
ORDINARY, SECRET, STAFF, SELF = PersonClass
CHECK = Search(SearchClass.BSN, "999990019", birth_date=True)


def an_authorisation(role: Role, kind: OrganisationKind = UWV, *regions: str, **over) -> Authorisation:
    """An authorisation that is valid today."""
    values = {"id": f"{role}-1", "valid_from": date(2020, 1, 1), "valid_until": None}
    return Authorisation(
        role=role, organisation=Organisation(kind, "X"), regions=frozenset(regions or ("AM01",)), **(values | over)
    )


def a_principal(*authorisations: Authorisation, **over) -> Principal:
    """An account with these."""
    return Principal("USER", authorisations, **over)


def a_call(matrix, *functions: str, **over) -> Call:
    """A call of these links; its kind is that of the strictest."""
    kinds = [matrix.subjects[name].kind for name in functions if name in matrix.subjects]
    strictest = next(
        (kind for kind in (Kind.MUTATE, Kind.EXPORT) if kind in kinds), kinds[0] if kinds else Kind.CONSULT
    )
    links = tuple(Link(name) for name in functions)
    return Call(**({"format": Format.HTML, "links": links, "function": functions[-1], "kind": strictest} | over))


def allowed_call(matrix, role: Role, kind: OrganisationKind, function: str, **over) -> tuple[Call, Decision]:
    """A call that the role may make, and its decision."""
    needs = {"vacancy": "V1"} if role is Role.LB else {}
    call = a_call(matrix, function, **(needs | over))
    decision = judge_call(matrix, call, a_principal(an_authorisation(role, kind)), TODAY)
    assert decision.effect is Effect.ALLOW, decision
    return call, decision


def shown(*categories: str) -> Shown:
    """Somebody in an answer that holds these categories."""
    held = frozenset(Category(each) for each in categories)
    fields = tuple(Field(each, (((0, 1), b""),)) for each in sorted(held))
    traits = {"education": "havo"}
    return Shown("1-7A", None, None, None, held, ((0, 1),), deliberate=True, fields=fields, traits=traits)


def seen(matrix, role, kind, function, relation, *categories, held=ORDINARY) -> Reason:
    """Whether a person of the answer may be seen in these categories, and if not, why."""
    _call, decision = allowed_call(matrix, role, kind, function)
    judged = judge_person(matrix, decision, shown(*categories), Standing(relation, held))
    assert (judged.effect is Effect.ALLOW) == (judged.reason is Reason.ALLOWED)
    return judged.reason


def named(matrix, role, kind, function, relation, *, held=ORDINARY) -> Reason:
    """Whether a person named by the request may be acted on, before anything is sent."""
    call, decision = allowed_call(matrix, role, kind, function)
    return judge_row(matrix, call, decision, Standing(relation, held)).reason


OK, FAR, HIDDEN, GUARDED = Reason.ALLOWED, Reason.OUT_OF_REACH, Reason.HIDDEN_CATEGORY, Reason.PROTECTED

# consult / search row / mutate / export per relation: authorisation.md §2, for the rules of this release
CONSULT = [
    (Role.AW, UWV, "client.overview.view", CASELOAD, ("ID", "CT", "LD", "SV", "AP"), OK),
    (Role.AW, UWV, "client.overview.view", REGION, ("ID", "CT", "LD", "SV", "AP"), OK),
    (Role.AW, UWV, "client.overview.view", OUTSIDE, ("ID",), FAR),
    (Role.AW, UWV, "client.workcapacity.view", CASELOAD, ("ID", "WC"), OK),
    (Role.AW, UWV, "client.workcapacity.view", REGION, ("ID", "WC"), FAR),
    (Role.IDV, UWV, "client.workcapacity.view", CASELOAD, ("ID", "WC"), OK),
    (Role.IDV, UWV, "client.workcapacity.view", REGION, ("ID", "WC"), HIDDEN),
    (Role.AD, UWV, "client.workcapacity.view", ASSIGNED, ("ID", "WC"), OK),
    (Role.AD, UWV, "client.workcapacity.view", REGION, ("ID", "WC"), FAR),
    (Role.AW, UWV, "client.benefit.view", CASELOAD, ("ID", "BN"), OK),
    (Role.AW, UWV, "client.benefit.view", REGION, ("ID", "BN"), HIDDEN),
    (Role.AW, UWV, "client.note.view", REGION, ("ID", "CN"), HIDDEN),
    (Role.AW, UWV, "client.identity.view", REGION, ("ID", "CT", "NA"), OK),
    (Role.AW, UWV, "client.identity.view", CASELOAD, ("ID", "CT", "NA"), OK),
    (Role.KM, TOWN, "client.overview.view", OWN_TOWN, ("ID", "CT", "LD", "SV", "AP"), OK),
    (Role.KM, TOWN, "client.overview.view", REGION, ("ID",), FAR),
    (Role.KM, TOWN, "client.cv.view", REGION, ("ID", "ED", "AV"), OK),
    (Role.KM, TOWN, "client.benefit.view", OWN_TOWN, ("ID", "BN"), OK),
    (Role.KM, TOWN, "client.benefit.view", REGION, ("ID", "BN"), FAR),
    (Role.KM, TOWN, "client.note.view", OWN_TOWN, ("ID", "CN"), OK),
    (Role.KM, TOWN, "client.workcapacity.view", OWN_TOWN, ("ID", "WC"), OK),
    (Role.SWB, SW, "client.overview.view", ASSIGNED, ("ID", "CT", "SV", "AP"), OK),
    (Role.SWB, SW, "client.overview.view", ASSIGNED, ("ID", "LD"), OK),
    (Role.SWB, SW, "client.workcapacity.view", ASSIGNED, ("ID", "WC"), OK),
    (Role.SWB, SW, "client.overview.view", OWN_TOWN, ("ID",), FAR),
    (Role.WSP, UWV, "client.cv.view", REGION, ("ID", "ED", "AV"), OK),
    (Role.WSP, UWV, "client.overview.view", REGION, ("ID", "CT", "LD", "SV"), OK),
    (Role.WSP, TOWN, "client.overview.view", REGION, ("ID",), FAR),
    (Role.LB, UWV, "client.cv.view", OUTSIDE, ("ID", "ED", "AV"), OK),
    (Role.KCC, UWV, "client.overview.view", VERIFIED, ("ID", "CT"), OK),
    (Role.KCC, UWV, "client.overview.view", VERIFIED, ("ID", "CT", "LD"), OK),
    (Role.KCC, UWV, "client.overview.view", OUTSIDE, ("ID",), FAR),
    (Role.GEMSYS, MACHINE, "iface.gem.client.query", OWN_TOWN, ("ID", "SV", "BN", "LD"), OK),
    (Role.GEMSYS, MACHINE, "iface.gem.client.query", OUTSIDE, ("ID",), FAR),
    (Role.TL, UWV, "home.worklist.view", REGION, ("ID", "AP"), FAR),
]
ROWS = [
    (Role.AW, UWV, "client.search", REGION, OK),
    (Role.AW, UWV, "client.search", OUTSIDE, FAR),
    (Role.AD, UWV, "client.search", ASSIGNED, OK),
    (Role.AD, UWV, "client.search", REGION, FAR),
    (Role.KM, TOWN, "client.search", OWN_TOWN, OK),
    (Role.KM, TOWN, "client.search", REGION, FAR),
    (Role.KCC, UWV, "client.search.national", VERIFIED, OK),
    (Role.KCC, UWV, "client.search.national", OUTSIDE, FAR),
    (Role.KM, TOWN, "match.candidates.search", REGION, OK),
    (Role.WSP, UWV, "match.candidates.search", REGION, OK),
    (Role.WSP, UWV, "match.candidates.search", OUTSIDE, FAR),
    (Role.LB, UWV, "match.candidates.search", OUTSIDE, OK),
    (Role.MAT, UWV, "match.candidates.search", REGION, OK),
]
MUTATE = [
    (Role.AW, UWV, "client.contact.update", CASELOAD, OK),
    (Role.AW, UWV, "client.contact.update", REGION, FAR),
    (Role.AW, UWV, "client.contact.update", OUTSIDE, FAR),
    (Role.AW, UWV, "client.note.create", CASELOAD, OK),
    (Role.AW, UWV, "client.note.create", REGION, FAR),
    (Role.KM, TOWN, "client.contact.update", CASELOAD, OK),
    (Role.KM, TOWN, "client.contact.update", OWN_TOWN, FAR),
    (Role.SWB, SW, "client.note.create", ASSIGNED, OK),
    (Role.WSP, UWV, "referral.create", REGION, OK),
    (Role.WSP, UWV, "referral.create", OUTSIDE, FAR),
    (Role.KM, TOWN, "referral.create", REGION, OK),
    (Role.LB, UWV, "referral.create", OUTSIDE, OK),
    (Role.KCC, UWV, "client.contact.update", VERIFIED, OK),
    (Role.KCC, UWV, "client.contact.update", OUTSIDE, FAR),
    (Role.KCC, UWV, "client.identity.update", VERIFIED, HIDDEN),
    (Role.AW, UWV, "client.identity.update", VERIFIED, FAR),
]


@pytest.mark.parametrize("case", CONSULT, ids=str)
def test_truth_table_consult(matrix, case):
    """A page of one person is shown in the categories of the rule, or not at all."""
    role, kind, function, relation, categories, reason = case
    assert seen(matrix, role, kind, function, relation, *categories) is reason


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_truth_table_search_rows(matrix, case):
    """A row of a list is shown in all that legacy puts on it, or is gone."""
    role, kind, function, relation, reason = case
    on_the_row = {"match.candidates.search": ("ID", "CT", "ED", "AV", "LD", "VA")}.get(function, ("ID", "CT"))
    assert seen(matrix, role, kind, function, relation, *on_the_row) is reason


@pytest.mark.parametrize("case", MUTATE, ids=str)
def test_truth_table_mutate(matrix, case):
    """What may be changed is decided before anything is sent (RG8)."""
    role, kind, function, relation, reason = case
    assert named(matrix, role, kind, function, relation) is reason


EXPORT = [(CASELOAD, OK), (ASSIGNED, OK), (REGION, OK), (VERIFIED, FAR), (OUTSIDE, FAR)]


def an_export(matrix, list_function: str = "client.search") -> Call:
    """An export of a list, as the session's continuity completes it."""
    return a_call(matrix, "list.export", list_function, function="list.export", pages=True)


@pytest.mark.parametrize(("relation", "reason"), EXPORT)
def test_truth_table_export(matrix, relation, reason):
    """RG9: own rows and those of the region, never anybody outside."""
    principal = a_principal(an_authorisation(Role.AW), an_authorisation(Role.EXP))
    call = an_export(matrix)
    decision = judge_call(matrix, call, principal, TODAY)
    assert (decision.effect, decision.authorisation.role) == (Effect.ALLOW, Role.EXP)
    assert judge_person(matrix, decision, shown("ID", "CT"), Standing(relation, ORDINARY)).reason is reason


def test_an_export_needs_both_rights(matrix):
    """The export right alone opens no list, the right to the list alone no export."""
    for alone in (Role.AW, Role.EXP):
        decision = judge_call(matrix, an_export(matrix), a_principal(an_authorisation(alone)), TODAY)
        assert decision.reason is Reason.FUNCTION_NOT_IN_ROLE


def test_an_export_reaches_no_further_than_the_list_on_the_screen(matrix):
    """An export right for another region than the list's own authorisation opens nothing."""
    wider = a_principal(an_authorisation(Role.AW, UWV, "AM01"), an_authorisation(Role.EXP, UWV, "AM01", "AM02"))
    assert judge_call(matrix, an_export(matrix), wider, TODAY).reason is Reason.FUNCTION_NOT_IN_ROLE
    narrower = a_principal(an_authorisation(Role.AW, UWV, "AM01", "AM02"), an_authorisation(Role.EXP, UWV, "AM02"))
    assert judge_call(matrix, an_export(matrix), narrower, TODAY).authorisation.regions == {"AM02"}


def test_an_export_shows_no_category_that_the_screen_hides(matrix):
    """A secret address is not in the file when it is not on the page."""
    principal = a_principal(an_authorisation(Role.AW), an_authorisation(Role.EXP))
    call = an_export(matrix)
    decision = judge_call(matrix, call, principal, TODAY)
    judged = judge_person(matrix, decision, shown("ID", "CT"), Standing(REGION, SECRET))
    assert (judged.reason, judged.shown, judged.hidden) == (OK, {Category.ID}, {Category.CT})
    assert judge_person(matrix, decision, shown("ID", "NA"), Standing(REGION, ORDINARY)).hidden == {Category.NA}


@pytest.mark.parametrize(
    ("held", "relation", "categories", "reason"),
    [
        (SECRET, CASELOAD, ("ID", "CT"), OK),
        (SECRET, ASSIGNED, ("CT",), HIDDEN),
        (SECRET, REGION, ("CT",), HIDDEN),
        (SECRET, REGION, ("ID", "SV"), OK),
        (STAFF, CASELOAD, ("ID",), OK),
        (STAFF, ASSIGNED, ("ID",), OK),
        (STAFF, REGION, ("ID",), GUARDED),
        (STAFF, OUTSIDE, ("ID",), GUARDED),
        (SELF, CASELOAD, ("ID",), GUARDED),
        (SELF, OUTSIDE, ("ID",), GUARDED),
    ],
)
def test_protected_dossiers(matrix, held, relation, categories, reason):
    """RG10: a secret address for the caseload only, a staff record for its handler, the own dossier for nobody."""
    assert seen(matrix, Role.AW, UWV, "client.overview.view", relation, *categories, held=held) is reason


def test_protection_holds_in_search_match_and_mutation_too(matrix):
    """A staff record is not a row either, and a secret address is not written by whoever may not read it."""
    assert seen(matrix, Role.AW, UWV, "client.search", REGION, "ID", held=STAFF) is GUARDED
    assert seen(matrix, Role.LB, UWV, "match.candidates.search", OUTSIDE, "ED", held=STAFF) is GUARDED
    assert named(matrix, Role.KCC, UWV, "client.contact.update", VERIFIED, held=SECRET) is HIDDEN
    assert named(matrix, Role.AW, UWV, "client.contact.update", CASELOAD, held=SELF) is GUARDED


def test_unknown_is_refused(matrix):
    """A function that no catalogue knows, a link without one, no links at all: denied before anything else."""
    me = a_principal(an_authorisation(Role.AW))
    empty = replace(a_call(matrix, "client.search"), links=())
    for call in (a_call(matrix, "client.unknown"), a_call(matrix, "client.search", "client.unknown"), empty):
        assert judge_call(matrix, call, me, TODAY).reason is Reason.UNKNOWN_FUNCTION
    unsettled = replace(a_call(matrix, "client.search"), links=(Link("client.search"), Link(None)))
    assert judge_call(matrix, unsettled, me, TODAY).reason is Reason.UNKNOWN_FUNCTION


def test_somebody_unknown_may_be_read_on_the_answer_but_never_changed(matrix):
    """Before sending: a mutation of a row without facts is refused, a read is judged on what comes back."""
    call, decision = allowed_call(matrix, Role.AW, UWV, "client.contact.update")
    assert judge_row(matrix, call, decision, None).reason is Reason.PERSON_UNKNOWN
    call, decision = allowed_call(matrix, Role.AW, UWV, "client.overview.view")
    assert judge_row(matrix, call, decision, None).effect is Effect.ALLOW


def test_a_change_may_carry_visible_categories_only(matrix):
    """A value for a control that the decision does not show is refused, be it beside fields that may be changed."""
    call, decision = allowed_call(matrix, Role.AW, UWV, "client.contact.update")
    mine = Standing(Relation.CASELOAD, ORDINARY)
    for carried, reason in (({"CT"}, OK), (set(), OK), ({"CT", "CN"}, HIDDEN), ({"WC"}, HIDDEN)):
        writing = replace(call, writes=frozenset(map(Category, carried)))
        assert judge_row(matrix, writing, decision, mine).reason is reason


def test_a_hidden_category_is_named_so_that_it_can_be_emptied(matrix):
    """Something of the function stays visible: allowed, with what is to be emptied beside what is shown."""
    _call, decision = allowed_call(matrix, Role.AW, UWV, "client.identity.view")
    judged = judge_person(matrix, decision, shown("ID", "CT", "NA"), Standing(REGION, ORDINARY))
    assert (judged.reason, judged.shown, judged.hidden) == (OK, {Category.ID, Category.CT}, {Category.NA})


def test_what_cannot_be_emptied_is_refused_as_a_whole(matrix):
    """A hidden category of which not every place is known would leak: nothing of the person is shown."""
    _call, decision = allowed_call(matrix, Role.AW, UWV, "client.identity.view")
    page = shown("ID", "CT", "NA")
    for fields in ((), tuple(each for each in page.fields if each.category is not Category.NA)):
        judged = judge_person(matrix, decision, replace(page, fields=fields), Standing(REGION, ORDINARY))
        assert (judged.reason, judged.duties) == (HIDDEN, frozenset())
    whole = judge_person(matrix, decision, replace(page, fields=()), Standing(CASELOAD, ORDINARY))
    assert whole.reason is OK


@pytest.mark.parametrize("relation", [Relation.GRANT, Relation.CARD])
def test_a_found_candidate_is_a_card_or_nothing(matrix, relation):
    """RG5: in a search the row becomes a card, also under a grant; where no card can be made it is gone."""
    _call, decision = allowed_call(matrix, Role.WSP, UWV, "match.candidates.search", vacancy="V1")
    row = shown("ID", "CT", "ED", "AV", "LD", "VA")
    judged = judge_person(matrix, decision, row, Standing(relation, ORDINARY))
    assert (judged.reason, judged.card, judged.relation) == (OK, True, relation)
    assert judged.shown == {Category.ED, Category.AV, Category.VA}
    assert judge_person(matrix, decision, replace(row, traits={}), Standing(relation, ORDINARY)).reason is HIDDEN
    assert not judge_person(matrix, decision, row, Standing(REGION, ORDINARY)).card


def test_an_emergency_shows_more_and_obliges(matrix):
    """RG12: basic data and benefit of one client, never WC or CN, no rows, no changes; a banner and a review."""
    urgent = Standing(OUTSIDE, ORDINARY, emergency=True)
    _call, decision = allowed_call(matrix, Role.AW, UWV, "client.benefit.view")
    judged = judge_person(matrix, decision, shown("ID", "BN"), urgent)
    assert (judged.reason, judged.duties) == (OK, {Duty.BANNER, Duty.REVIEW})
    call, decision = allowed_call(matrix, Role.AW, UWV, "client.overview.view")
    assert judge_row(matrix, call, decision, urgent).duties == {Duty.BANNER, Duty.REVIEW}
    for function in ("client.note.view", "client.workcapacity.view", "client.search", "client.contact.update"):
        call, decision = allowed_call(matrix, Role.AW, UWV, function)
        assert judge_row(matrix, call, decision, urgent).effect is Effect.DENY, function
    guarded = Standing(OUTSIDE, STAFF, emergency=True)
    assert judge_person(matrix, decision, shown("ID"), guarded).reason is GUARDED


def test_a_person_of_whom_no_category_was_read_is_refused(matrix):
    """An answer that names somebody and says nothing was not understood."""
    assert seen(matrix, Role.AW, UWV, "client.overview.view", CASELOAD) is Reason.UNREADABLE


def test_nobody_is_shown_on_a_denied_or_personless_call(matrix):
    """A vacancy page that shows a person after all shows somebody without a rule."""
    assert seen(matrix, Role.AW, UWV, "vacancy.search", CASELOAD, "ID") is FAR
    _call, decision = allowed_call(matrix, Role.AW, UWV, "client.overview.view")
    denied = decision_with(decision, effect=Effect.DENY)
    assert judge_person(matrix, denied, shown("ID"), Standing(CASELOAD, ORDINARY)).effect is Effect.DENY


def test_a_row_named_with_a_function_without_persons_is_no_matter(matrix):
    """Vacancies and employers are decided by role alone (RG0)."""
    call, decision = allowed_call(matrix, Role.WSP, UWV, "vacancy.manage")
    assert judge_row(matrix, call, decision, None) is decision


@pytest.mark.parametrize(
    ("today", "reason"),
    [
        (date(2026, 1, 1), OK),
        (date(2026, 12, 31), OK),
        (date(2027, 1, 1), Reason.NO_AUTHORISATION),
        (date(2025, 12, 31), Reason.NO_AUTHORISATION),
    ],
)
def test_an_authorisation_holds_from_its_first_day_to_its_last(matrix, today, reason):
    """Both days included; one day later it is none."""
    dated = an_authorisation(Role.AW, valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31))
    assert judge_call(matrix, a_call(matrix, "client.search"), a_principal(dated), today).reason is reason


def test_a_locked_account_may_do_nothing(matrix):
    """Not even what needs no person; the lock goes before every other reason."""
    locked = a_principal(an_authorisation(Role.AW), locked_at=datetime(2026, 1, 1, tzinfo=UTC))
    for function in ("session.login", "client.search", "client.unknown"):
        assert judge_call(matrix, a_call(matrix, function), locked, TODAY).reason is Reason.LOCKED


def test_a_function_that_is_not_open_yet_is_closed(matrix):
    """The catalogue knows it, the role has it, and still nothing is sent."""
    assert not matrix.subjects["client.cv.update"].open
    decision = judge_call(matrix, a_call(matrix, "client.cv.update"), a_principal(an_authorisation(Role.AW)), TODAY)
    assert decision.reason is Reason.FUNCTION_NOT_IN_ROLE


def test_every_link_of_a_chain_must_be_allowed(matrix):
    """One link that the role has not, and the whole request is refused."""
    me = a_principal(an_authorisation(Role.WSP))
    assert judge_call(matrix, a_call(matrix, "client.cv.view", "vacancy.search"), me, TODAY).effect is Effect.ALLOW
    for chain in (("client.cv.view", "client.benefit.view"), ("client.benefit.view", "client.cv.view")):
        assert judge_call(matrix, a_call(matrix, *chain), me, TODAY).reason is Reason.FUNCTION_NOT_IN_ROLE


def test_a_chain_is_decided_on_all_of_its_functions_about_persons(matrix):
    """Who may not be seen in one link is not seen in the answer of another."""
    call = a_call(matrix, "vacancy.search", "client.overview.view", "client.workcapacity.view")
    decision = judge_call(matrix, call, a_principal(an_authorisation(Role.AW)), TODAY)
    assert judge_person(matrix, decision, shown("ID", "WC"), Standing(CASELOAD, ORDINARY)).reason is OK
    assert judge_person(matrix, decision, shown("ID", "CT"), Standing(REGION, ORDINARY)).reason is FAR


def test_a_mutation_disguised_as_a_read_is_refused(matrix):
    """A read that carries field data needs a function that mutates; none of its links is one."""
    call = a_call(matrix, "client.overview.view", kind=Kind.MUTATE)
    assert judge_call(matrix, call, a_principal(an_authorisation(Role.AW)), TODAY).reason is Reason.FUNCTION_NOT_IN_ROLE
    call = a_call(matrix, "client.search", kind=Kind.EXPORT)
    assert judge_call(matrix, call, a_principal(an_authorisation(Role.AW)), TODAY).effect is Effect.DENY


@pytest.mark.parametrize(
    ("search", "reason"),
    [
        (CHECK, OK),
        (replace(CHECK, birth_date=False), Reason.SEARCH_NOT_ALLOWED),
        (replace(CHECK, bsn=None), Reason.SEARCH_NOT_ALLOWED),
        (Search(SearchClass.NAME), Reason.SEARCH_NOT_ALLOWED),
        (Search(SearchClass.EXPRESSION, "999990019", birth_date=True), Reason.SEARCH_NOT_ALLOWED),
        (None, OK),
    ],
)
def test_customer_contact_searches_by_bsn_and_birth_date_only(matrix, search, reason):
    """RG15: anything else is refused before it is sent; the empty form and paging search nobody."""
    call = a_call(matrix, "client.search.national", search=search)
    assert judge_call(matrix, call, a_principal(an_authorisation(Role.KCC)), TODAY).reason is reason
    adviser = judge_call(
        matrix, a_call(matrix, "client.search", search=search), a_principal(an_authorisation(Role.AW)), TODAY
    )
    assert adviser.reason is OK


def test_the_national_mediator_needs_a_vacancy(matrix):
    """RG4: without one there is no match, hence no ground."""
    me = a_principal(an_authorisation(Role.LB))
    bare = a_call(matrix, "match.candidates.search", search=Search(SearchClass.OTHER))
    assert judge_call(matrix, bare, me, TODAY).reason is Reason.SEARCH_NOT_ALLOWED
    assert judge_call(matrix, a_call(matrix, "client.cv.view"), me, TODAY).reason is Reason.OUT_OF_REACH
    assert judge_call(matrix, replace(bare, vacancy="V1"), me, TODAY).effect is Effect.ALLOW
    assert judge_call(matrix, a_call(matrix, "client.search"), me, TODAY).reason is Reason.FUNCTION_NOT_IN_ROLE


def test_the_narrowest_authorisation_that_suffices_is_used(matrix):
    """Caseload before municipality before region before nation, then the fewest regions; always exactly one."""
    wide = an_authorisation(Role.AW, UWV, "AM01", "AM02", id="wide")
    narrow, handler = an_authorisation(Role.AW, UWV, "AM03", id="narrow"), an_authorisation(Role.AD, id="handler")
    me = a_principal(wide, narrow, handler)
    assert judge_call(matrix, a_call(matrix, "client.search"), me, TODAY).authorisation is handler
    assert judge_call(matrix, a_call(matrix, "client.benefit.view"), me, TODAY).authorisation is narrow
    found = sufficient(matrix, a_call(matrix, "client.search"), me, TODAY)
    assert [decision.authorisation for decision in found] == [handler, narrow, wide]


def test_one_of_several_reasons_is_the_telling_one(matrix):
    """Whoever has the function but not its condition hears of the condition, not of the other role."""
    me = a_principal(an_authorisation(Role.AD), an_authorisation(Role.KCC))
    call = a_call(matrix, "client.search.national", search=Search(SearchClass.NAME))
    assert judge_call(matrix, call, me, TODAY).reason is Reason.SEARCH_NOT_ALLOWED


def test_a_decision_says_by_what_it_was_made(matrix):
    """Cell, rules and the hash of the matrix are in every decision, so that it can be replayed."""
    _call, decision = allowed_call(matrix, Role.AW, UWV, "client.search")
    judged = judge_person(matrix, decision, shown("ID", "CT"), Standing(REGION, ORDINARY))
    assert (decision.cell, decision.policy) == ("AW@UWV/client.search", matrix.hash)
    assert (judged.cell, judged.policy, judged.rules) == (decision.cell, matrix.hash, ("RG2",))
    assert (judged.relation, judged.shown, judged.hidden) == (REGION, {Category.ID, Category.CT}, frozenset())


ROLES, KINDS = st.sampled_from(Role), st.sampled_from(OrganisationKind)


CASES = st.tuples(ROLES, KINDS, st.sampled_from(Relation), st.sampled_from(PersonClass))


@given(data=st.data(), case=CASES)
def test_what_is_shown_is_always_covered_by_a_rule_of_the_role(matrix, data, case):
    """For every role, function, relation and answer: shown is within function, screen and rule; nothing else is allowed."""
    role, kind, relation, held = case
    function = data.draw(st.sampled_from(sorted(matrix.subjects)))
    categories = data.draw(st.sets(st.sampled_from(Category)))
    call = a_call(matrix, function, vacancy="V1")
    decision = judge_call(matrix, call, a_principal(an_authorisation(role, kind)), TODAY)
    judged = judge_person(matrix, decision, shown(*categories), Standing(relation, held))
    subject = matrix.subjects[function]
    rules = {rule.id: rule for rule in matrix.rules}
    assert judged.shown | judged.hidden == categories
    assert judged.shown <= (subject.categories | subject.accompany)
    for category in judged.shown:
        assert any(category in rules[name].show and role in rules[name].roles for name in judged.rules)
    if judged.effect is Effect.ALLOW:
        assert judged.shown
        assert held is not SELF
