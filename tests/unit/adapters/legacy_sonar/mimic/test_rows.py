"""Claims about lists: legacy's own, made again from what they show, and what is masked in them."""

import re
from random import Random

import pytest

from adapters.legacy_sonar import records
from adapters.legacy_sonar.content import values
from adapters.legacy_sonar.mimic.frame import Frame, answer
from adapters.legacy_sonar.mimic.rows import Rows, listing
from adapters.legacy_sonar.page import parse
from adapters.legacy_sonar.views import Shape
from proxy.disclosure.withhold import Cut, withhold
from proxy.model.person import Category

LISTS = (
    "vacancy_search", "vacancy_all", "vacancy_next_set", "employer_list", "client_search_all", "client_search_name",
    "client_search_bsn", "client_search_nothing", "client_search_national", "client_next_set", "client_next_set_rpc",
    "client_last_set", "client_sorted", "candidate_search", "worklist",
)  # fmt: skip
SRN, SWEC = re.compile(rb'name="SRN" value="(\w+)"'), re.compile(rb'name="SWEC" value="(\d+)"')
HINT = re.compile(rb' title="(.*) \((\d*)\)">')


def frame_of(body: bytes, setting, shown: frozenset[Category] = frozenset(Category)) -> Frame:
    """The frame in which legacy made a page."""
    number = int(SWEC.search(body)[1])
    return Frame(setting, "AWE0421", SRN.search(body)[1].decode(), number, body.startswith(b"<!DOCTYPE"), shown)


def shown_in(body: bytes, grammar) -> tuple[Rows, object]:
    """The rows of a list of legacy, with what only its tooltips tell."""
    page = parse(body, grammar)
    part = page.fragments[0]
    found = []
    for row, (row_id, texts) in zip(part.rows, records.rows(page, body), strict=True):
        hint = HINT.search(body, *row.match.span())
        told = {"name": hint[1].decode("cp1252"), "bsn": hint[2].decode()} if hint else {}
        found.append({"id": row_id, **told, **texts})
    return Rows(found, max(part.first - 1, 0), part.total), part.compiled


def made(body: bytes, grammar, setting, shown: frozenset[Category] = frozenset(Category)) -> bytes:
    """The page again, from its rows."""
    rows, compiled = shown_in(body, grammar)
    frame = frame_of(body, setting, shown)
    return answer(frame, compiled.view, listing(frame, compiled.view, compiled.applet, rows)).body


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_legacys_byte_for_byte(recorded, grammar, setting, name):
    """Counter, links, tooltips, hidden row ids and the ways to other sets, of a page and of a fragment."""
    exchange = recorded[name]
    assert not values(exchange.answer, b"content-encoding")
    assert made(exchange.answer.body, grammar, setting) == exchange.answer.body


@pytest.mark.parametrize("name", ["client_search_name", "client_sorted", "candidate_search", "worklist"])
def test_what_was_not_stated_is_shown_as_the_gateway_masks_it(recorded, dialect, grammar, setting, name):
    """Whatever is left out: the page is the one that masking makes of legacy's own."""
    exchange, draw = recorded[name], Random(name)
    reading = dialect.persons(dialect.read(exchange.request), exchange.answer)
    of_list = sorted(reading.persons[0].categories)
    for _ in range(8):
        hidden = frozenset(draw.sample(of_list, draw.randint(1, len(of_list))))
        masked = withhold(exchange.answer, reading, Cut(masked=dict.fromkeys(range(len(reading.persons)), hidden)))
        assert made(exchange.answer.body, grammar, setting, frozenset(Category) - hidden) == masked.body


def test_child_rows_that_were_not_stated_are_an_empty_list(framed, views):
    """How many there are tells something too."""
    view = views.views["SNR Contacthistorie View"]
    applet = next(each for each in view.applets if each.shape is Shape.CHILD)
    full = Rows([{"id": "1-N1", "text": "geheim"}], 0, 1, parent="1-71000")
    hidden = framed(shown=frozenset(Category) - {Category.CN})
    assert listing(hidden, view, applet, full) == listing(framed(), view, applet, Rows(parent="1-71000"))
    assert "geheim" in listing(framed(), view, applet, full)
