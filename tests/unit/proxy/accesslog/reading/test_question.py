"""Claims about questions as SQL."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from proxy.accesslog.reading.question import OLDEST_FIRST, Question, sql

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_question_without_filters_has_no_condition():
    """Everything, newest first, within the limit."""
    statement, values = sql(Question())
    assert "WHERE" not in statement.rpartition("FROM access a")[2]
    assert "ORDER BY a.recorded_at DESC" in statement
    assert values == {"limit": 50}


@pytest.mark.parametrize(
    "given",
    [
        {"user": "x'; DROP TABLE access; --"},
        {"function": "client'"},
        {"decision": "deny'"},
        {"reason": "fault'"},
        {"since": NOW},
        {"until": NOW},
        {"persons": (uuid4(),)},
        {"after": {"W'": 3}},
    ],
)
def test_every_value_is_a_parameter(given: dict):
    """What somebody typed never becomes part of the statement."""
    statement, values = sql(Question(**given))
    (name, found) = next(iter(given.items()))
    assert f"%({name})s" in statement
    assert str(found) not in statement
    assert values.keys() == {name, "limit"}


def test_filters_hold_together():
    """Two filters are both conditions; a session-less question needs no value."""
    statement, values = sql(Question(user="a", sessionless=True))
    assert "a.account = %(user)s AND a.session IS NULL" in statement
    assert values == {"user": "a", "limit": 50}


def test_nobody_is_not_everybody():
    """A person without a single reference finds nothing, which is another thing than no filter."""
    statement, values = sql(Question(persons=()))
    assert "person = ANY(%(persons)s)" in statement
    assert values["persons"] == []


def test_reference_becomes_ranges_of_ids():
    """A reference number is looked up by the index of ids; nonsense is refused."""
    statement, values = sql(Question(reference="SP-0ABC-1DEF-2GHJ", limit=None, order=OLDEST_FIRST))
    assert "a.id BETWEEN %(low0)s AND %(high0)s" in statement
    assert "LIMIT %(limit)s" not in statement
    assert {"low0", "high0", "low1", "high1"} <= values.keys()
    with pytest.raises(ValueError, match="looks like"):
        sql(Question(reference="x"))
