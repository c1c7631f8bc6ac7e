import pytest

from newcore.clients.model import CLIENT
from newcore.problem import Problem
from newcore.register.question import (
    Part,
    after_from,
    from_body,
    from_parameters,
    part_from,
    refuse_any,
    version_from,
)
from newcore.vacancies.model import VACANCY

SHOWN = CLIENT.names


def refused(read, *arguments):
    """The status and the places of a refusal."""
    with pytest.raises(Problem) as raised:
        read(*arguments)
    return raised.value.status, {each.location for each in raised.value.errors}


def test_a_question_is_read():
    """Filters in the names of the model, blank ones are none; the order and its direction; the part."""
    body = {"filters": {"surname": "Vries*", "birthDate": " "}, "sort": "-birthDate", "limit": 10, "offset": 20}
    found = from_body(CLIENT, body, SHOWN)
    assert (dict(found.filters), found.sort, found.descending) == ({"surname": "Vries*"}, "birth_date", True)
    assert (found.limit, found.offset) == (10, 20)


def test_an_empty_question_asks_for_the_first_part_of_everything():
    """In the usual order."""
    found = from_body(CLIENT, {}, SHOWN)
    assert (dict(found.filters), found.sort, found.descending, found.limit, found.offset) == ({}, None, False, 20, 0)


def test_the_same_question_can_be_asked_by_an_address():
    """Only of records that are of nobody."""
    found = from_parameters(VACANCY, [("vacancyId", "2*"), ("sort", "-title"), ("offset", "10")], VACANCY.names)
    assert (dict(found.filters), found.sort, found.descending, found.limit, found.offset) == (
        {"vacancy_id": "2*"}, "title", True, 20, 10,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"filters": []}, "body:/filters"),
        ({"filters": {"achternaam": "x"}}, "body:/filters/achternaam"),
        ({"filters": {"given_names": "x"}}, "body:/filters/given_names"),
        ({"filters": {"nationality": "x"}}, "body:/filters/nationality"),
        ({"filters": {"surname": 5}}, "body:/filters/surname"),
        ({"filters": {"surname": "a\x00"}}, "body:/filters/surname"),
        ({"filters": {"surname": "a\ud800"}}, "body:/filters/surname"),
        ({"filters": {"surname": "x" * 201}}, "body:/filters/surname"),
        ({"filter": {}}, "body:/filter"),
        ({"sort": "modNum"}, "body:/sort"),
        ({"sort": "--surname"}, "body:/sort"),
        ({"sort": "-"}, "body:/sort"),
        ({"sort": ["surname"]}, "body:/sort"),
        ({"sort": 5}, "body:/sort"),
        ({"limit": 0}, "body:/limit"),
        ({"limit": 201}, "body:/limit"),
        ({"limit": "10"}, "body:/limit"),
        ({"limit": True}, "body:/limit"),
        ({"limit": 1.5}, "body:/limit"),
        ({"offset": -1}, "body:/offset"),
        ({"offset": 1_000_001}, "body:/offset"),
    ],
)
def test_a_question_that_is_not_described_is_refused_with_its_place(body, place):
    """Closed: a misspelt filter must not mean `everything`."""
    assert refused(from_body, CLIENT, body, SHOWN) == (400, {place})


def test_all_that_is_wrong_with_a_question_is_told_at_once():
    """Filters, order and part."""
    body = {"filters": {"x": "", "surname": 5}, "sort": "y", "limit": 0, "offset": -1, "z": 1}
    assert refused(from_body, CLIENT, body, SHOWN) == (
        400, {"body:/filters/x", "body:/filters/surname", "body:/sort", "body:/limit", "body:/offset", "body:/z"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "place"),
    [
        ([("title", "a"), ("title", "b")], "query:title"),
        ([("limit", "1"), ("limit", "1")], "query:limit"),
        ([("limit", "١")], "query:limit"),
        ([("limit", "")], "query:limit"),
        ([("limit", "9" * 30)], "query:limit"),
        ([("sort", "id")], "query:sort"),
        ([("kleur", "rood")], "query:kleur"),
    ],
)
def test_a_parameter_stands_once_and_is_described(pairs, place):
    """Of two equal names, two readers may take different ones."""
    assert refused(from_parameters, VACANCY, pairs, VACANCY.names) == (400, {place})


@pytest.mark.parametrize("body", [{"filters": {"postcode": "9401*"}}, {"sort": "postcode"}, {"sort": "-postcode"}])
def test_what_is_not_shown_is_not_asked_by(body):
    """An order by address would tell the address; a category that is not stated is 403, not an empty list."""
    shown = CLIENT.shown("client.search", frozenset({"ID"}))
    assert refused(from_body, CLIENT, body, shown) == (403, set())
    assert from_body(CLIENT, {"filters": {"postcode": " "}, "sort": "surname"}, shown).sort == "surname"


def test_parts_and_places_are_read():
    """Limit and offset of a list, the place after which a listing goes on, the version of a removal."""
    assert part_from([("limit", "3"), ("offset", "6")]) == Part(3, 6)
    assert part_from([]) == Part()
    assert after_from([("after", "1-7"), ("limit", "1000")], 1000) == ("1-7", 1000)
    assert version_from([("version", "12")]) == 12


@pytest.mark.parametrize(
    ("read", "pairs"),
    [
        (part_from, [("limit", "201")]),
        (part_from, [("sort", "at")]),
        (part_from, [("offset", "1"), ("offset", "2")]),
        (lambda pairs: after_from(pairs, 1000), [("limit", "1001")]),
        (lambda pairs: after_from(pairs, 1000), [("after", "\x00")]),
        (lambda pairs: after_from(pairs, 1000), [("before", "x")]),
        (version_from, [("version", "1"), ("version", "2")]),
        (version_from, [("force", "1")]),
        (refuse_any, [("bsn", "99990019")]),
    ],
)
def test_parts_and_places_are_closed_too(read, pairs):
    """Too far, unknown, or twice."""
    assert refused(read, pairs)[0] == 400
