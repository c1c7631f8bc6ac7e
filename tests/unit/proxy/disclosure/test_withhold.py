"""Withholding: no byte of a withheld person is left, no other byte is changed."""

import gzip
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.disclosure.withhold import Cut, Fewer, must_count, withhold
from proxy.model.http import Answer
from proxy.model.person import Category, Field, Note, Notes, Reading, Shown


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


CT, ID, LD = Category.CT, Category.ID, Category.LD


def a_place(category: Category, *edits: tuple[int, int, bytes]) -> Field:
    """Places of one category, each with what empties it."""
    return Field(category, tuple(((start, end), text) for start, end, text in edits))


def held(span: tuple[int, int], *fields: Field) -> Shown:
    """A person with places."""
    categories = frozenset(each.category for each in fields)
    return Shown("1-7A", None, None, None, categories, (span,), deliberate=False, fields=fields)


def changed(body: bytes, persons, cut: Cut, **over) -> bytes:
    """The body after a cut."""
    return withhold(an_answer(body), Reading(tuple(persons), body, **over), cut).body


def test_a_masked_category_is_emptied_in_all_its_places_and_no_other_is():
    """The text that legacy shows for nothing stands in the place, longer or shorter; other categories stay."""
    person = held((0, 10), a_place(ID, (0, 2, b"")), a_place(CT, (3, 4, b"&nbsp;"), (6, 9, b"-")))
    body = b"0123456789"
    assert changed(body, [person], Cut(masked={0: frozenset({CT})})) == b"012&nbsp;45-9"
    assert changed(body, [person], Cut(masked={0: frozenset({CT, ID})})) == b"2&nbsp;45-9"
    assert changed(body, [person], Cut(masked={0: frozenset()})) == body


def test_a_place_of_several_categories_goes_once_when_any_is_hidden():
    """A tooltip is listed under every category of its row; saying it twice is saying it once."""
    tip = (1, 4, b"")
    person = held((0, 9), a_place(ID, tip, (5, 6, b"x")), a_place(CT, tip, (7, 8, b"y")))
    for hidden, left in (({ID}, b"04x678"), ({CT}, b"0456y8"), ({ID, CT}, b"04x6y8")):
        assert changed(b"012345678", [person], Cut(masked={0: frozenset(hidden)})) == left


def test_what_lies_inside_a_place_that_goes_is_not_put_back():
    """The wider of two places wins."""
    person = held((0, 9), a_place(ID, (1, 8, b"-")), a_place(CT, (3, 5, b"&nbsp;")))
    assert changed(b"012345678", [person], Cut(masked={0: frozenset({ID, CT})})) == b"0-8"


def test_cards_stand_behind_the_rows_in_an_order_of_their_own():
    """The place of a card would tell between which names its person is; nothing of the rows they replace is left."""
    body = b"<AaBbCcDd>1234"
    persons = [a_person((1 + 2 * at, 3 + 2 * at), (10 + at, 11 + at)) for at in range(4)]
    cut = Cut(hidden=[3], replaced={0: b"[z]", 2: b"[k]"})
    assert changed(body, persons, cut, listed=True) == b"<Bb[k][z]>2"
    same = Cut(hidden=[3], replaced={0: b"[k]", 2: b"[z]"})
    assert changed(body, persons, same, listed=True) == b"<Bb[k][z]>2"


def test_rows_behind_one_that_is_gone_are_numbered_anew():
    """A gap in the numbers would tell where somebody is hidden."""
    body = b"r0:a0 r1:b1 r2:c2 r3:d3 "
    persons = [a_person((6 * at, 6 * at + 6)) for at in range(4)]
    over = {"listed": True, "numbers": re.compile(rb"r([0-9]):|[a-z]([0-9]) ")}
    assert changed(body, persons, Cut([1]), **over) == b"r0:a0 r1:c1 r2:d2 "
    assert changed(body, persons, Cut([0, 2]), **over) == b"r0:b0 r1:d1 "
    assert changed(body, persons, Cut([3], replaced={0: b"!"}), **over) == b"r0:b0 r1:c1 !"
    assert changed(body, persons, Cut([]), **over) == body


@pytest.mark.parametrize(
    "cut",
    [
        Cut(masked={0: frozenset({LD})}),
        Cut(masked={1: frozenset({CT})}),
        Cut(masked={-1: frozenset({CT})}),
        Cut([0], {0: frozenset({CT})}),
        Cut([0], replaced={0: b"card"}),
        Cut(masked={0: frozenset({CT})}, replaced={0: b"card"}),
        Cut(replaced={2: b"card"}),
        Cut(masked={0: frozenset({ID})}),
        Cut(masked={0: frozenset({CT, Category.SV})}),
    ],
)
def test_a_mask_that_is_not_certain_is_an_error(cut):
    """A category without places, nobody, two fates at once, places that overlap or contradict: never a guess."""
    fields = (a_place(CT, (1, 4, b"-")), a_place(ID, (5, 7, b""), (6, 9, b"")), a_place(Category.SV, (1, 4, b"+")))
    with pytest.raises(ValueError, match=r"places|nobody|at once|overlap"):
        changed(b"0123456789", [held((0, 10), *fields)], cut, listed=True)


@st.composite
def maskings(draw):
    """A body of unique bytes, persons next to each other whose places may nest, and what is to happen to each."""
    persons, position = [], 0
    for _ in range(draw(st.integers(1, 6))):
        size = draw(st.integers(1, 12))
        marks = sorted(draw(st.sets(st.integers(position, position + size), max_size=6)))
        pairs = list(zip(marks[::2], marks[1::2], strict=False))
        fields = [a_place(draw(st.sampled_from([ID, CT, LD])), (a, b, b"~")) for a, b in pairs]
        persons.append(held((position, position + size), *fields))
        position += size
    fates = draw(st.lists(st.sampled_from(["hide", "card", "mask", "keep"]), min_size=6, max_size=6))
    chosen = [
        frozenset(draw(st.sets(st.sampled_from(sorted(p.categories))))) if p.categories else None for p in persons
    ]
    return bytes(range(position)), persons, fates[: len(persons)], chosen


@given(maskings(), st.randoms())
def test_no_byte_outside_the_edits_changes_and_none_inside_survives(case, chance):
    """Equal to a reference that is built byte by byte, in whatever order the edits were given."""
    body, persons, fates, chosen = case
    gone, emptied = set[int](), set[int]()
    for person, fate, hidden in zip(persons, fates, chosen, strict=True):
        if fate in {"hide", "card"}:
            gone |= set(range(*person.spans[0]))
        elif fate == "mask":
            emptied |= {
                at for f in person.fields if f.category in (hidden or ()) for (a, b), _ in f.edits for at in range(a, b)
            }
    masked = [(i, chosen[i] or frozenset()) for i, fate in enumerate(fates) if fate == "mask"]
    cards = [(i, b"\xff") for i, fate in enumerate(fates) if fate == "card"]
    hidden = [i for i, fate in enumerate(fates) if fate == "hide"]
    for order in (masked, cards, hidden):
        chance.shuffle(order)
    made = changed(body, persons, Cut(hidden, dict(masked), dict(cards)), listed=True)
    assert made.replace(b"~", b"").replace(b"\xff", b"") == bytes(v for v in body if v not in gone | emptied)
    assert made.count(b"\xff") == len(cards)


BODY = b"<1-3 van 3><a0><b1><c2>(0)(1)(2)."
ROWS = (((11, 15), (23, 26)), ((15, 19), (26, 29)), ((19, 23), (29, 32)))
NUMBERS = re.compile(rb"<[a-z]([0-9])>|\(([0-9])\)")


def noted(**over) -> Reading:
    """A page of one person with three notes."""
    rows = tuple(Note("AWE0421", spans) for spans in ROWS)
    notes = Notes(
        rows,
        frozenset({Category.CN}),
        counters=((1, 10),),
        empty=(((1, 10), b"geen"), ((11, 32), b"")),
        numbers=NUMBERS,
    )
    person = Shown("1-7A", None, None, None, frozenset({Category.CN}), ((0, 33),), deliberate=True)
    return Reading((replace(person, notes=replace(notes, **over)),), BODY)


def fewer(reading: Reading, *gone: int, counter: bytes | None = b"!") -> bytes:
    """The page without these notes."""
    return withhold(an_answer(BODY), reading, Cut(notes={0: Fewer(frozenset(gone), counter)})).body


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ((0,), b"<!><b0><c1>(0)(1)."),
        ((1,), b"<!><a0><c1>(0)(1)."),
        ((2,), b"<!><a0><b1>(0)(1)."),
        ((0, 1), b"<!><c0>(0)."),
        ((0, 1, 2), b"<geen>."),
        ((), b"<!><a0><b1><c2>(0)(1)(2)."),
    ],
)
def test_notes_go_one_by_one(gone, left):
    """With their row ids; those behind are numbered anew, the total is told anew, and none left is an empty list."""
    assert fewer(noted(), *gone) == left


def test_a_list_of_notes_that_goes_on_keeps_its_way_on():
    """It has no empty form: rows go, and the counter tells no total."""
    assert fewer(noted(empty=()), 0, 1, 2, counter=b"0 in uw bereik") == b"<0 in uw bereik>."


def test_a_total_may_stay():
    """Where nobody's notes are kept back it is legacy's own."""
    assert fewer(noted(), counter=None) == BODY


def test_a_note_without_bytes_of_its_own_cannot_go():
    """Neither can one of somebody who has none."""
    form = noted(rows=(Note("AWE0421", ()),))
    with pytest.raises(ValueError, match="no bytes of its own"):
        fewer(form, 0)
    bare = replace(form, persons=(replace(form.persons[0], notes=None),))
    with pytest.raises(ValueError, match="no bytes of its own"):
        fewer(bare, 0)
