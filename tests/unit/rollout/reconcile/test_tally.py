"""Claims about what a reconcile counts and says."""

from datetime import UTC, datetime

from rollout.reconcile.tally import Finding, Report, Tally, difference, joined
from rollout.record import Row

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_difference_names_fields_and_never_values():
    """A report is read by many; what is wrong with a person is in it, who and what is not."""
    legacy = Row("1-7A", {"phone": "050-9900123", "mod_num": "8", "city": "Assen"})
    assert difference("client", legacy, {"phone": "050-9900999", "modNum": "7", "city": "Assen"}) == "client: phone"
    assert difference("client", legacy, {"phone": "050-9900123", "modNum": "7", "city": "Assen"}) == "client: modNum"
    assert difference("client", legacy, {"phone": "050-9900123", "modNum": "8", "city": "Assen"}) == ""


def test_a_record_of_one_side_is_a_difference_and_one_of_none_is_not():
    """Missing and left over are told apart."""
    legacy = Row("1-7A", {})
    assert [difference("note", *sides) for sides in ((legacy, None), (None, {}), (None, None))] == [
        "note: only in legacy", "note: only in newcore", "",
    ]  # fmt: skip


def test_what_nobody_explains_counts_though_it_was_repaired():
    """Somebody changed legacy behind the gateway's back: that is to be known before a group moves."""
    tally = Tally()
    tally.note(Finding.EQUAL, count=5)
    tally.note(Finding.RACED)
    tally.note(Finding.REPAIRED, "client: phone", 2)
    tally.note(Finding.STUCK, "client: only in legacy")
    assert (tally.checked, tally.repaired, tally.unexplained) == (9, 2, 3)
    assert tally.reasons == {"client: phone": 2, "client: only in legacy": 1}


def test_a_report_of_a_group_adds_its_kinds_up():
    """Counts and reasons; nothing of when or by whom."""
    one = Report("client", NOW, NOW, 5, 4, 0, 0, 0, 1, 1, {"client: phone": 1})
    other = Report("contact_note", NOW, NOW, 9, 9, 0, 0, 0, 0, 0)
    assert joined([one, other]) == {
        "checked": 14, "equal": 13, "raced": 0, "pending": 0, "held": 0, "repaired": 1, "unexplained": 1,
        "reasons": {"client: phone": 1},
    }  # fmt: skip
