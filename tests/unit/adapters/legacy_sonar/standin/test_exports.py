"""Exports, over HTTP and as a function."""

import csv
import io
import re

from adapters.legacy_sonar.standin.exports import exported
from adapters.legacy_sonar.standin.views import APPLETS


async def test_csv_and_xls_hold_every_row_of_the_query(visitor, seeded):
    """All rows of the list leave, in both formats, headings first, no row ids, nobody filtered."""
    await visitor.search(("s_1_1_5_0", ">=01-01-1950"))
    csv_reply, xls_reply = await visitor.export("CSV"), await visitor.export("XLS")
    rows = list(csv.reader(io.StringIO(csv_reply.text), delimiter=";"))
    wanted = [p for p in seeded.tables["client"].values() if p["birth_date"] >= "19500101"]
    assert rows[0][:3] == ["Nr", "Achternaam", "Voornamen"]
    assert {row[0] for row in rows[1:]} == {person["number"] for person in wanted}
    assert len(xls_reply.text.split("\r\n")) == len(rows) + 1
    assert "1-7" not in "".join(row[0] for row in rows)
    assert re.fullmatch(r'attachment; filename="klanten_\d{8}\.xls"', xls_reply.header("Content-Disposition"))
    assert xls_reply.header("Content-Type") == "application/vnd.ms-excel"


async def test_current_rows_and_other_lists(visitor):
    """ExportScope=CurrentRows takes the shown set; vacancies and child lists have their own names."""
    reply = await visitor.invoke(
        "ExportList", "SNR Vacature Zoek View", "SNR Vacature List Applet", ("ExportScope", "CurrentRows")
    )
    assert len(reply.text.split("\r\n")) == 12
    assert 'filename="vacatures_' in reply.header("Content-Disposition")
    await visitor.open_client("1-71000", "SNR Contacthistorie View")
    assert 'filename="lijst_' in (
        await visitor.export("XLS", "SNR Contacthistorie View", "SNR Contactverslag List Applet")
    ).header("Content-Disposition")


def test_csv_quotes_and_xls_flattens():
    """CSV doubles quotes; XLS has blanks for tabs and line ends; both are cp1252 with CR LF."""
    applet, record = APPLETS[4, 1], {"at": "20201124", "subject": 'a;"b"', "text": "€\tx\r\ny"}
    (_, body), (_, flat) = exported(applet, [record], "csv", "20201124"), exported(applet, [record], "", "20201124")
    assert body.endswith(b';"a;""b""";;"\x80\tx\r\ny"\r\n')
    assert flat.split(b"\r\n")[1].endswith(b"\x80 x  y")
