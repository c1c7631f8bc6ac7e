"""Exported lists: a person a record, and the whole record goes."""

from dataclasses import replace

import pytest

from adapters.legacy_sonar.content import UnreadableError
from adapters.legacy_sonar.export import CSV, XLS, read
from proxy.disclosure.withhold import Cut, withhold
from proxy.model.person import Unreadable

FILE = [b'attachment; filename="klanten_20201124.csv"']
HEAD = b"Nr;Achternaam;Voornamen;Voorvoegsel;Geboortedatum;Geslacht;BSN;Postcode;Gemeente;Regio;Ingeschreven;Woonplaats;Verantwoordelijke regio;Gemeentecode\r\n"  # fmt: skip
ROW = b"1;Jansen;Piet;;01-01-1970;M;%s;9401 AA;Assen;AM01;J;%s;AM03;0106\r\n"


@pytest.mark.parametrize("name", ["client_export_csv", "client_export_xls", "candidate_export_xls"])
def test_every_record_is_one_person_and_goes_whole(dialect, recorded, settled, name: str) -> None:
    """Cut each record in turn: its person is gone, every other line stays as it was."""
    exchange = recorded[name]
    reading = dialect.persons(settled(dialect.read(exchange.request), "client.search"), exchange.answer)
    lines = exchange.answer.body.split(b"\r\n")
    assert len(reading.persons) == len(exchange.persons) == len(lines) - 2
    for index, person in enumerate(reading.persons):
        left = withhold(exchange.answer, reading, Cut([index])).body
        assert left.split(b"\r\n") == lines[: index + 1] + lines[index + 2 :]
        assert person.deliberate
        assert person.municipality


def test_a_quoted_cell_may_hold_line_ends_and_semicolons(views) -> None:
    """A record ends where its quotes say so, not at the first line end."""
    odd = ROW % (b"999990019", b'"As;\r\nsen ""Zuid"""')
    body = HEAD + odd + ROW % (b"999990020", b"Assen")
    first, second = read(CSV, FILE, body, views).persons
    assert (first.bsn, second.bsn) == ("999990019", "999990020")
    assert body[slice(*first.spans[0])] == odd


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Nr;Naam\r\n",
        HEAD[:-2],
        HEAD.replace(b"Nr;", b""),
        HEAD + b"1;2\r\n",
        HEAD + ROW % (b"", b"Assen"),
        HEAD + ROW % (b"99x", b"Assen"),
        HEAD + ROW % (b"999990019", b'"open'),
        HEAD + ROW % (b"999990019", b'a"b'),
        HEAD + (ROW % (b"999990019", b"Assen"))[:-1],
        b"<html><table><tr><td>999990019</td></tr></table>",
    ],
)
def test_a_list_of_another_shape_is_not_read(views, body: bytes) -> None:
    """Unknown headings, records of another length, nobody's records, open quotes, HTML in disguise."""
    with pytest.raises(UnreadableError):
        read(CSV, FILE, body, views)


@pytest.mark.parametrize("disposition", [[], [b"inline"], [b'attachment; filename="jansen_999990019.csv"'], FILE * 2])
def test_the_file_name_names_nobody(views, disposition) -> None:
    """One name of the known form, or nothing is released."""
    with pytest.raises(UnreadableError):
        read(CSV, disposition, HEAD, views)


def test_tab_text_ends_in_whole_lines(views) -> None:
    """A bare line feed in tab text hides a second record."""
    head = HEAD.replace(b";", b"\t")
    row = (ROW % (b"999990019", b"Assen")).replace(b";", b"\t")
    assert len(read(XLS, FILE, head + row, views).persons) == 1
    with pytest.raises(UnreadableError):
        read(XLS, FILE, head + row.replace(b"Assen", b"As\nsen"), views)


def test_an_export_is_read_only_where_one_was_asked(dialect, recorded) -> None:
    """A download in answer to a screen is not what was decided about."""
    exchange = recorded["client_export_csv"]
    call = dialect.read(recorded["client_search_name"].request)
    assert dialect.persons(call, exchange.answer) == Unreadable("content-type")


def test_vacancies_name_nobody(dialect, recorded, settled) -> None:
    """A list without persons is read without persons, and is a list all the same."""
    exchange = recorded["vacancy_export_csv"]
    reading = dialect.persons(settled(dialect.read(exchange.request), "vacancy.search"), exchange.answer)
    assert reading.persons == ()
    assert reading.own_total
    assert replace(reading, body=b"").listed
