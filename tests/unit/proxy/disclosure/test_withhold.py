"""Withholding: no byte of a withheld person is left, no other byte is changed."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.disclosure.withhold import Cut, must_count, withhold
from proxy.model.http import Answer
from proxy.model.person import Category, Reading, Shown


def a_person(*spans: tuple[int, int]) -> Shown:
    """A person with these bytes."""
    return Shown("1-7A", None, None, None, frozenset({Category.ID}), spans, deliberate=False)


def an_answer(body: bytes, *fields: tuple[bytes, bytes]) -> Answer:
    """A page."""
    return Answer(200, b"OK", fields or ((b"Content-Type", b"text/html"),), body)


def cut(body: bytes, persons, hidden, counter=None, **over) -> bytes:
    """The body that goes out."""
    reading = Reading(tuple(persons), body, listed=True, **over)
    return withhold(an_answer(body), reading, Cut(hidden, counter=counter)).body


def test_nothing_to_withhold_leaves_the_answer_untouched():
    """The very answer of the core goes out, compression and all."""
    raw = gzip.compress(b"page")
    answer = an_answer(raw, (b"Content-Encoding", b"gzip"), (b"ETag", b'"1"'))
    assert withhold(answer, Reading((a_person((0, 2)),), b"page", listed=True), Cut()) is answer


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        (((0, 2),), b"cdefghij"),
        (((8, 10),), b"abcdefgh"),
        (((0, 10),), b""),
        (((2, 8), (3, 5)), b"abij"),
        (((2, 5), (4, 8)), b"abij"),
        (((2, 4), (4, 6)), b"abghij"),
        (((2, 5), (2, 5)), b"abfghij"),
    ],
)
def test_spans_at_the_edges_nested_and_overlapping_are_cut_once(spans, left):
    """Every byte of every span goes, whatever the spans do among each other."""
    assert cut(b"abcdefghij", [a_person(*spans)], [0]) == left


def test_only_the_hidden_persons_go():
    """The neighbours stay as they came."""
    persons = [a_person((0, 3)), a_person((3, 6), (8, 9)), a_person((6, 8))]
    assert cut(b"aaabbbccbd", persons, [1]) == b"aaaccd"


def test_counters_are_replaced_and_ranges_in_them_do_not_survive():
    """Every place that tells a total gets the own counter, cut or not."""
    body = b"<1-3 van 57>row1row2<57>"
    persons = [a_person((12, 16)), a_person((16, 20))]
    counters = (((1, 11), b""), ((21, 23), b""))
    assert cut(body, persons, [0], b"1 in uw regio", counters=counters) == b"<1 in uw regio>row2<1 in uw regio>"
    assert cut(body, persons, [], b"2", counters=counters) == b"<2>row1row2<2>"


def test_a_counter_inside_a_cut_goes_with_it():
    """What lies inside the bytes of a withheld person is not put back."""
    assert cut(b"ab57cd", [a_person((1, 5))], [0], b"NEW", counters=(((2, 4), b""),)) == b"ad"


def test_the_empty_page_is_made_when_no_row_is_left():
    """A page without rows looks as legacy's own for no hits; one row left, and it is not used."""
    body, persons = b"<tr>AB</tr>", [a_person((4, 5)), a_person((5, 6))]
    assert cut(body, persons, [0, 1], empty=((0, 11), b"geen")) == b"geen"
    assert cut(body, persons, [0], empty=((0, 11), b"geen")) == b"<tr>B</tr>"


def test_fields_that_describe_the_old_body_go():
    """The body goes out decoded; no length, digest or validator of the old one does."""
    fields = (
        (b"Content-Type", b"text/html; charset=ISO-8859-1"),
        *((name, b"x") for name in (b"content-encoding", b"Content-Length", b"ETag", b"Content-MD5", b"DIGEST")),
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
    )
    reading = Reading((a_person((0, 1)),), b"ab", listed=True)
    changed = withhold(an_answer(gzip.compress(b"ab"), *fields), reading, Cut([0]))
    assert changed.body == b"b"
    assert changed.fields == (fields[0], *fields[-2:])


@pytest.mark.parametrize(
    ("reading", "hidden"),
    [
        (Reading((a_person((0, 1)),), b"ab"), [0]),
        (Reading((a_person(),), b"ab", listed=True), [0]),
        (Reading((a_person((0, 1)),), b"ab", listed=True), [1]),
        (Reading((a_person((0, 1)),), b"ab", listed=True), [-1]),
        (Reading((a_person((1, 3)),), b"ab", listed=True), [0]),
        (Reading((a_person((2, 1)),), b"ab", listed=True), [0]),
    ],
)
def test_what_cannot_be_cut_with_certainty_is_an_error(reading, hidden):
    """A single page, a person without bytes, an unknown person, a span outside the body: never a guess."""
    with pytest.raises(ValueError, match=r"cannot be cut|no bytes|outside"):
        withhold(an_answer(b"ab"), reading, Cut(hidden))


@pytest.mark.parametrize(
    ("listed", "complete", "own_total", "hidden", "expected"),
    [
        (True, True, False, [0], True),
        (True, True, True, [0], True),
        (True, False, False, [], True),
        (True, False, True, [], False),
        (True, True, False, [], False),
        (False, False, False, [], False),
    ],
)
def test_totals_are_replaced_once_something_may_be_hidden(listed, complete, own_total, hidden, expected):
    """A list that goes on beyond the page may hide rows there; own work and a whole list do not."""
    reading = Reading((a_person((0, 1)),), b"ab", listed=listed, complete=complete, own_total=own_total)
    assert must_count(reading, hidden) is expected


@st.composite
def cuttings(draw):
    """A body in which every byte is unique to its place, persons with random spans, and who is hidden."""
    size = draw(st.integers(1, 60))
    spans = st.tuples(st.integers(0, size), st.integers(0, size)).map(lambda ends: (min(ends), max(ends)))
    persons = draw(st.lists(st.lists(spans, min_size=1, max_size=5), min_size=1, max_size=6))
    hidden = draw(st.sets(st.integers(0, len(persons) - 1)))
    return bytes(range(size)), [a_person(*held) for held in persons], hidden


@given(cuttings())
def test_random_spans_equal_a_reference_built_byte_by_byte(case):
    """Nested, overlapping, empty or touching: what goes out is every byte outside all hidden spans, in order."""
    body, persons, hidden = case
    gone = {at for index in hidden for start, end in persons[index].spans for at in range(start, end)}
    assert cut(body, persons, hidden) == bytes(value for value in body if value not in gone)


@given(cuttings(), st.integers(0, 59), st.integers(0, 59))
def test_a_counter_anywhere_leaves_no_byte_of_a_hidden_person(case, one, two):
    """Replacing a total never brings back, shifts or drops anything else."""
    body, persons, hidden = case
    start, end = sorted((min(one, len(body)), min(two, len(body))))
    gone = {at for index in hidden for left, right in persons[index].spans for at in range(left, right)}
    gone |= set(range(start, end))
    marked = cut(body, persons, hidden, b"\xff\xfe", counters=(((start, end), b""),))
    assert marked.replace(b"\xff\xfe", b"") == bytes(value for value in body if value not in gone)
