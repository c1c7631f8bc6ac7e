"""The document: per role, function and category, with exceptions, rules and history; and nothing that is not escaped."""

import re
from html import unescape

import pytest

from proxy.policy.document import Version, page
from proxy.policy.matrix import load


@pytest.fixture(scope="module")
def names(catalogue) -> dict[str, str]:
    """The functions as people know them."""
    return {each.id: each.name for each in catalogue.functions}


@pytest.fixture(scope="module")
def written(matrix, names) -> str:
    """The page."""
    return page(matrix, names)


def table(written: str, caption: str) -> list[list[str]]:
    """The rows of one table."""
    found = re.search(rf"<table><caption>{re.escape(caption)}</caption>(.*?)</table>", written, re.DOTALL)
    assert found, caption
    return [
        [unescape(each) for each in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", found[1])
    ]


def test_per_role_every_function_and_relation(written):
    """A role's table says of each function what every relation shows."""
    rows = {row[0]: row[1:] for row in table(written, "WSP Adviseur werkgeversservicepunt (UWV)") if row}
    assert rows["Kandidaten zoeken bij vacature"][5:9] == [
        "ID CT ED AV LD VA",
        "kaart: ED AV VA",
        "-",
        "kaart: ED AV VA",
    ]
    assert rows["Vacature zoeken"] == ["toegestaan"] * 10
    assert "Uitkering raadplegen" not in rows


def test_per_function_every_role_and_per_category_every_relation(written):
    """The same from the other sides; a function that nobody has says so."""
    rows = {row[0]: row[1:] for row in table(written, "Uitkering raadplegen (client.benefit.view, consult)") if row}
    assert set(rows) == {"AW (UWV)", "IDV (UWV)", "KM (municipality)"}
    rows = {row[0]: row[1:] for row in table(written, "WC belastbaarheid") if row}
    assert rows["AW Adviseur werk"] == ["ja", "ja", *["-"] * 8]
    assert rows["KM Klantmanager gemeente"] == [*["ja"] * 5, *["-"] * 5]


def test_exceptions_and_rules_stand_in_the_signed_words(written, matrix):
    """Every sentence of the file is in it, with ground, owner and stage."""
    plain = unescape(written)
    for rule in (*matrix.rules, *matrix.practices):
        assert rule.text in plain
        assert rule.ground in plain
        assert rule.owner in plain
    assert "alleen dossiers: secret" in plain
    assert "alleen verslagen van een andere organisatie of een onbekende schrijver" in plain
    assert "met noodtoegang; plichten: melding op het scherm, beoordeling achteraf" in plain
    assert "niet voor LB in referral.create, referral.result.update" in plain
    assert "alle regels gelden" in plain


def test_history_tells_versions_and_stages(matrix, names):
    """What was in force since when, and what it changed."""
    made = page(matrix, names, [Version("2026-12-01 09:00", "f" * 64, ("Regel RG2 gaat van report naar enforce",))])
    assert table(made, "Versies die van kracht waren")[1] == [
        "2026-12-01 09:00",
        "f" * 16,
        "Regel RG2 gaat van report naar enforce",
    ]
    assert len(table(made, "Stand van de regels")) == len(matrix.rules) + 1


def test_what_is_written_in_the_file_is_text_and_never_markup(source, catalogue, names):
    """A sentence with a tag in it stays a sentence."""
    wild = source.replace("Niemand opent het eigen dossier.", "Niemand <script>opent</script> het eigen dossier.")
    made = page(load(wild, catalogue), names)
    assert "<script>" not in made
    assert "&lt;script&gt;opent" in made
