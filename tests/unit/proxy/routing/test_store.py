import asyncio
import secrets
import time

import psycopg
import pytest

from proxy.database import Role
from proxy.routing import store
from proxy.routing.store import Act
from proxy.routing.watch import RoutingWatch, kill_file
from tests.unit.proxy.routing.conftest import FILE, FUNCTIONS, REGIONS


@pytest.fixture
def worker(database):
    """Address under the role of the commands."""
    return database.dsn(Role.WORKER)


def test_a_revision_is_kept_with_its_text_and_the_act_that_made_it(read, worker):
    """Who changed what, why, on which evidence."""
    number = secrets.randbelow(10**9) + 10
    table = read(("revision: 7", f"revision: {number}"))
    store.record(worker, table, Act("vacancies", "mig", "ramp", "first ten percent", {"compared": 40}))
    assert store.text_of(worker, number, table.hash) == table.text
    newest = store.history(worker, "vacancies", 1)[0]
    assert (newest["revision"], newest["actor"], newest["action"], newest["evidence"]) == (
        number, "mig", "ramp", {"compared": 40},
    )  # fmt: skip
    assert store.text_of(worker, number, "another") is None


async def test_an_instance_acknowledges_what_it_runs(database, worker, tmp_path):
    """Revision and kills of a running instance are in the database within two seconds."""
    path = tmp_path / "routing.yaml"
    path.write_text(FILE)
    name = f"gateway-{secrets.token_hex(4)}"
    watch = RoutingWatch(path, FUNCTIONS, REGIONS, tmp_path / f"{name}.json")
    watch.start(database.dsn(Role.GATEWAY))
    kill_file(path).write_text("vacancies\n")
    try:
        end = time.monotonic() + 5
        found = None
        while time.monotonic() < end and (found is None or not found.killed):
            await asyncio.sleep(0.1)
            found = next(
                (each for each in await asyncio.to_thread(store.reports, worker) if each.instance == name), None
            )
    finally:
        await watch.close()
    assert found is not None
    assert (found.revision, found.killed) == (7, ("vacancies",))
    assert store.text_of(worker, 7, found.hash) == FILE


def test_somebody_who_holds_the_history_does_not_make_a_command_hang(read, worker, database):
    """A kill is written before it is recorded: the one who killed must see it end."""
    with psycopg.connect(database.owner_dsn()) as holder:
        holder.execute("LOCK TABLE routing_act IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        with pytest.raises(psycopg.errors.QueryCanceled):
            store.record(worker, read(), Act("vacancies", "mig", "kill", "", {}))
    assert time.monotonic() - begun < 2 * store.TIMEOUT_SECONDS
