"""The control map: closed, and equal to what the published surface says."""

import re
from pathlib import Path

import pytest

from adapters.legacy_sonar.views import Shape, load
from proxy.errors import OperatorError

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "adapters/legacy_sonar/views.yaml").read_text(encoding="utf-8")


def test_the_map_is_the_published_surface(views) -> None:
    """Every view, applet, control, label and category of docs/legacy-surface.md is in the map, and nothing else."""
    text = (ROOT / "docs/legacy-surface.md").read_text(encoding="utf-8").split("<!-- tables")[1].split("<!-- end")[0]
    published = set()
    for section in re.split(r"(?m)^### ", text)[1:]:
        place = None
        for line in section.splitlines():
            if start := re.match(r"`s_(\d+)_(\d+)_", line):
                place = (section.splitlines()[0].strip(), int(start[1]), int(start[2]))
            elif row := re.match(r"\|(\d+)\|([^|]+)\|([A-Z]{2})\|", line):
                published.add((*place, int(row[1]), row[2], row[3]))
    mapped = {
        (view.name, applet.set, applet.number, control.id, control.label, str(control.category))
        for view in views.views.values()
        for applet in view.applets
        for control in applet.controls
    }
    assert published <= mapped
    assert {each for each in mapped - published if each[2] != 9} == set()


def test_persons_are_told_from_other_things(views) -> None:
    """Lists of vacancies show nobody; a view of one person has a head, a form or child rows."""
    assert not views.views["SNR Vacature Zoek View"].persons
    assert not views.views["SNR Klant Zoek View"].single
    for name in ("SNR Klantbeeld View", "SNR Contacthistorie View", "SNR CV View"):
        assert views.views[name].single


def test_every_page_of_one_person_says_who_it_is(views) -> None:
    """Where there is no BSN on the form there is a head with it."""
    for view in views.views.values():
        if view.single:
            fields = {control.field for applet in view.applets for control in applet.controls}
            assert {"bsn", "municipality", "region"} <= fields


def test_heads_are_never_inputs(views) -> None:
    """Who a page is about cannot be typed."""
    heads = [applet for view in views.views.values() for applet in view.applets if applet.shape is Shape.HEAD]
    assert heads
    assert all(control.fixed for applet in heads for control in applet.controls)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("category: AP", "category: XX", "'XX'"),
        ("kind: list", "kind: tree", "'tree'"),
        ("link: SNR Klantbeeld View", "link: SNR Alles View", "SNR Alles View"),
        ("{id: 2, label: Datum", "{id: 1, label: Datum", "twice"),
        ("screen: SNR Werkvoorraad Screen", "scherm: x", "'scherm'"),
        ("version: 1", "version: 7", "7"),
        ("client: 1-7", "klant: 1-7", "no client"),
        ("own_total: true", "own_total: misschien", "'misschien'"),
        ("author: author", "author: subject", "found subject; allowed: a fixed field of a child list: author"),
        ("own_total: true", "author: bsn", "here is none"),
        ("set: 10", "set: tien", "'tien'"),
    ],
)
def test_a_breach_refuses_the_load_and_says_where(old: str, new: str, told: str) -> None:
    """File and line, what was found, what is allowed."""
    with pytest.raises(OperatorError, match=r"^views\.yaml:\d+: .*allowed: ") as raised:
        load(TEXT.replace(old, new, 1))
    assert told in str(raised.value)
