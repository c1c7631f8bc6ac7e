import pytest

from cli.statement import signer
from proxy.errors import UpstreamError
from rollout.client import NewcoreClient
from rollout.record import Entity, RejectedError, Row, digest

TEXTS = dict.fromkeys(
    ("kvk", "name", "address", "postcode", "city", "region", "contact_person", "phone", "email", "sector", "mod_num"),
    "x ",
)


async def test_records_go_in_and_are_listed(moving):
    """Applied once, older the second time, removed for good."""
    async with NewcoreClient(moving.settings.newcore_url, signer(moving.settings)) as target:
        row = Row("1-E1", TEXTS)
        assert [await target.apply(Entity.EMPLOYER, row, 3) for _ in range(2)] == ["applied", "older"]
        (held,) = [each async for each in target.held(Entity.EMPLOYER)]
        assert (held.id, held.subject, held.version, held.digest) == ("1-E1", "1-E1", 3, digest(row))
        assert (await target.texts(Entity.EMPLOYER, "1-E1"))["contactPerson"] == "x "
        assert await target.remove(Entity.EMPLOYER, "1-E1", 4) == "applied"
        assert await target.apply(Entity.EMPLOYER, row, 9) == "removed"
        assert await target.texts(Entity.EMPLOYER, "1-E1") is None


async def test_a_refused_record_and_a_statement_of_nobody_are_told_apart(moving):
    """Sending a poisonous record again cannot help; a wrong key can be mended."""
    async with NewcoreClient(moving.settings.newcore_url, signer(moving.settings)) as target:
        with pytest.raises(RejectedError, match=r"body:/name null-character$"):
            await target.apply(Entity.EMPLOYER, Row("1-E1", TEXTS | {"name": "geheim\x00"}), 3)
    async with NewcoreClient(moving.settings.newcore_url, lambda _: "wrong") as target:
        with pytest.raises(UpstreamError, match="status-401"):
            await target.apply(Entity.EMPLOYER, Row("1-E1", TEXTS), 3)


async def test_a_newcore_that_is_down_is_an_upstream_fault():
    """The worker waits and goes on."""
    async with NewcoreClient("http://127.0.0.1:1", lambda _: "x") as target:
        with pytest.raises(UpstreamError):
            await target.apply(Entity.EMPLOYER, Row("1-E1", TEXTS), 3)
