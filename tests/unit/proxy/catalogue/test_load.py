"""The catalogue loads whole, and nothing that it does not know."""

import pytest

from proxy.catalogue import load
from proxy.errors import OperatorError


def test_all_functions_are_there(catalogue) -> None:
    """47 numbers of the legacy and 6 of the gateway itself; two numbers are two functions."""
    assert {function.number for function in catalogue.functions} == set(range(1, 54))
    assert len(catalogue.functions) == 55
    assert [function.number for function in catalogue.functions if function.path] == list(range(48, 54))
    assert [function.id for function in catalogue.functions if function.number == 39] == [
        "attachment.view",
        "attachment.upload",
    ]
    assert [(each.id, bool(each.roles)) for each in catalogue.functions if each.number == 36] == [
        ("message.group.send", True),
        ("message.group.attach", False),
    ]


def test_the_first_issue_is_open_and_nothing_else(catalogue) -> None:
    """What is not open yet is catalogued and classified all the same."""
    opened = {function.number for function in catalogue.functions if function.open}
    assert opened == {*range(1, 10), 12, 14, 17, 20, 22, 23, 28, 29, 30, 32, 33, 34, 36, 37, 42, *range(48, 54)}


BROKEN = {
    "unknown role": ("roles: {KCC: all}", "roles: {KCX: all}", "KCX"),
    "unknown category": ("categories: [ID, CT, NA]", "categories: [ID, XX]", "'XX'"),
    "unknown kind": ("kind: export", "kind: dump", "'dump'"),
    "unknown use": ("AD: all, IDV: all, AW: own", "AD: some, IDV: all, AW: own", "'some'"),
    "unknown arrival": ("arrival: gateway", "arrival: never", "'never'"),
    "unknown set": ("roles: mediators", "roles: mediums", "'mediums'"),
    "sensitivity out of range": (
        "sensitivity: 4, persons: true, arrival: first,",
        "sensitivity: 5, persons: true, arrival: first,",
        "5",
    ),
    "unknown key": ("version: 1", "version: 1\nspeed: fast", "'speed'"),
    "key twice": ("number: 1,", "number: 1, number: 1,", "twice"),
    "id twice": ("id: session.logout", "id: session.login", "twice"),
    "missing key": ("name: Afmelden, ", "", "no key 'name'"),
    "two functions, one key": ("view: SNR CV View, commands", "view: SNR Traject View, commands", "one function a key"),
    "other version": ("version: 1", "version: 2", "2"),
    "a static prefix that climbs": ("[/sonar_nld/static/]", "[/sonar_nld/static/../]", "dot segments"),
    "a path twice": ("path: verzoeken", "path: benaderen", "'benaderen' twice"),
    "a path that climbs": ("path: verzoeken", "path: ../verzoeken", "a word of small letters"),
    "a path beside a screen": (
        "path: verzoeken",
        "path: verzoeken, swe: [{view: X, commands: [Y]}]",
        "one of them",
    ),
    "flag of another type": ("persons: false", "persons: perhaps", "'perhaps'"),
    "number of another type": ("number: 2,", "number: two,", "'two'"),
}


@pytest.mark.parametrize(("old", "new", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_a_breach_refuses_the_load_and_says_where(text, old: str, new: str, told: str) -> None:
    """Each breach names file, line, what was found and what is allowed."""
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(OperatorError, match=r"functions\.yaml:\d+: .*found .*allowed: ") as raised:
        load(text.replace(old, new, 1))
    assert told in str(raised.value)
    named = int(str(raised.value).split(":")[1])
    assert abs(named - line) <= 3 or "one function" in told
