"""Claims about rebuilding what was hashed."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from proxy.accesslog import chain
from proxy.accesslog.reading import rows
from proxy.accesslog.record import (
    GROUND,
    access_link,
    access_row,
    completion_row,
    disclosure_row,
    reference,
    withheld_row,
)
from proxy.model.entry import Completion, Delivery
from tests.failures.log.builders import access, disclosure, withheld

NOW = datetime(2026, 11, 25, 1, 2, 3, 40, tzinfo=UTC)
PLACE = rows.Place("W1", 3, NOW)


def columns(found) -> list[object]:
    """Give an access record as a database gives it back: bytes for the session, a list for the rules, a local time."""
    row = {**access_row(found), "session": found.session, "rules": list(found.rules)}
    return [*{**row, "occurred_at": found.occurred_at.astimezone(ZoneInfo("Europe/Amsterdam"))}.values()]


def test_columns_give_the_bytes_that_were_written():
    """Record and persons come back byte for byte, whatever types the database gives."""
    found, person = access(now=NOW), uuid4()
    shown, back = disclosure(found), withheld(found)
    written = access_link(access_row(found), [disclosure_row(shown, person)], [withheld_row(back, person)])
    ground = ("secret", False, ["RG1", "RG10"], ["CT", "ID", "NA", "WC"])
    read = [
        rows.disclosed(
            "W1", 3, (person, "caseload", ["CT", "ID", "NA"], [], True, *ground, "allow", ["CT"], ["RG10"])
        ).cells
    ]
    kept = [rows.withheld("W1", 3, (person, "outside", "out-of-reach", False, *ground, "deny", [], [])).cells]
    link = rows.access_of(PLACE, b"h" * 32, rows.stored_access(columns(found)), (read, kept))
    assert link.body == chain.body(chain.ACCESS, chain.stamp(NOW), written)
    assert link.name == f"access {reference(found.id)}"


def test_rows_of_an_earlier_release_come_back_as_they_were():
    """Where all columns of a ground are empty the cells end where they ended then; one that is filled counts."""
    found, person = access(now=NOW), uuid4()
    shown, back = disclosure(found, ground=None), withheld(found, ground=None)
    nothing = [None] * len(GROUND)
    read = rows.disclosed("W1", 3, (person, "caseload", ["CT", "ID", "NA"], [], True, *nothing)).cells
    kept = rows.withheld("W1", 3, (person, "outside", "out-of-reach", False, *nothing)).cells
    assert (read, kept) == (disclosure_row(shown, person), withheld_row(back, person))
    assert (len(read), len(kept)) == (5, 4)
    for place in range(len(GROUND)):
        added = [*nothing[:place], "", *nothing[place + 1 :]]
        assert rows.withheld("W1", 3, (person, "outside", "out-of-reach", False, *added)).cells != kept


def test_record_without_a_session_comes_back_too():
    """Nothing is not an empty text."""
    found = replace(access(now=NOW), session=None, vacancy=None)
    link = rows.access_of(PLACE, b"", rows.stored_access(columns(found)), ([], []))
    assert link.body.endswith(access_link(access_row(found), [], []))


def test_completion_comes_back():
    """A completion is rebuilt from its columns and named by its exchange."""
    ended = Completion(uuid4(), Delivery.CLIENT_GONE, 7, 8)
    link = rows.completion_of(PLACE, b"", [ended.access, "client_gone", 7, 8])
    assert list(completion_row(ended)) == list(rows.COMPLETION)
    assert b'"delivery":"client_gone"' in link.body
    assert link.name == f"completion of {reference(ended.access)}"


def test_missing_completion_reads_unknown():
    """Whether an answer arrived is unknown until it is told."""
    row = rows.stored_access(columns(access(now=NOW)))
    assert rows.shown(PLACE, row, ((), (), None))["outcome"] == "unknown"
    ended = rows.shown(PLACE, row, ((), (), {"delivery": "failed", "size": 1, "duration_us": 2}))
    assert (ended["outcome"], ended["size"], ended["seq"]) == ("failed", 1, 3)
