"""Claims about lists as files: legacy's own, made again from their lines, and what is masked in them."""

import csv
from random import Random

import pytest

from adapters.legacy_sonar.mimic.export import written
from adapters.legacy_sonar.wire import decode
from proxy.disclosure.withhold import Cut, withhold
from proxy.model.person import Category

FILES = {
    "client_export_xls": "SNR Klant Zoek View", "client_export_csv": "SNR Klant Zoek View",
    "vacancy_export_csv": "SNR Vacature Zoek View", "candidate_export_xls": "SNR Match Kandidaat View",
}  # fmt: skip
COUNTED = {b"Date", b"Content-Length", b"Transfer-Encoding"}


def lines_of(name: str, body: bytes) -> list[list[str]]:
    """The cells of a recorded file, below its headings."""
    text = decode(body).removesuffix("\r\n").split("\r\n")[1:]
    return list(csv.reader(text, delimiter=";")) if name.endswith("csv") else [line.split("\t") for line in text]


def made(name: str, body: bytes, framed, views, shown: frozenset[Category] = frozenset(Category)):
    """The file again, from its lines."""
    applet = views.views[FILES[name]].applets[0]
    records = [
        {control.field: cell for control, cell in zip(applet.controls, cells, strict=True)}
        for cells in lines_of(name, body)
    ]
    return written(framed(shown=shown), applet, records, csv=name.endswith("csv"))


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_legacys_byte_for_byte(recorded, framed, views, name):
    """Headings, separators, quotes, name and media type; it says nothing about keeping it."""
    answer = recorded[name].answer
    again = made(name, answer.body, framed, views)
    assert again.body == answer.body
    assert set(again.fields) == {field for field in answer.fields if field[0] not in COUNTED}


@pytest.mark.parametrize("name", ["client_export_xls", "client_export_csv"])
def test_what_was_not_stated_is_empty_as_the_gateway_masks_it(recorded, dialect, framed, views, name):
    """Between its separators; the heading stays."""
    exchange, draw = recorded[name], Random(name)
    reading = dialect.persons(dialect.read(exchange.request), exchange.answer)
    hidden = frozenset({draw.choice(sorted(reading.persons[0].categories - {Category.ID}))})
    masked = withhold(exchange.answer, reading, Cut(masked=dict.fromkeys(range(len(reading.persons)), hidden)))
    assert made(name, exchange.answer.body, framed, views, frozenset(Category) - hidden).body == masked.body


def test_a_separator_in_a_value_stays_in_its_cell(framed, views):
    """A tab or a line end is a blank for Excel; in CSV the value stands in quotes."""
    applet = views.views["SNR Werkgever Zoek View"].applets[0]
    records = [{"kvk": "1\t2\r\n3", "name": 'a;"b"'}]
    assert written(framed(), applet, records, csv=False).body.split(b"\r\n")[1] == b'1 2  3\ta;"b"\t\t\t'
    assert written(framed(), applet, records, csv=True).body.split(b"\r\n", 1)[1] == b'"1\t2\r\n3";"a;""b""";;;\r\n'
