"""Claims about forms and heads: legacy's own, made again from what they show, and what is masked in them."""

import re
from random import Random

import pytest

from adapters.legacy_sonar import records
from adapters.legacy_sonar.mimic.form import form
from adapters.legacy_sonar.mimic.frame import Frame, answer
from adapters.legacy_sonar.mimic.rows import Rows, listing
from adapters.legacy_sonar.page import parse
from adapters.legacy_sonar.views import Shape
from proxy.disclosure.withhold import Cut, withhold
from proxy.model.person import Category

PAGES = ("klantbeeld", "persoonsgegevens", "contactgegevens", "contacthistorie", "drilldown", "drilldown_rpc")
PERSONS = ("caseload", "in_region", "leading_zero", "secret_address", "staff")
FORMS = (*(f"{person}_{page}" for person in PERSONS for page in PAGES), "employer_from_vacancy", "vacancy_open")
SRN, SWEC = re.compile(rb'name="SRN" value="(\w+)"'), re.compile(rb'name="SWEC" value="(\d+)"')
MODNUM = re.compile(rb'name="SWEModNum" value="(\d+)"')


def made(body: bytes, grammar, setting, shown: frozenset[Category] = frozenset(Category)) -> bytes:
    """The page again, part by part, from what it shows."""
    page = parse(body, grammar)
    number, whole = int(SWEC.search(body)[1]), body.startswith(b"<!DOCTYPE")
    frame = Frame(setting, "AWE0421", SRN.search(body)[1].decode(), number, whole, shown)
    parts = []
    for part in page.fragments:
        if part.form is None:
            found = [{"id": row, **texts} for row, texts in records.rows(page, body)]
            parts.append(listing(frame, part.view, part.applet, Rows(found, 0, part.total, part.parent)))
            continue
        inner = body[part.start : part.end]
        changed = MODNUM.search(inner)
        record = {"id": part.row_id, "mod_num": changed[1].decode() if changed else "", **texts_of(part, inner)}
        parts.append(form(frame, part.view, part.applet, record))
    return answer(frame, page.fragments[0].view, "".join(parts)).body


def texts_of(part, inner: bytes) -> dict[str, str]:
    """The values of a form by canonical field."""
    cells = re.findall(rb'<td id="s_\d+_\d+_(\d+)_0">(.*?)</td></tr>', inner, re.DOTALL)
    return {part.applet.control(int(number)).field: records.text(cell) for number, cell in cells}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_legacys_byte_for_byte(recorded, grammar, setting, name):
    """Texts, inputs and text areas, the number of the last change, head and child rows, for a page and for a script."""
    body = recorded[name].answer.body
    assert made(body, grammar, setting) == body


@pytest.mark.parametrize("page", PAGES)
def test_what_was_not_stated_is_shown_as_the_gateway_masks_it(recorded, dialect, grammar, setting, page):
    """Whatever is left out: the page is the one that masking makes of legacy's own."""
    draw = Random(page)
    for _ in range(8):
        exchange = recorded[f"{draw.choice(PERSONS)}_{page}"]
        reading = dialect.persons(dialect.read(exchange.request), exchange.answer)
        places = sorted({each.category for each in reading.persons[0].fields})
        hidden = frozenset(draw.sample(places, draw.randint(1, len(places))))
        masked = withhold(exchange.answer, reading, Cut(masked={0: hidden}))
        assert made(exchange.answer.body, grammar, setting, frozenset(Category) - hidden) == masked.body


def test_a_field_that_newcore_did_not_give_has_no_input(framed, views):
    """An empty one would overwrite what is there when the form is sent; a field that is empty keeps its input."""
    view = views.views["SNR Klant Contactgegevens View"]
    applet = next(each for each in view.applets if each.shape is Shape.FORM)
    written = form(framed(), view, applet, {"id": "1-71000", "mod_num": "3", "phone": ""})
    assert '<input type="text" name="s_5_1_1_0" value="">' in written
    assert '<td id="s_5_1_2_0"></td>' in written
