import pytest
from hypothesis import given
from hypothesis import strategies as some

from proxy.errors import OperatorError
from proxy.routing.node import Value, document


def one(written: str) -> Value:
    """Read the value under the key `a`."""
    return document(f"a: {written}\n...\n", "f.yaml").entries()["a"]


@pytest.mark.parametrize(
    "written", ["0106", "0010", "0796", "1e5", "on", "No", "y", "~", "null", "1_000", "1:30", ".inf", "0x1f", "true"]
)
def test_a_text_that_readers_disagree_about_is_refused_without_quotes(written):
    """Municipality 0106 must never become 70 or 106; in quotes it is a text."""
    with pytest.raises(OperatorError, match="write it in quotes"):
        one(written).text()
    assert one(f'"{written}"').text() == written


@pytest.mark.parametrize("written", ["GEM:0106", "AM01", "UWV", "client.note.view", "0106a"])
def test_a_plain_text_needs_no_quotes(written):
    """What every reader takes for a text is one."""
    assert one(written).text() == written


@given(some.integers(0, 10**9))
def test_a_number_is_read_as_written(number):
    """Decimal digits, nothing else."""
    assert one(str(number)).number(0, 10**9) == number


@pytest.mark.parametrize("written", ["2027-3-31", "31-03-2027", "20270331", "2027-02-30", "[2027]"])
def test_a_date_has_one_form(written):
    """Only jjjj-mm-dd, only days that exist."""
    with pytest.raises(OperatorError, match="a date such as"):
        one(written).day()


def test_an_alias_reads_as_what_it_stands_for():
    """Anchors are allowed: an editor's file may share a value."""
    root = document("a: &x [b, c]\nd: *x\n...\n", "f.yaml").entries()
    assert root["d"].texts() == ("b", "c")


def test_a_list_with_a_double_is_refused():
    """A value that stands twice is a slip."""
    with pytest.raises(OperatorError, match="'b' twice"):
        one("[b, b]").texts()
