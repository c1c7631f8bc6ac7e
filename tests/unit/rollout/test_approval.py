from dataclasses import replace
from datetime import UTC, datetime

import pytest

from proxy.model.route import Stage
from rollout.approval import Approval, Target, counted, credential, matches, same_person

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
READ = Target("vacancies", Stage.READ)
ANNA = Approval("e" * 64, "read", "Anna", "anna", NOW)
BRAM = Approval("e" * 64, "read", "Bram", "bram", NOW)


def test_a_target_names_stage_share_and_partition():
    """As an approval keeps it."""
    assert [str(each) for each in (READ, Target("g", percent=50), Target("g", Stage.READ, region="AM03"))] == [
        "read", "ramp 50", "read in AM03",
    ]  # fmt: skip


def test_a_password_is_kept_as_salt_and_key_and_matches_itself_alone():
    """Another salt makes another credential; neither holds the password."""
    kept = credential("een lang wachtwoord", b"s" * 16)
    assert matches("een lang wachtwoord", kept)
    assert not matches("een lang wachtwoorD", kept)
    assert kept != credential("een lang wachtwoord", b"t" * 16)
    assert b"wachtwoord" not in kept


def test_distinct_people_count_once_each():
    """Twice the same account is one, under whatever name."""
    twice = replace(ANNA, approver="Anna de Vries")
    assert len(counted((ANNA, BRAM, twice), READ, "e" * 64, "carla")) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(ANNA, evidence="f" * 64),
        replace(ANNA, target="shadow"),
        replace(ANNA, target="read in AM03"),
        replace(ANNA, removed=True),
        replace(ANNA, account="CARLA"),
        replace(ANNA, approver="carla"),
    ],
    ids=["other evidence", "other target", "other partition", "removed", "own account", "own name"],
)
def test_an_approval_of_something_else_or_of_an_own_move_does_not_count(other):
    """Bound to evidence and target; nobody approves what they carry out."""
    assert counted((other,), READ, "e" * 64, "carla") == ()


def test_accounts_are_one_persons_whatever_the_capitals():
    """As the system compares them."""
    assert same_person("Anna", "anna")
    assert not same_person("anna", "anne")
