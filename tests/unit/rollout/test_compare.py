import pytest

from rollout.compare import CRITERIA, Step, difference, normalised, plain, walks

PAGE = (
    b'<a href="x?SWECmd=Logoff&amp;SRN=kq3v&amp;SWEC=17">Afmelden</a>\r\n<td>Kok  </td>\r\n'
    b'<input type="hidden" name="SWEC" value="17">\r\n<div id="voet">24-11-2020 09:00:00</div>\r\n'
)
STEP = Step("ExecuteQuery")


def test_clock_and_sequence_are_taken_out_and_nothing_else():
    """Two answers to one question differ in these alone."""
    later = PAGE.replace(b"17", b"9").replace(b"09:00:00", b"17:45:01")
    assert difference(STEP, PAGE, later) is None
    assert b"SRN=kq3v" in normalised(PAGE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Kok  ", b"Kok "), (b"Kok", b"kok"), (b"\r\n<td>", b"\n<td>"), (b"kq3v", b"kq3w"), (b"</td>", b"</td >"),
        (b"Kok", b"Kok\x81"), (b'value="17"', b'value=""'), (b"Afmelden", b"09:00:00"),
    ],
)  # fmt: skip
def test_any_other_byte_is_a_difference(old, new):
    """A blank, a case, a line end, a control byte: the line is named."""
    found = difference(STEP, PAGE, PAGE.replace(old, new))
    assert found is not None
    assert found.line >= 1


def test_a_page_that_ends_early_is_a_difference():
    """A cut page shares all its lines."""
    assert difference(STEP, PAGE, PAGE[: PAGE.index(b"<input")]) is not None
    assert difference(STEP, PAGE, PAGE + b"more") is not None


def test_the_walks_cover_every_field_and_turn():
    """Searches with and without wildcards, hits and none, paging both ways, sorting."""
    rows = [dict.fromkeys(CRITERIA, f"waarde{number}") for number in range(12)]
    steps = [step for walk in walks(rows) for step in walk]
    assert {field for step in steps for field, _ in step.criteria} == set(CRITERIA)
    assert {step.method for step in steps} >= {"GotoNextSet", "GotoPreviousSet", "GotoLastSet", "SortAscending"}
    assert all(len({field for field, _ in step.criteria}) == len(step.criteria) for step in steps)


def test_values_in_the_language_of_searches_are_left_out():
    """An expression is legacy's alone; it would never be asked of newcore."""
    assert plain("Kok m/v")
    assert not any(plain(value) for value in ("a*", "[BSN]", 'x"', "Brood OR kaas", "IS"))
