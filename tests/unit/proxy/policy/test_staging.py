"""Staging: with every rule in report nothing changes but the log; with every rule in enforce both tables are one."""

from dataclasses import replace
from datetime import date

import pytest

from proxy.model.decision import Duty, Effect, Reason
from proxy.model.person import Category, PersonClass, Relation, Standing
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.decide import judge_call, judge_person, judge_row
from proxy.policy.matrix import Matrix
from proxy.policy.rule import Mode, Rule, place
from proxy.policy.staging import EVERYTHING, STAGING, enforced, stale
from proxy.policy.table import target
from tests.unit.proxy.policy.test_decide import TODAY, a_call, a_principal, an_authorisation, shown

UWV = OrganisationKind.UWV
CASELOAD, REGION, OUTSIDE, ORDINARY = Relation.CASELOAD, Relation.REGION, Relation.OUTSIDE, PersonClass.ORDINARY


def staged(matrix: Matrix, mode: Mode = Mode.REPORT, *ids: str, rest: Mode = Mode.ENFORCE) -> Matrix:
    """The matrix with these rules (none named: all) in a mode, and the rest in another."""
    return with_rules(matrix, tuple(replace(r, mode=mode if not ids or r.id in ids else rest) for r in matrix.rules))


def with_rules(matrix: Matrix, rules: tuple[Rule, ...]) -> Matrix:
    """The matrix, compiled of other rules."""
    aim = target(matrix.seats, rules)
    return replace(matrix, rules=rules, target=aim, enforced=enforced(matrix.seats, rules, aim))


@pytest.fixture(scope="module")
def reported(matrix) -> Matrix:
    """A new installation: every rule only reports."""
    return staged(matrix)


def test_a_new_installation_allows_what_the_legacy_allows(matrix, reported):
    """Every open function, every role, every standing: everything visible, and nothing asked for."""
    assert not reported.settled
    for seat in reported.seats:
        cell = reported.enforced.index[seat.subject.id, seat.row.role, seat.kind]
        assert cell.open
        assert not cell.requires
        assert all(outcome.visible == EVERYTHING for outcome in cell.outcomes)
    assert reported.target.cells == matrix.target.cells


def test_a_new_installation_says_what_the_rules_would_do(reported):
    """The decision allows; beside it stand the target, what would be lost, and the rules that would do it."""
    me = a_principal(an_authorisation(Role.WSP))
    call = a_call(reported, "client.benefit.view")
    decision = judge_call(reported, call, me, TODAY)
    assert (decision.effect, decision.target, decision.pending) == (Effect.ALLOW, Effect.DENY, ("RG0.dicht",))
    judged = judge_person(reported, decision, shown("ID", "BN"), Standing(OUTSIDE, ORDINARY))
    assert (judged.effect, judged.target, judged.lost) == (Effect.ALLOW, Effect.DENY, {Category.ID, Category.BN})
    assert (judged.rules, judged.pending) == ((STAGING,), ("RG0.dicht",))


def test_a_category_that_will_be_emptied_is_announced_as_lost(reported):
    """Allowed now and later, with less."""
    me = a_principal(an_authorisation(Role.AW))
    decision = judge_call(reported, a_call(reported, "client.identity.view"), me, TODAY)
    assert (decision.target, decision.pending) == (None, ())
    judged = judge_person(reported, decision, shown("ID", "CT", "NA"), Standing(REGION, ORDINARY))
    assert (judged.effect, judged.target, judged.hidden) == (Effect.ALLOW, None, frozenset())
    assert (judged.lost, judged.pending) == ({Category.NA}, ("RG2",))
    row = judge_row(reported, a_call(reported, "client.identity.view"), decision, Standing(OUTSIDE, ORDINARY))
    assert (row.effect, row.target) == (Effect.ALLOW, Effect.DENY)


def test_what_is_unknown_is_denied_in_every_stage(reported):
    """A lock, an absent authorisation, an unknown function and one that is not open are no matter of staging."""
    me = a_principal(an_authorisation(Role.AW))
    assert judge_call(reported, a_call(reported, "client.unknown"), me, TODAY).reason is Reason.UNKNOWN_FUNCTION
    assert judge_call(reported, a_call(reported, "client.fml.view"), me, TODAY).effect is Effect.DENY
    assert judge_call(reported, a_call(reported, "client.search"), a_principal(), TODAY).effect is Effect.DENY
    nowhere = a_principal(an_authorisation(Role.AW, OrganisationKind.SW))
    assert judge_call(reported, a_call(reported, "client.search"), nowhere, TODAY).effect is Effect.DENY
    call = a_call(reported, "client.contact.update")
    unknown = judge_row(reported, call, judge_call(reported, call, me, TODAY), None)
    assert unknown.reason is Reason.PERSON_UNKNOWN


def test_the_authorisation_that_all_rules_would_choose_is_used_already(reported):
    """The narrowest that suffices under the target goes before a narrower one that only legacy lets pass."""
    handler, adviser = an_authorisation(Role.AD, id="handler"), an_authorisation(Role.AW, id="adviser")
    decision = judge_call(reported, a_call(reported, "client.benefit.view"), a_principal(handler, adviser), TODAY)
    assert (decision.authorisation, decision.target) == (adviser, None)


def test_a_prohibition_holds_as_soon_as_it_is_enforced(matrix):
    """RG10 alone in force: staff dossiers are closed to everybody but the handler, the rest is as legacy has it."""
    partly = staged(matrix, Mode.ENFORCE, "RG10.medewerker", "RG10.geheim", rest=Mode.REPORT)
    cell = partly.cell("client.search", Role.WSP, UWV)
    assert cell.at(REGION, PersonClass.STAFF).reason is Reason.PROTECTED
    assert cell.at(CASELOAD, PersonClass.STAFF).visible == EVERYTHING
    assert cell.at(OUTSIDE, PersonClass.SECRET).visible == EVERYTHING - {Category.CT}
    assert cell.at(OUTSIDE, ORDINARY).visible == EVERYTHING


def test_default_deny_comes_when_every_rule_that_could_allow_a_cell_is_enforced(matrix):
    """What a rule in report covers stays open, and what no rule covers closes last."""
    partly = staged(matrix, Mode.REPORT, "RG2")
    notes = partly.cell("client.note.view", Role.AW, UWV)
    assert notes.at(CASELOAD, ORDINARY).visible == {Category.ID, Category.CN}
    assert notes.at(REGION, ORDINARY).visible == EVERYTHING
    assert notes.at(OUTSIDE, ORDINARY).visible == EVERYTHING
    assert notes.at(OUTSIDE, ORDINARY).pending == ("RG2",)
    assert partly.cell("client.search", Role.AW, UWV).at(OUTSIDE, ORDINARY).rules == ("RG11",)
    assert partly.cell("client.note.view", Role.KM, OrganisationKind.MUNICIPALITY) == matrix.cell(
        "client.note.view", Role.KM, OrganisationKind.MUNICIPALITY
    )


def test_a_requirement_waits_for_its_rule(matrix):
    """The national mediator needs a vacancy once RG4 is enforced."""
    me = a_principal(an_authorisation(Role.LB))
    call = a_call(matrix, "client.cv.view")
    decision = judge_call(staged(matrix, Mode.REPORT, "RG4"), call, me, TODAY)
    assert (decision.effect, decision.target, decision.pending) == (Effect.ALLOW, Effect.DENY, ("RG4",))
    assert judge_call(matrix, call, me, TODAY).effect is Effect.DENY


def test_a_rule_in_warn_puts_a_banner_where_it_would_change_something(matrix):
    """Only there: who loses nothing reads nothing."""
    warned = staged(matrix, Mode.WARN, "RG2")
    me = a_principal(an_authorisation(Role.AW))
    decision = judge_call(warned, a_call(warned, "client.identity.view"), me, TODAY)
    near = Standing(REGION, ORDINARY)
    judged = judge_person(warned, decision, shown("ID", "CT", "NA"), near)
    assert (judged.duties, judged.pending, judged.lost) == ({Duty.BANNER}, ("RG2",), {Category.NA})
    for page, standing in ((shown("ID", "CT"), near), (shown("ID", "CT", "NA"), Standing(CASELOAD, ORDINARY))):
        judged = judge_person(warned, decision, page, standing)
        assert (judged.duties, judged.pending, judged.lost) == (frozenset(), (), frozenset())
    silent = judge_person(staged(matrix, Mode.REPORT, "RG2"), decision, shown("ID", "NA"), near)
    assert (silent.duties, silent.pending) == (frozenset(), ("RG2",))


def test_stages_never_close_more_than_the_target(matrix):
    """With any one rule not enforced: whoever may see something in the end may see it now."""
    for rule in matrix.rules:
        partly = staged(matrix, Mode.REPORT, rule.id)
        for name, aim in matrix.target.cells.items():
            now = partly.enforced.cells[name].outcomes
            assert all(at.visible <= held.visible for at, held in zip(aim.outcomes, now, strict=True)), (rule.id, name)


def test_a_rule_that_sits_in_report_for_more_than_ninety_days_gives_an_alarm(matrix):
    """On the ninety-first day, and not before; a warning whose day has come is told too; an enforced rule never is."""
    reported = replace(matrix.rules[0], mode=Mode.REPORT, since=date(2026, 1, 1))
    assert list(stale([reported], date(2026, 4, 1))) == []
    assert [each.told for each in stale([reported], date(2026, 4, 2))] == [
        "RG0 staat al 91 dagen op report (hoogstens 90)"
    ]
    warned = replace(reported, mode=Mode.WARN, enforces_on=date(2026, 3, 1))
    assert list(stale([warned], date(2026, 2, 28))) == []
    assert [each.rule for each in stale([warned], date(2026, 3, 1))] == ["RG0"]
    assert list(stale(matrix.rules, date(2030, 1, 1))) == []


def test_a_cell_says_where_it_stands(reported):
    """The call's own cell carries what would close it."""
    cell = reported.cell("client.search", Role.TL, UWV)
    assert (cell.rules, cell.pending) == ((STAGING,), ("RG0.dicht",))
    assert cell.outcomes[place(OUTSIDE, ORDINARY)].pending == ("RG0.dicht", "RG11")
