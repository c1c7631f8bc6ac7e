import pytest

from cli.statement import signer
from proxy.errors import UpstreamError
from rollout.client import MANY, NewcoreClient
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


async def test_many_records_go_in_together_and_each_has_its_outcome(moving):
    """In their order; one that newcore refuses is that one's failure, and the others are kept."""
    async with NewcoreClient(moving.settings.newcore_url, signer(moving.settings)) as target:
        rows = [Row(f"1-E{number}", TEXTS) for number in range(5)]
        assert await target.apply(Entity.EMPLOYER, rows[3], 3) == "applied"
        assert await target.remove(Entity.EMPLOYER, rows[1].id, 3) == "applied"
        told = await target.apply_many(Entity.EMPLOYER, rows, 3)
        assert told == ["applied", "removed", "applied", "older", "applied"]
        poisoned = [Row("1-E0", TEXTS), Row("1-E2", TEXTS | {"name": "geheim\x00"}), Row("1-E4", TEXTS)]
        first, refused, last = await target.apply_many(Entity.EMPLOYER, poisoned, 9)
        assert (first, last) == ("applied", "applied")
        assert str(refused) == "newcore refuses it: body:/name null-character"
        assert await target.apply_many(Entity.EMPLOYER, [], 9) == []


async def test_more_than_one_request_takes_is_cut_into_several(moving):
    """By number and by length; a record that is larger than any is refused and does not stop the others."""
    async with NewcoreClient(moving.settings.newcore_url, signer(moving.settings)) as target:
        rows = [Row(f"1-E{number}", TEXTS) for number in range(MANY + 1)]
        assert await target.apply_many(Entity.EMPLOYER, rows, 3) == ["applied"] * (MANY + 1)
        long = dict.fromkeys(TEXTS, "\x81" * 32_768) | {"kvk": "1"}
        assert (
            await target.apply_many(Entity.EMPLOYER, [Row(f"1-L{each}", long) for each in range(4)], 3)
            == ["applied"] * 4
        )
        huge = Row("1-H", {"x": "x" * (2 * 2**20)})
        refused, other = await target.apply_many(Entity.EMPLOYER, [huge, Row("1-E0", TEXTS)], 4)
        assert isinstance(refused, RejectedError)
        assert other == "applied"
