"""Claims about what may be overlooked."""

from datetime import date, timedelta

import pytest

from proxy.routing.group import Ignore, Shadow
from rollout.shadow.rule import PARITY, SAFETY, WRITTEN, rules

DAY = date(2027, 3, 31)
IGNORE = Ignore("rendered_at", "clock", "team-contactverslagen", DAY)


def test_a_rule_holds_until_its_last_day_and_not_a_day_longer():
    """An expired rule is a mismatch again."""
    shadow = Shadow(ignore=(IGNORE,))
    assert rules(shadow, DAY).overlooks("rendered_at")
    assert not rules(shadow, DAY + timedelta(days=1)).overlooks("rendered_at")
    assert not rules(shadow, DAY).overlooks("author")


def test_a_rule_for_a_field_covers_how_it_is_written_and_not_the_other_way_round():
    """Who overlooks blanks at the end does not overlook another value."""
    whole, written = (rules(Shadow(ignore=(Ignore(path, "-", "-", DAY),)), DAY) for path in ("city", f"city{WRITTEN}"))
    assert whole.overlooks(f"city{WRITTEN}")
    assert whole.overlooks("city")
    assert written.overlooks(f"city{WRITTEN}")
    assert not written.overlooks("city")


@pytest.mark.parametrize("path", [*sorted(SAFETY | PARITY), f"bsn{WRITTEN}", "visibility"])
def test_nothing_overlooks_a_safety_field(path):
    """Neither those of every group nor those that a group names."""
    shadow = Shadow(safety_fields=frozenset({"visibility"}), ignore=(Ignore(path, "-", "-", DAY),))
    assert rules(shadow, DAY).is_safety(path)
    assert not rules(shadow, DAY).overlooks(path)
