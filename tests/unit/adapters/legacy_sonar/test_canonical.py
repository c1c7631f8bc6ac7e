"""Claims about pages in words that can be compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.legacy_sonar.canonical import SonarPages, canonical, frame
from proxy.model.call import Call
from proxy.model.http import Answer
from proxy.model.person import Category, Unreadable
from proxy.model.shadow import Seen


@pytest.fixture(scope="module")
def seen(views, dialect, recorded, settled):
    """Read a recorded answer."""
    pages = SonarPages(views)

    def read(name: str, answer: Answer | None = None) -> Seen:
        exchange = recorded[name]
        call = dialect.read(exchange.request)
        assert isinstance(call, Call)
        found = pages.read(settled(call, "client.overview.view"), answer or exchange.answer)
        assert isinstance(found, Seen), found
        return found

    return read


def test_a_list_tells_its_rows_in_order_and_its_place(seen):
    """Row ids, values by field as shown, total, place, ways on."""
    (part,) = seen("client_search_name").parts
    assert (part.name, part.kind, part.of, part.first, part.turned) == (
        "SNR Klant List Applet",
        "list",
        "client",
        1,
        "next",
    )
    assert len(part.items) == 10 < part.total
    assert all(each.id.startswith("1-7") and len(each.values["bsn"]) == 9 for each in part.items)
    assert part.categories["postcode"] is Category.CT
    assert seen("client_next_set").parts[0].turned == "previous next"


def test_a_form_and_its_child_rows_are_parts_of_one_page(seen):
    """The head names the person, the notes are a list of their own under it."""
    head, notes = seen("in_region_contacthistorie").parts
    assert (head.kind, notes.kind, notes.of) == ("form", "list", "note")
    assert notes.parent == "1-71043"
    assert len(head.items[0].values["bsn"]) == 9
    assert {"author", "visibility", "text"} <= notes.items[0].values.keys()


def test_a_form_has_its_version(seen):
    """Of two answers with the same values one may still be older."""
    form = seen("contact_open").parts[-1]
    assert form.kind == "form"
    written = seen("contact_write_ok").parts[-1]
    assert int(written.version) == int(form.version) + 1


def test_an_error_has_no_parts(seen):
    """A record that is not there, in a page and in a script's answer."""
    found = seen("record_unknown")
    assert (found.error, found.parts, found.view) == ("SNR-0004", (), "")
    assert seen("login_failed").view == "login"


def test_codings_of_the_transport_fall_away(seen):
    """Packed or chunked: the same words."""
    plain = seen("rotated")
    for name in ("gzip", "chunked", "gzip_chunked"):
        assert (seen(name).parts, seen(name).frame) == (plain.parts, plain.frame)


def test_what_does_not_fit_the_map_is_not_read(views, dialect, recorded):
    """An export, a page with one tag more."""
    pages, exchange = SonarPages(views), recorded["in_region_klantbeeld"]
    call = dialect.read(exchange.request)
    more = Answer(200, b"OK", exchange.answer.fields, exchange.answer.body.replace(b"</table>", b"<b></table>"))
    assert isinstance(pages.read(call, more), Unreadable)
    assert isinstance(pages.read(call, recorded["client_export_csv"].answer), Unreadable)


def test_clock_sequence_session_and_user_are_out_of_the_frame_and_nothing_else(recorded):
    """Two answers to one question differ in these alone."""
    body = recorded["in_region_klantbeeld"].answer.body
    assert b"AWE0421" in body
    later = body.replace(b"AWE0421", b"BATCH").replace(b"SWEC=", b"SWEC=1").replace(b"SRN=8183", b"SRN=9999")
    assert later != body
    assert frame(later) == frame(body)
    assert frame(body.replace(b"Klantbeeld", b"klantbeeld")) != frame(body)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("24-11-2020", "2020-11-24"), ("24-11-2020 09:05", "2020-11-24T09:05"), ("J", "ja"), ("N", "Nee"), ("Kok  ", "Kok"),
        ("a  b", "a b"), ("B, C; A", "A, B, C"), ("Rene\u0301e", "Ren\u00e9e"), ("\xa0", ""),
    ],
)  # fmt: skip
def test_one_value_written_in_two_ways_means_the_same(one, other):
    """Days, yes and no, blanks, sets, composed letters."""
    assert one != other
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("24-11-2020", "25-11-2020"), ("24-11-2020", "24-11-1920"), ("24-11-2020 09:05", "24-11-2020 09:06"), ("J", "N"),
        ("Renée", "Renee"), ("012345678", "12345678"), ("A, B", "A, C"), ("A, A", "A"), ("", "N"), ("kok", "Kok"),
        ("00-11-2020", "01-11-2020"), ("06-1", "06-01"),
    ],
)  # fmt: skip
def test_two_values_never_become_one(one, other):
    """What a person would tell apart stays apart: diacritics, leading zeros, case, unknown days."""
    assert canonical(one) != canonical(other)


@given(some.text(max_size=20))
def test_a_canonical_value_stays_as_it_is(text):
    """Canonical means the end of it."""
    assert canonical(canonical(text)) == canonical(text)
