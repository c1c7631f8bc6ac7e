"""`poort policy reach` on a real database: the relations that decide requests, counted."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest

from cli.matrixfile import catalogue, in_force
from cli.reach import read_reach
from proxy.database import Cluster
from proxy.settings import Settings

AUTHORISATION = """
INSERT INTO account_authorisation (account, id, role, organisation_kind, organisation_code, municipality, regions,
    valid_from, valid_until, legal_ground, issued_by)
VALUES (%s, %s, %s, %s, %s, NULL, %s, '2020-01-01', %s, 'Wet SUWI', 'FBE1001')
"""
PERSON = """
INSERT INTO person (row_id, identity, municipality, caseload_user, assigned, class, source)
VALUES (%s, %s, %s, %s, %s, %s, 'import')
"""
PERSONS = [
    ("1-R1", "0106", None, [], "ordinary"),
    ("1-R2", "0106", "REA0001", [], "ordinary"),
    ("1-R3", "0200", None, [], "ordinary"),
    ("1-R4", "0200", None, [], "ordinary"),
    ("1-R5", "0106", None, [], "staff"),
    ("1-R6", "0106", None, ["SW1"], "secret"),
    ("1-R7", None, None, [], "ordinary"),
]
type Count = Callable[..., dict[str, object]]


@pytest.fixture
def count(settings: Settings, fresh_database: Cluster) -> Count:
    """Seven persons, three accounts; give the line of one of them."""
    with psycopg.connect(fresh_database.owner_dsn()) as connection:
        accounts = [("REA0001", None), ("REA0002", None), ("REA0003", datetime.now(UTC))]
        for name, locked in accounts:
            connection.execute("INSERT INTO account (name, locked_at) VALUES (%s, %s)", (name, locked))
        connection.execute(AUTHORISATION, ("REA0001", "AW-1", "AW", "UWV", "UWV-1", ["AM01"], None))
        connection.execute(AUTHORISATION, ("REA0001", "KM-1", "KM", "municipality", "0200", ["AM06"], "2020-06-30"))
        connection.execute(AUTHORISATION, ("REA0002", "SWB-1", "SWB", "sw", "SW1", ["AM01"], None))
        connection.execute(AUTHORISATION, ("REA0003", "AW-2", "AW", "UWV", "UWV-1", ["AM01"], None))
        for number, (row, municipality, owner, assigned, held) in enumerate(PERSONS):
            identity = bytes([number]) * 32
            connection.execute(PERSON, (row, identity, municipality, owner, assigned, held))
        connection.execute("INSERT INTO appointment VALUES ('1-R4', 'REA0001', current_date)")

    def line(*users: str) -> dict[str, object]:
        found = list(read_reach(fresh_database, in_force(settings, catalogue()), users))
        assert [each["user"] for each in found] == list(users)
        return found[0]

    return line


def test_an_adviser_reaches_the_region_and_whoever_is_tied(count):
    """The own region but for staff, the appointment outside it; contact of a secret address not, health of the caseload only."""
    line = count("REA0001")
    assert (line["roles"], line["before"], line["after"]) == ("AW", len(PERSONS), 4)
    assert (line["ID"], line["CT"], line["WC"], line["CN"]) == (4, 3, 1, 2)


def test_an_sw_company_reaches_whom_a_municipality_assigned_and_a_locked_account_nobody(count):
    """One person, without address; nobody else of the region. A locked account has no line; a line is one JSON object."""
    line = count("REA0002")
    assert (line["after"], line["CT"], line["WC"], line["BN"]) == (1, 0, 1, 0)
    assert json.loads(json.dumps(line)) == line
    with pytest.raises(AssertionError):
        count("REA0003")
