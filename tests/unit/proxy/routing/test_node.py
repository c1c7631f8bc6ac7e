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


@pytest.mark.parametrize("written", ['"\\U00110000"', "*a", "\x00", "'", "\t- x", "!zz!x 1", "&a &b 1"])
def test_whatever_the_reader_stumbles_over_is_a_refusal_with_its_place(written):
    """A watch lives on refusals; any other error would end it, and no kill would be heard any more."""
    with pytest.raises(OperatorError, match=r"^f\.yaml:[12]: found no YAML"):
        one(written)


def test_an_anchor_that_is_set_anew_holds_from_there_on():
    """As YAML has it, and without a word on anybody's terminal."""
    root = document("a: &x b\nc: &x d\nf: *x\n...\n", "f.yaml").entries()
    assert root["f"].text() == "d"
