from datetime import date

from proxy.model.route import Stage


def test_what_a_file_leaves_out_is_the_strict_default(read):
    """Unknown is refused, newcore gets two seconds, reading takes two people."""
    table = read()
    assert (table.defaults.observe_until, table.defaults.newcore_ms) == (None, 2000)
    assert [table.approvals.needed(each) for each in (Stage.CAPTURE, Stage.SHADOW, Stage.READ, None)] == [0, 0, 2, 0]


def test_a_file_says_how_long_newcore_gets_who_approves_and_what_is_observed(read):
    """As written."""
    written = (
        "version: 1",
        "backends: {newcore: {timeout_ms: 300}}",
        "approvals: {advance_read: 3, ramp: 1, kill: 1}",
        "defaults: {unknown_function: {observe_until: 2026-12-31}}",
    )
    table = read(("version: 1", "\n".join(written)))
    assert (table.defaults.newcore_ms, table.defaults.observe_until) == (300, date(2026, 12, 31))
    assert (table.approvals.needed(Stage.READ), table.approvals.needed(None)) == (3, 1)
