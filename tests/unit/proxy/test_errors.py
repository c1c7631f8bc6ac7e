"""What the operational log is told of a fault."""

import pytest

from proxy.errors import place


def read(text: str) -> int:
    """Fail on a text, as parsers do: by quoting it."""
    return int(text)


def test_the_place_of_a_fault_quotes_nothing():
    """Messages of drivers and parsers hold the data they failed on; the way to the fault is told from the inside out."""
    with pytest.raises(ValueError, match="9999") as caught:
        read("x999990019")
    told = place(caught.value)
    assert told["fault"] == "ValueError"
    assert [each.partition(":")[0] for each in told["where"].split(" < ")] == ["test_errors.py", "test_errors.py"]
    assert "9999" not in str(told)


def test_a_fault_that_was_never_raised_has_no_place():
    """It is named all the same."""
    assert place(KeyError("x")) == {"fault": "KeyError", "where": "?"}
