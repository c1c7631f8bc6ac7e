"""Claims about where two answers differ."""

import re
from dataclasses import replace

import pytest

from proxy.model.person import Category
from proxy.model.shadow import Judged
from rollout.shadow.compare import compare, exceeded, judged
from rollout.shadow.narrow import emptied

LIST = ("client_search_name", "client.search")
PERSON = ("in_region_persoonsgegevens", "client.identity.view")
NOTES = ("in_region_contacthistorie", "client.note.view")
PAGES = [LIST, PERSON, NOTES, ("vacancy_all", "vacancy.search"), ("record_unknown", "client.overview.view")]
ROW = re.compile(rb'<tr class="rij".*?</tr>\r\n', re.DOTALL)


def moved(body: bytes) -> bytes:
    """Give a page as another user would get it at another moment."""
    later = (
        body.replace(b"AWE0421", b"BATCH").replace(b"SWEC=", b"SWEC=7").replace(b"8183c8b3cf1d86c220de31e1", b"kq3v")
    )
    return re.sub(rb'<div id="voet">[^<]*', b'<div id="voet">01-01-2021 00:00:01', later)


@pytest.mark.parametrize("name", PAGES)
def test_an_answer_is_like_itself_at_another_moment(recorded, name):
    """Another clock, another place in the sequence, another session of another user: no difference."""
    page = recorded(*name)
    later = replace(page.answer, body=moved(page.answer.body))
    assert later.body != page.answer.body
    assert compare(page.read(page.answer), page.read(later), page.pages) == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "path"),
    [
        (PERSON, b"19-04-1990", b"20-04-1990", "birth_date"),
        (PERSON, b"19-04-1990", b"1990-04-19", "birth_date~written"),
        (PERSON, b'value="N"', b'value="J"', "secrecy_flag"),
        (PERSON, "Haan-Škoric".encode("cp1252"), b"Haan-Skoric", "surname"),
        (PERSON, b'value="Emma Bram"', b'value="Emma Bram "', "given_names~written"),
        (PERSON, b'value="224"', b'value=""', "house_no"),
        (PERSON, b'name="SWEModNum" value="8"', b'name="SWEModNum" value="7"', "version"),
        (PERSON, b'_19_0"></td>', b'_19_0">01-01-2020</td>', "deceased_date"),
        (PERSON, b"1-71043", b"1-71044", "id"),
        (NOTES, b"IDV0211", b"IDV0212", "author"),
        (LIST, b" - 10 van 1", b" - 10 van 2", "total"),
    ],
)  # fmt: skip
def test_one_changed_place_is_named(recorded, name, old, new, path):
    """Value, way of writing, diacritic, blank at the end, version, person: each has its path, and nothing else differs."""
    page = recorded(*name)
    found = compare(page.read(page.answer), page.read(page.with_body((old, new))), page.pages)
    assert [each.path for each in found] == [path]


def test_fixed_text_around_the_values_is_compared_too(recorded):
    """A form that is sent elsewhere, a menu with one entry less: no field differs, the frame does."""
    page = recorded(*PERSON)
    changed = page.with_body((b'">Afmelden</a>', b'">Afmelden </a>'))
    assert [each.path for each in compare(page.read(page.answer), page.read(changed), page.pages)] == ["frame"]


def listed(page, *places):
    """Give a list page with its rows taken from these places of the original, numbered as legacy does."""
    body = page.answer.body
    rows = ROW.findall(body)
    hidden = re.findall(rb'<input type="hidden" name="SWERowId\d" value="[^"]*">\r\n', body)
    start, end = body.index(rows[0]), body.index(hidden[-1]) + len(hidden[-1])
    lines = [_numbered(rows[place], at) for at, place in enumerate(places)]
    names = [re.sub(rb"SWERowId\d", b"SWERowId%d" % at, hidden[place]) for at, place in enumerate(places)]
    return body[:start] + b"".join(lines) + b"</table>\r\n" + b"".join(names) + body[end:]


def _numbered(row: bytes, at: int) -> bytes:
    row = re.sub(rb'(id="r_\d+_\d+_)\d"', rb"\g<1>%d" % at + b'"', row)
    return re.sub(rb"(s_\d+_\d+_\d+_)\d", rb"\g<1>%d" % at, row)


@pytest.mark.parametrize(
    ("places", "paths"),
    [
        ((0, 1, 2, 3, 4, 5, 6, 7, 8, 9), set()),
        ((0, 1, 2, 3, 4, 5, 6, 7, 8), {"rows.missing"}),
        ((0, 1, 2, 3, 4, 5, 6, 7, 9, 8), {"rows.order"}),
        ((0, 0, 1, 2, 3, 4, 5, 6, 7, 8), {"rows.missing", "rows.extra", "rows.order"}),
    ],
)
def test_rows_are_compared_as_a_set_and_in_their_order(recorded, places, paths):
    """One less, two swapped, one twice."""
    page = recorded(*LIST)
    body = listed(page, *places)
    if len(places) < 10:
        body = body.replace(b"1 - 10 van", b"1 - %d van" % len(places))
    found = compare(page.read(page.answer), page.read(replace(page.answer, body=body)), page.pages)
    assert {each.path for each in found} - {"total"} == paths


def test_a_page_of_an_error_is_no_page(recorded):
    """Not found by newcore, and shown by legacy: said as what it is."""
    page, gone = recorded(*PERSON), recorded("record_unknown", "client.identity.view")
    found = compare(page.read(page.answer), gone.read(gone.answer), page.pages)
    assert {"refused", "error", "parts"} <= {each.path for each in found}


def test_what_a_statement_leaves_out_is_emptied_in_both_and_may_not_be_there(recorded):
    """Contact data that newcore shows without being allowed to are told apart from those that both have."""
    page, categories = recorded(*LIST), frozenset(Category) - {Category.CT}
    seen = page.read(page.answer)
    narrowed = page.read(emptied(page.answer, seen, categories))
    assert {each.values["postcode"] for each in narrowed.parts[0].items} == {""}
    assert {each.path for each in exceeded(seen, categories)} == {"category"}
    assert list(exceeded(narrowed, categories)) == []
    assert list(exceeded(seen, frozenset(Category))) == []


def test_notes_that_a_statement_leaves_out_are_gone_whole(recorded):
    """A list of child rows is one place: its rows, counter and ways on."""
    page, categories = recorded(*NOTES), frozenset({Category.ID})
    seen = page.read(page.answer)
    narrowed = page.read(emptied(page.answer, seen, categories))
    assert (narrowed.parts[1].items, narrowed.parts[1].total) == ((), 0)


@pytest.mark.parametrize(("learned", "paths"), [(True, ["verdict"]), (False, [])])
def test_a_person_known_from_the_answer_alone_must_be_shown_with_the_same_ground(recorded, learned, paths):
    """Where nothing is stored of a person, the place on the page decides who may see it."""
    page = recorded(*LIST)
    seen = page.read(page.answer)
    elsewhere = page.read(emptied(page.answer, seen, frozenset(Category) - {Category.CT}))
    verdicts = [
        Judged(each.row_id, kept=True, learned=learned and at == 0) for at, each in enumerate(seen.reading.persons)
    ]
    assert [each.path for each in judged(seen.reading, elsewhere.reading, verdicts)] == paths
    assert list(judged(seen.reading, seen.reading, verdicts)) == []


def test_persons_of_a_service_are_compared_in_their_order(recorded):
    """No row names them: of two with one number each is compared with the one in the same place."""
    page = recorded("soap_data", "iface.gem.client.query")
    body = page.answer.body
    client = body[body.index(b"<ns:ClientSuwi>") : body.index(b"</ns:ClientSuwi>") + len(b"</ns:ClientSuwi>")]
    elsewhere = client.replace(b">0106<", b">0014<")
    both, turned = (
        page.read(page.with_body((client, pair))).reading for pair in (client + elsewhere, elsewhere + client)
    )
    verdicts = [Judged(None, kept=True, learned=True)] * 2
    assert list(judged(both, both, verdicts)) == []
    assert [each.path for each in judged(both, turned, verdicts)] == ["verdict", "verdict"]
