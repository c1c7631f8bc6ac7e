"""The patterns are compiled for the whole map, and are fast on hostile input."""

import time

import pytest

from adapters.legacy_sonar import grammar
from adapters.legacy_sonar.content import UnreadableError
from adapters.legacy_sonar.page import parse


def test_every_applet_of_the_map_has_its_patterns(views) -> None:
    """Each pattern names every place of its applet, in order."""
    for view in views.views.values():
        for each in grammar.compile_view(view):
            places = [f"s_{view.set}_{each.applet.number}_{control.id}_".encode() for control in each.applet.controls]
            found = [each.row.pattern.index(b'"' + place) for place in places]
            assert found == sorted(found)


@pytest.mark.parametrize("filler", [b"<a href=", b"&nbsp;", b"<td id=", b"\r\n", b'" "', b"<", b"SNR+"])
def test_a_hostile_page_costs_no_time(grammar, recorded, filler: bytes) -> None:
    """A megabyte of almost-right text is refused within a second."""
    body = recorded["client_search_name"].answer.body
    cut = body.index(b"<form")
    began = time.process_time()
    for place in (cut, len(body) // 2, body.index(b"Afmelden")):
        with pytest.raises(UnreadableError):
            parse(body[:place] + filler * (1_000_000 // len(filler)) + body[place:], grammar)
    assert time.process_time() - began < 3


def test_a_row_links_to_itself_only(views) -> None:
    """All links of a row name one row id and the row's own number."""
    each = grammar.compile_view(views.views["SNR Klant Zoek View"])[0]
    assert each.row.pattern.count(b"(?P=row)") == 1
    assert each.row.pattern.count(b"(?P=n)") >= len(each.applet.controls)
