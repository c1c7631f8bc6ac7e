"""Claims about what a comparison knows of the moment."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from cli.routefile import RouteFile
from proxy.database import Role
from proxy.facts.store import region_table
from proxy.routing.table import digest
from proxy.settings import load
from rollout.shadow.watch import FRESH_SECONDS, Database, Files, Terms
from tests.doubles.offers import offer
from tests.doubles.playbook import ROOT

NOBODYS = "a group that nobody fills"
TEXT = (ROOT / "routing.yaml").read_text(encoding="utf-8")


@pytest.fixture
async def known(database):
    """A connection under the worker's role."""
    made = Database(database.dsn(Role.WORKER))
    yield made
    await made.close()


@pytest.fixture
def files(known, tmp_path):
    """Routing files, of which the one in force lies in a directory of the test."""
    terms = Terms(tmp_path / "routing.yaml", RouteFile(load({})).functions, region_table().names)
    return Files(known, terms)


def archived(cluster, text):
    """Keep a file as a gateway does."""
    with psycopg.connect(cluster.dsn(Role.GATEWAY)) as gateway:
        gateway.execute("INSERT INTO archive (hash, kind, body) VALUES (%s, 'routing', %s)", [digest(text), text])


async def test_a_group_without_a_finished_backfill_is_not_filled(known):
    """Whatever its watermark, and whatever was captured of others."""
    applied, _ = await known.ahead(NOBODYS)
    assert applied is None


async def test_a_connection_that_broke_is_opened_again(known):
    """One comparison fails, the next does not."""
    await known.ahead(NOBODYS)
    await known._connection.close()
    await asyncio.sleep(FRESH_SECONDS + 0.05)
    with pytest.raises(psycopg.Error):
        await known.ahead(NOBODYS)
    assert (await known.ahead(NOBODYS))[0] is None


async def test_rules_are_those_of_the_file_under_which_an_answer_was_offered(files, database, tmp_path):
    """From the file in force, or from the archive; one that is nowhere has none."""
    named = offer(config=digest(TEXT))
    assert await files.rules(named) is None
    (tmp_path / "routing.yaml").write_text(TEXT, encoding="utf-8")
    assert (await files.rules(named)).is_safety("bsn")
    older = TEXT.replace("revision: 1\n", f"revision: 1 # {uuid4()}\n", 1)
    assert await files.rules(replace(named, config=digest(older))) is None
    archived(database, older)
    assert await files.rules(replace(named, config=digest(older))) is not None
    assert await files.rules(replace(named, group="nobody")) is None


async def test_a_text_that_is_no_routing_file_any_more_has_no_rules(files, database):
    """A release that cannot read an old file compares nothing under it."""
    text = f"version: 9 # {uuid4()}\n...\n"
    archived(database, text)
    assert await files.rules(offer(config=digest(text))) is None
