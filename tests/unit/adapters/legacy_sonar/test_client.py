"""The legacy as a client sees it: against the stand-in, in a process of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from adapters.legacy_sonar.client import LegacyClient, quote
from proxy.errors import UpstreamError

_LISTENS = re.compile(r"(http://[\d.:]+)/")
USER, PASSWORD = "AWE0421", "Demo-AWE0421-1"


@pytest.fixture(scope="module")
def legacy() -> Iterator[str]:
    """A stand-in with a few people and vacancies."""
    command = [sys.executable, "-m", "adapters.legacy_sonar.standin", "serve", "--port", "0", "--control-port", "0"]
    child = subprocess.Popen([*command, "--clients", "120", "--seed", "3"], stderr=subprocess.PIPE, text=True)
    try:
        lines: list[str] = []
        while not (found := _LISTENS.search(lines[-1] if lines else "")):
            line = child.stderr.readline()
            assert line, lines
            lines.append(line)
        yield found[1]
    finally:
        child.terminate()
        child.wait(10)
        child.stderr.close()


async def test_every_vacancy_is_paged_through_and_opened(legacy, views) -> None:
    """As many as legacy counts, each once; an opened one has all the fields of the list and more."""
    taken = 0

    async def take() -> None:
        nonlocal taken
        taken += 1

    async with httpx.AsyncClient(base_url=legacy) as http, LegacyClient(http, views, take) as client:
        await client.login(USER, PASSWORD)
        listed = {row: texts async for row, texts in client.vacancies()}
        assert len(listed) > 20
        assert taken >= len(listed) / 10
        for row in list(listed)[:3]:
            opened = await client.open_vacancy(row)
            shared = (
                "vacancy_id",
                "title",
                "occupation",
                "employer_name",
                "region",
                "hours",
                "level",
                "status",
                "opened",
            )
            assert {name: opened.texts[name] for name in shared} == {name: listed[row][name] for name in shared}
            assert opened.version is not None
            assert opened.texts["kvk"]


async def test_a_search_gives_only_what_it_asks(legacy, views) -> None:
    """Criteria are those of the screen; letters outside ASCII are written as legacy reads them."""
    async with httpx.AsyncClient(base_url=legacy) as http, LegacyClient(http, views) as client:
        await client.login(USER, PASSWORD)
        found = [texts async for _, texts in client.vacancies({6: "AM01", 9: "Open"})]
        assert found
        assert {(texts["region"], texts["status"]) for texts in found} == {("AM01", "Open")}
        assert [texts async for _, texts in client.vacancies({2: "Müller € bestaat niet"})] == []


async def test_employers_are_read(legacy, views) -> None:
    """List and record agree."""
    async with httpx.AsyncClient(base_url=legacy) as http, LegacyClient(http, views) as client:
        await client.login(USER, PASSWORD)
        listed = {row: texts async for row, texts in client.employers()}
        assert listed
        row = next(iter(listed))
        opened = await client.open_employer(row)
        assert {name: opened.texts[name] for name in listed[row]} == dict(listed[row])


async def test_what_is_not_there_is_an_error(legacy, views) -> None:
    """A wrong password, an unknown record, no session: never an empty record."""
    async with httpx.AsyncClient(base_url=legacy) as http:
        with pytest.raises(UpstreamError, match="log-in refused"):
            await LegacyClient(http, views).login(USER, "fout")
        with pytest.raises(UpstreamError, match="session over"):
            await LegacyClient(http, views).open_vacancy("1-V100")
        async with LegacyClient(http, views) as client:
            await client.login(USER, PASSWORD)
            with pytest.raises(UpstreamError, match="not-found"):
                await client.open_vacancy("1-VZZZZ")


async def test_a_profile_is_asked_for_by_bsn_with_the_account_of_the_session(legacy, views) -> None:
    """One token of the budget; nobody with that BSN is nobody; who is not logged in is told so, without the password."""
    taken = 0

    async def take() -> None:
        nonlocal taken
        taken += 1

    async with httpx.AsyncClient(base_url=legacy) as http, LegacyClient(http, views, take) as client:
        with pytest.raises(UpstreamError, match="SNR-1001"):
            await client.profiles("999990019")
        await client.login(USER, PASSWORD)
        listed = [texts async for _, texts in client.people({7: "*"})]
        before = taken
        (found,) = await client.profiles(listed[0]["bsn"].zfill(9))
        assert taken == before + 1
        assert found.person["surname"] == listed[0]["surname"].rstrip()
        assert await client.profiles("123456782") == ()


@pytest.mark.parametrize(
    ("status", "media", "body", "fault"),
    [
        (200, "text/html", "<html>onderhoud</html>", r"unreadable \(soap-"),
        (200, "text/xml", "<a>999990019", r"unreadable \(soap-"),
        (503, "text/html", "<html>onderhoud</html>", "status-503"),
    ],
)
async def test_an_answer_that_is_no_profile_is_an_error_without_its_words(views, status, media, body, fault) -> None:
    """The first is of that person, a server that has trouble is everybody's."""

    def answered(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"Content-Type": media}, stream=httpx.ByteStream(body.encode()))

    async with httpx.AsyncClient(base_url="http://legacy", transport=httpx.MockTransport(answered)) as http:
        with pytest.raises(UpstreamError, match=fault) as raised:
            await LegacyClient(http, views).profiles("999990019")
    assert "999990019" not in str(raised.value)


async def test_a_legacy_that_is_not_there_is_an_error(views) -> None:
    """Nothing listens: nothing was sent."""
    async with httpx.AsyncClient(base_url="http://127.0.0.1:1") as http:
        with pytest.raises(UpstreamError) as raised:
            await LegacyClient(http, views).login(USER, PASSWORD)
        assert not raised.value.sent


def test_values_are_written_as_legacy_reads_them() -> None:
    """windows-1252, blanks as plus."""
    assert quote("Müller-Coördinatie €") == b"M%FCller-Co%F6rdinatie+%80"
