"""Claims about asking legacy again, in a session of our own at a real stand-in."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from adapters.legacy_sonar.canonical import SonarPages
from adapters.legacy_sonar.standin.people import PASSWORDS
from cli.pages import LegacyPages
from cli.shadowing import Again, Nobody, receiver
from cli.sides import control_map, legacy_http
from proxy.database import Role
from proxy.errors import UpstreamError
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.decision import Scope
from proxy.model.shadow import Seen
from proxy.settings import load
from proxy.shadow.client import SOCKET
from tests.doubles.offers import offer, statement
from tests.unit.adapters.legacy_sonar.standin.conftest import Running, process

SEARCH = Call(
    Format.HTML, (Link("client.search", "SNR Klant Zoek View", "SNR Klant List Applet", "InvokeMethod", "ExecuteQuery"),),
    "client.search", Kind.SEARCH, first_page=True, aliases=(("surname", "*"),),
)  # fmt: skip
VIEWS = control_map()


@pytest.fixture(scope="module")
def legacy() -> Iterator[Running]:
    """A stand-in for the tests of this file."""
    with process("--clients", "30", "--seed", "3") as running:
        yield running


class Taken:
    """Counts tokens of the budget; may be away."""

    def __init__(self):
        self.count, self.away = 0, False

    async def take(self):
        """Take one."""
        if self.away:
            raise psycopg.OperationalError
        self.count += 1


@pytest.fixture
async def asking(legacy):
    """A control with its budget."""
    legacy.control("/modes", {"reset": True})
    async with legacy_http(load({"POORT_LEGACY_URL": legacy.url})) as http:
        taken = Taken()
        yield Again(LegacyPages(http, ("BATCH", PASSWORDS["BATCH"]), 1000), VIEWS, taken.take), taken


def searched(**over):
    """Offer a search for everybody."""
    return replace(offer(asked=SEARCH), **over)


def seen(answer):
    """Read what legacy says."""
    found = SonarPages(VIEWS).read(SEARCH, answer)
    assert isinstance(found, Seen)
    return found


async def test_legacy_is_asked_what_the_client_asked(asking):
    """One log-in for all of it; a token for every request."""
    again, taken = asking
    first, second = [seen(await again.again(searched())) for _ in range(2)]
    assert first.parts == second.parts
    assert first.parts[0].total == 30
    assert taken.count == 3


async def test_the_scope_counts_only_where_the_client_was_held_to_it(asking):
    """The same question: a narrowed one narrowed, another one as it was."""
    again, _ = asking
    told = statement(SEARCH, scope=Scope(frozenset({"AM01"})))
    whole = seen(await again.again(searched(statement=told)))
    inside = seen(await again.again(searched(statement=told, narrowed=True)))
    assert inside.parts[0].total < whole.parts[0].total
    assert all("AM01" in {each.values["region"], each.values["responsible_region"]} for each in inside.parts[0].items)


async def test_what_only_the_clients_session_knows_is_not_asked(asking):
    """No log-in, no token."""
    again, taken = asking
    link = Link("home.worklist.view", "SNR Werkvoorraad View", command="GotoView")
    call = Call(Format.HTML, (link,), "home.worklist.view", Kind.CONSULT, first_page=True)
    assert await again.again(offer(asked=call)) is None
    assert taken.count == 0


async def test_a_session_that_is_over_is_opened_again(asking, legacy):
    """Once; the answer is the page and not the log-in."""
    again, _ = asking
    await again.again(searched())
    legacy.control("/sessions", {"forget": True})
    again._shut_until = 0.0
    assert seen(await again.again(searched())).parts[0].total == 30


async def test_a_log_in_that_was_refused_is_not_tried_again_at_once(asking, legacy):
    """Legacy locks accounts: the next mismatch goes without a second look."""
    again, taken = asking
    legacy.control("/modes", {"busy": True})
    with pytest.raises(UpstreamError):
        await again.again(searched())
    count = taken.count
    with pytest.raises(UpstreamError):
        await again.again(searched())
    assert taken.count == count


async def test_without_a_budget_nothing_is_asked(asking):
    """The database that keeps it is away."""
    again, taken = asking
    taken.away = True
    with pytest.raises(UpstreamError, match="no budget"):
        await again.again(searched())


async def test_without_an_account_nothing_is_asked_again():
    """A mismatch is settled by newcore itself then."""
    assert await Nobody().again(searched()) is None


async def test_the_duty_opens_and_closes_everything(database, tmp_path):
    """Also without a legacy and without a newcore: it waits for offers."""
    settings, stop = load({"POORT_DATA_DIR": str(tmp_path)}), asyncio.Event()
    async with receiver(settings, database.dsn(Role.WORKER)) as made:
        running = asyncio.create_task(made.run(tmp_path / SOCKET, stop))
        await asyncio.wait_for(made.listens.wait(), 5)
        stop.set()
        await asyncio.wait_for(running, 5)
    assert not (tmp_path / SOCKET).exists()
