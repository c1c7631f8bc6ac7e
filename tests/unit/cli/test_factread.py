"""Claims about `poort backfill facts`."""

import psycopg

from cli.factread import read_facts, told
from proxy.database import Role
from rollout.record import Listed
from tests.unit.rollout.conftest import legacy, people  # noqa: F401  one stand-in for both folders

TEXTS = {
    "bsn": "99990003", "municipality": "0106", "region": "AM01", "responsible_region": "AM01", "secrecy_flag": "N",
    "caseload_owner": "AWE0421 ", "birth_date": "03-02-1980",
}  # fmt: skip


def test_what_contradicts_or_is_doubtful_is_unknown():
    """A region that the municipality has not never widens; an odd flag is a secret address; an unknown day is none."""
    plain = told(bytes(32), Listed("1-7A"), TEXTS)
    assert (plain.municipality, plain.caseload_user, plain.secret) == ("0106", "AWE0421", False)
    odd = told(bytes(32), Listed("1-7A"), TEXTS | {"region": "AM06", "secrecy_flag": "j", "birth_date": "00-02-1980x"})
    assert (odd.municipality, odd.secret, odd.born) == (None, True, None)
    nobody = told(bytes(32), Listed("1-7A"), TEXTS | {"bsn": ""})
    assert nobody.identity.plain == "row:1-7A"


async def test_the_facts_of_everybody_are_read_from_the_legacy(people):  # noqa: F811
    """Each once; a second reading changes nothing."""
    counts = await read_facts(people.settings, people.worker)
    assert (counts["records"], counts["added"], counts["strange"]) == (12, 12, 0)
    again = await read_facts(people.settings, people.worker)
    assert (again["added"], again["changed"]) == (0, 0)
    with psycopg.connect(people.cluster.dsn(Role.WORKER)) as connection:
        known = connection.execute("SELECT count(*), count(municipality), count(born) FROM person").fetchone()
    assert known[0] == 12
    assert known[1] >= 10
