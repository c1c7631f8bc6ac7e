"""Claims about the statements; what they find is shown in `test_store`."""

from proxy.accesslog.recorded import statement

READING = (
    statement.CALLS,
    statement.PERSONS,
    statement.CROWDS,
    statement.SAMPLE_CALLS,
    *statement.SAMPLE_PERSONS,
    statement.TRACES,
)


def test_every_statement_is_bounded_by_the_moment_and_reads_only():
    """A statement without it would read the whole log of years."""
    for each in READING:
        assert "%(since)s" in each
        assert not {"insert", "update", "delete", "create"} & set(each.lower().split())


def test_settings_end_with_the_snapshot():
    """They are for these statements, not for the connection."""
    assert all(each.startswith("SET LOCAL ") for each in statement.SETTINGS)
