"""The whole system without its database, with a slow one, and with a routing file that cannot be read."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from adapters.legacy_sonar.standin.visitor import Reply, Visitor
from proxy import embedded
from proxy.database import SERVER
from tests.doubles.control import Control
from tests.doubles.readlog import ReadLog
from tests.failures.gateway.test_parts import REFERENCE, UNKNOWN
from tests.scenarios.conftest import ROOT, System, clean, free_base, start, stop

LONG = bool(os.environ.get("POORT_LONG") or os.environ.get("POORT_TEST_LONG"))
STATIC = "/sonar_nld/static/sonar.css"


@pytest.fixture(scope="module")
def whole() -> Iterator[System]:
    """A demo of its own, to be ill-treated."""
    directory = Path(mkdtemp(prefix="poort-ill-", dir="/var/tmp"))
    directory.chmod(0o755)
    running = start(directory, free_base(), "--clients", "100")
    yield running
    assert stop(running) == 0


async def entered(system: System) -> Visitor:
    """Log in through the gateway."""
    user = system.user("AW")
    browser = Visitor(system.said["gateway"], user["user"], user["password"])
    until = time.monotonic() + 30
    while (reply := await browser.login()).status != 302:
        assert time.monotonic() < until, reply.text
        await asyncio.sleep(0.2)
    return browser


def row(system: System) -> str:
    """Give somebody of the caseload."""
    return str(system.said["clients"]["caseload"]["row_id"])


async def served(browser: Visitor, seconds: float = 30.0) -> Reply:
    """Ask until it is served, by the same session."""
    until = time.monotonic() + seconds
    while True:
        reply = await browser.worklist()
        if reply.status == 200 and not REFERENCE.search(reply.body):
            return reply
        assert time.monotonic() < until, reply.text
        await asyncio.sleep(0.2)


@contextmanager
def without_database(system: System) -> Iterator[None]:
    """Kill PostgreSQL and keep its supervisor from starting it again for a while."""
    server = embedded.running(system.data_dir / SERVER)
    assert server is not None
    system.process.send_signal(signal.SIGSTOP)
    os.kill(server.pid, signal.SIGKILL)
    try:
        time.sleep(0.3)
        yield
    finally:
        system.process.send_signal(signal.SIGCONT)


async def test_without_the_log_store_nothing_is_served_but_static_files(whole: System) -> None:
    """Refusals in dialect, no contact with legacy, static files go on; afterwards the same session works again."""
    browser, control = await entered(whole), Control(whole.control)
    assert "SNR Klant Form" in (await browser.open_client(row(whole))).text
    notes = control.notes(row(whole), "zonder logboek")
    control.reset()
    began = time.monotonic()
    with without_database(whole):
        page, rpc = await browser.open_client(row(whole)), await browser.drill(row(whole), rpc=True)
        note = await browser.create_note(row(whole), "zonder logboek")
        async with Visitor(whole.said["gateway"], browser.user, browser.password) as stranger:
            login = await stranger.login()
        for reply in (page, rpc, note, login):
            assert REFERENCE.search(reply.body), reply.text
        assert {reply.status for reply in (page, note, login)} <= {500, 503}
        assert b'class="SWERPCError"' in rpc.body
        assert control.seen == 0
        assert (await browser.exchange("GET", STATIC)).status == 200
    assert "Werkvoorraad" in (await served(browser)).text
    assert control.notes(row(whole), "zonder logboek") == notes
    await browser.close()
    whole.poort("log", "verify")
    print(f"without database: {time.monotonic() - began:.1f} s for six requests")


async def test_without_the_database_nobody_waits_and_its_return_is_noticed(whole: System) -> None:
    """The second refusal and every later one comes at once; a second after PostgreSQL accepts again all is served."""
    browser, asked = await entered(whole), list[float]()
    with without_database(whole):
        for _ in range(30):
            began = time.monotonic()
            assert REFERENCE.search((await browser.worklist()).body)
            asked.append(time.monotonic() - began)
    assert max(asked) < 1.0, asked
    await asyncio.to_thread(accepts, whole)
    await asyncio.sleep(1.0)
    assert "Werkvoorraad" in (await browser.worklist()).text
    await browser.close()


def accepts(system: System) -> None:
    """Wait until the server lets somebody in."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(psycopg.OperationalError), psycopg.connect(system.said["database"], connect_timeout=2):
            return
        time.sleep(0.02)
    raise AssertionError("PostgreSQL did not come back")


async def test_a_command_does_not_start_the_database_that_is_down(whole: System) -> None:
    """It is refused with what to do; the supervisor starts the server again where everybody looks for it."""
    server, browser = embedded.running(whole.data_dir / SERVER), await entered(whole)
    assert server is not None
    with without_database(whole):
        environment = {**clean(), "POORT_DATA_DIR": str(whole.data_dir)}
        command = [sys.executable, "-m", "cli", "log", "verify"]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: ASYNC221  nothing else goes on
        assert (done.returncode, done.stdout) == (1, ""), done.stdout
        assert "poort demo --data-dir" in done.stderr
        assert embedded.running(whole.data_dir / SERVER) is None
    await served(browser)
    back = embedded.running(whole.data_dir / SERVER)
    assert back is not None
    assert back.port == server.port
    await browser.close()


@contextmanager
def locked(system: System, table: str) -> Iterator[None]:
    """Lock a table of the gateway's database against everybody."""
    server = embedded.running(system.data_dir / SERVER)
    assert server is not None
    name = psycopg.conninfo.conninfo_to_dict(system.said["database"])["dbname"]
    with psycopg.connect(server.owner, dbname=name) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        connection.rollback()


@pytest.mark.slow
@pytest.mark.parametrize("table", ["access", "session"])
async def test_a_database_that_is_slow_releases_nothing_early(whole: System, table: str) -> None:
    """Five seconds without an answer from the store: a refusal at the limit, or the answer once it is recorded."""
    browser, log, control = await entered(whole), ReadLog(whole.said["database"]), Control(whole.control)
    mark = log.newest()
    control.reset()
    with locked(whole, table):
        began = time.monotonic()
        page = asyncio.create_task(browser.open_client(row(whole)))
        await asyncio.sleep(2.0)
        assert not page.done(), "released while its record could not be stored"
        async with Visitor(whole.said["gateway"]) as stranger:
            assert (await stranger.exchange("GET", STATIC)).status == 200
        await asyncio.wait({page}, timeout=3.5)
    reply = await asyncio.wait_for(page, 15)
    print(f"slow {table}: answered {reply.status} after {time.monotonic() - began:.1f} s")
    if table == "session":
        assert control.seen <= 1
    await served(browser)
    records = log.since(mark)
    if not REFERENCE.search(reply.body):
        assert [r for r in records if r["function"] == "client.overview.view" and r["decision"] == "allow"]
    await browser.close()


@pytest.mark.slow
async def test_a_write_whose_outcome_cannot_be_stored_is_unknown(whole: System) -> None:
    """The intent is stored, legacy has written, then the log stalls past its limit: "uitkomst onbekend"."""
    browser, control = await entered(whole), Control(whole.control)
    with control.switched(slow=3.0, only="uitkomst+zonder"):
        note = asyncio.create_task(browser.create_note(row(whole), "uitkomst zonder logboek"))
        await asyncio.sleep(1.5)  # the intent is stored and the request is with legacy
        with locked(whole, "access"):
            reply = await asyncio.wait_for(note, 25)
    assert UNKNOWN in reply.text, reply.text
    assert control.notes(row(whole), "uitkomst zonder logboek") == 1
    await served(browser)
    await browser.close()


async def test_a_routing_file_that_breaks_while_running_changes_nothing(whole: System) -> None:
    """The last good one stays in force, for every kind of breakage, and is left again once the file is mended."""
    browser, path = await entered(whole), whole.data_dir / "routing.yaml"
    good = path.read_text("utf-8")
    for broken in ("", "groups: [", good[: len(good) // 2], good.replace("stage: legacy", "stage: nieuw", 1), "\x00"):
        path.write_text(broken, "utf-8")
        await asyncio.sleep(0.7)
        assert "SNR Klant Form" in (await browser.open_client(row(whole))).text
        assert "SNR Vacature List Applet" in (await browser.search_vacancies(("s_11_1_6_0", "AM01"))).text
    path.write_text(good, "utf-8")
    await asyncio.sleep(0.7)
    await served(browser)
    await browser.close()


@pytest.mark.parametrize("broken", ["groups: [\n", *(("", "version: 1\nrevision: 1\n", "absent") if LONG else ())])
def test_a_broken_routing_file_refuses_the_start(whole: System, tmp_path: Path, broken: str) -> None:
    """Exit code 1 and a message that names the file; nothing listens."""
    path = tmp_path / "routing.yaml"
    if broken != "absent":
        path.write_text(broken, "utf-8")
    refused_start(whole, "POORT_ROUTING_FILE", path)


@pytest.mark.parametrize("broken", ["roles: {AW: 3}\n", *(("", "absent") if LONG else ())])
def test_a_broken_authorisation_file_refuses_the_start(whole: System, tmp_path: Path, broken: str) -> None:
    """The matrix is not guessed."""
    path = tmp_path / "authorisation.yaml"
    if broken != "absent":
        path.write_text(broken, "utf-8")
    refused_start(whole, "POORT_AUTHORISATION_FILE", path)


def refused_start(system: System, setting: str, path: Path) -> None:
    """Start a gateway beside the running one with a bad file."""
    environment = {
        **clean(), "POORT_DATA_DIR": str(system.data_dir), "POORT_GATEWAY_LISTEN": f"127.0.0.1:{free_base()}", setting: str(path),
    }  # fmt: skip
    command = [sys.executable, "-m", "cli", "gateway"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert path.name in done.stderr
    assert "Traceback" not in done.stderr
