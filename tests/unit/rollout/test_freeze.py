from datetime import date, datetime

from proxy.routing.freeze import Freeze
from rollout.freeze import frozen

SHORT = Freeze("kort", date(2026, 12, 24), 24, frozenset({"advance"}))
LONG = Freeze("lang", date(2026, 12, 24), 72, frozenset({"advance", "ramp"}))
EVE = datetime(2026, 12, 24, 12)  # noqa: DTZ001  the clock of the house


def test_the_window_that_lasts_longest_is_told():
    """Whoever waits for the first one to end would wait in vain."""
    found = frozen((SHORT, LONG), EVE, "advance")
    assert (found.name, found.until) == ("lang", datetime(2026, 12, 27))  # noqa: DTZ001


def test_a_window_blocks_what_it_names_alone():
    """And nothing blocks a way back."""
    assert frozen((SHORT,), EVE, "ramp") is None
    assert frozen((SHORT, LONG), EVE, "rollback") is None
    assert frozen((), EVE, "advance") is None
