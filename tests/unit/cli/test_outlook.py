"""Claims about how a dry run is told."""

from datetime import UTC, datetime

import pytest

from cli.outlook import SHOWN, Tried, document, told
from proxy.model.call import Kind
from proxy.routing.table import load
from rollout.forecast import REFUSED, Verdict
from rollout.forecasting.total import Line, People, Total

FILE = """\
version: 1
revision: {}
groups:
  rest: {{entity: client, functions: [client.search], stage: legacy, ramp: 0}}
...
"""
SINCE = datetime(2026, 3, 2, tzinfo=UTC)
OPEN = Verdict(frozenset({("legacy", "legacy"), ("legacy", "newcore")}), ("shape", "own-write"))


@pytest.fixture
def found() -> Tried:
    """A dry run that found something of everything."""
    total, people = Total(), People()
    for number in range(SHOWN + 3):
        total.add(Line(f"f{number:02}", "AW"), Verdict(frozenset({("newcore", "legacy")})), number + 1)
    total.add(Line("lost"), Verdict(frozenset({("legacy", REFUSED)})), 2)
    total.add(Line("client.search", "WSP"), OPEN, 7)
    people.add("a", frozenset({("newcore", "legacy")}))
    old, new = (load(FILE.format(revision), {"client.search": Kind.SEARCH}, frozenset()) for revision in (7, 9))
    split = {"entity client": (frozenset({"client.search"}), 4, 1)}
    write = (("client.contact.update", "client"),)
    return Tried(SINCE, (old, new), "found revision 9", total, people, People(), 3, split, write, ("client_file",))


def test_an_engineer_reads_what_is_certain_and_what_is_not(found):
    """Numbers, the reason of a refusal, what the log does not say, what is torn apart, what to fill first."""
    text = "\n".join(told(found))
    for words in (
        "revision 9 tried against revision 7",
        "A GATEWAY WOULD REFUSE IT: found revision 9",
        "2 would be refused",
        "from newcore to legacy",
        "7 cannot be told (7 of them may change)",
        "whether the session had just written",
        "of 3 open sessions",
        "SPLIT entity client: client.search on newcore",
        "for 4 users (now 1)",
        "SPLIT client.contact.update",
        "poort backfill client_file",
    ):
        assert words in text, words


def test_a_long_breakdown_is_cut_and_says_where_the_rest_is(found):
    """A screen is a screen; the JSON has every line."""
    text = list(told(found))
    assert sum(line.startswith("  function ") for line in text) == SHOWN
    assert any("more (function); --json has all" in line for line in text)
    assert len(document(found)["by_function"]) == SHOWN + 5


def test_what_programs_read_adds_up(found):
    """The same numbers."""
    told_to_programs = document(found)
    assert told_to_programs["requests"] == sum(each["requests"] for each in told_to_programs["by_role"].values())
    assert told_to_programs["refused_because"] == "found revision 9"
    assert told_to_programs["unfilled"] == ["client_file"]
