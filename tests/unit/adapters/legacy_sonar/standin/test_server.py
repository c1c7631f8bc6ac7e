"""The whole application under requests that nobody would write by hand."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.legacy_sonar.standin.application import Application, Request
from adapters.legacy_sonar.standin.commands import METHODS
from adapters.legacy_sonar.standin.modes import Clock
from adapters.legacy_sonar.standin.parameters import COMMANDS, LONG, SHORT
from adapters.legacy_sonar.standin.sessions import Sessions
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.text import quote
from adapters.legacy_sonar.standin.views import APPLETS, VIEWS

APPLICATION = Application(Store(60, 1), Sessions("fuzz"), Clock())
ROWS = [next(iter(table), "1-0") for table in APPLICATION.store.tables.values()]
CONTROLS = [
    f"s_{s}_{a}_{c.number}_{row}" for (s, a), applet in APPLETS.items() for c in applet.controls for row in (0, 9)
]
NAMES = st.sampled_from([*SHORT, *LONG.values(), "SWEApplet0", "SWERowId0", "filename", *CONTROLS])
APPLET_NAMES = [name for applet in APPLETS.values() for name in (applet.name, *applet.aliases)]
VALUES = st.one_of(
    st.sampled_from([*COMMANDS, *COMMANDS.values(), *METHODS, *APPLET_NAMES, *ROWS, *CONTROLS]),
    st.sampled_from([view.name for view in VIEWS] + [view.screen for view in VIEWS]),
    st.sampled_from(["1", "0", "99", "2000001", "*", "A OR B", "(((", "IS NULL", ">=01-01-1970", "\x81", ""]),
    st.text(max_size=12),
)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=8)
METHOD_CALLS = st.builds(
    lambda method, pairs: [("SWECmd", "InvokeMethod"), ("SWEMethod", method), *pairs],
    st.sampled_from([*METHODS]),
    PAIRS,
)


def ask(method: str, pairs: list[tuple[str, str]], cookie: str) -> int:
    """Send the pairs as one request and give the status."""
    query = "&".join(f"{name}={quote(value)}" for name, value in pairs).encode("latin-1")
    answer = APPLICATION.answer(Request(method, "/sonar_nld/start.swe", query, {"cookie": cookie}, b"", b""))
    assert isinstance(answer.body, bytes)
    return answer.status


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PAIRS, METHOD_CALLS), min_size=1, max_size=6))
def test_no_request_breaks_the_application(requests):
    """Whatever a client sends in a session, the answer is a page, an export or a redirect, never a fault of the stand-in."""
    session = APPLICATION.sessions.opened("AWE0421", 0, APPLICATION.clock.seconds())
    for pairs in requests:
        assert ask("GET", pairs, f"_sn={session.id}") in (200, 302)


def test_without_a_session_nothing_changes():
    """A write without a session is answered with the log-in page."""
    before = dict(APPLICATION.store.applied)
    assert (
        ask(
            "POST",
            [("SWECmd", "InvokeMethod"), ("SWEMethod", "NewRecord"), ("s_4_1_6_0", "x"), ("SWERowIds", "1-71000")],
            "",
        )
        == 200
    )
    assert dict(APPLICATION.store.applied) == before
