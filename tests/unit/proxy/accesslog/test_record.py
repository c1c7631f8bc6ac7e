"""Claims about rows and reference numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.accesslog.record import LONGEST, access_link, access_row, candidates, canonical, codes, cut, reference, uuid7
from proxy.model.person import Category
from tests.failures.log.builders import access

NOW = datetime(2026, 11, 25, 21, 39, 23, 123456, tzinfo=UTC)


def test_id_is_a_uuid_of_version_seven():
    """The id carries its moment in milliseconds, version 7 and variant 2 (RFC 9562)."""
    made = uuid7(NOW, b"\xff" * 10)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(NOW.timestamp() * 1000)


def test_ids_sort_by_their_moment():
    """A later id is a larger one."""
    assert uuid7(NOW, b"\xff" * 10) < uuid7(NOW + timedelta(milliseconds=1), b"\x00" * 10)


@given(
    st.integers(1_105_000_000_000, 3_150_000_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)),
    st.binary(min_size=10, max_size=10),
)
def test_reference_number_leads_back_to_its_exchange(moment: datetime, noise: bytes):
    """Exactly one of the ranges of a reference number holds the id that it was made of."""
    made = uuid7(moment, noise)
    assert sum(low <= made <= high for low, high in candidates(reference(made))) == 1


def test_reference_number_can_be_read_out():
    """A reference number has no letters that are taken for digits, and forgives what people make of it."""
    number = reference(uuid7(NOW, bytes(range(10))))
    assert number.startswith("SP-")
    assert not set(number[3:]) & set("ILOU")
    assert candidates(number.lower().replace("0", "o").replace("1", "l").replace("-", " ")[3:]) == candidates(number)


@pytest.mark.parametrize("wrong", ["", "SP-", "SP-0000-0000-000", "SP-0000-0000-000U", "%", "SP-0000-0000-00000"])
def test_what_is_no_reference_number_is_refused(wrong: str):
    """The error shows what was found and what a number looks like."""
    with pytest.raises(ValueError, match="looks like SP-"):
        candidates(wrong)


def test_reference_does_not_give_the_whole_id():
    """54 bits of the id stay out of the number: it identifies, it does not replace the id."""
    one = uuid7(NOW, b"\x00" * 10)
    assert reference(one) == reference(UUID(int=one.int | 0xFFFF))


def test_moment_is_written_in_utc():
    """The same moment in another zone gives the same row."""
    found = access(now=NOW)
    elsewhere = replace(found, occurred_at=NOW.astimezone(timezone(timedelta(hours=2))))
    assert canonical(access_row(found)) == canonical(access_row(elsewhere))


def test_row_of_unstorable_text_is_mended():
    """NUL and surrogates become readable marks; all else stays as it was."""
    row = orjson.loads(canonical({"a": "x\x00y", "b": ["\ud800"], "c": ("é", 1, None, True)}))
    assert row == {"a": "x\N{REPLACEMENT CHARACTER}y", "b": ["?"], "c": ["é", 1, None, True]}


def test_mended_row_stays_as_it_is():
    """Reading a mended row back gives the same bytes, so verification has nothing to complain of."""
    once = canonical({"a": "x\x00y\ud800"})
    assert canonical(orjson.loads(once)) == once


def test_long_text_is_cut_and_short_text_is_not():
    """What a client chose takes 500 characters at most."""
    assert cut("x" * LONGEST) == "x" * LONGEST
    assert cut("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"
    assert cut(None) is None


def test_record_with_persons_is_one_line():
    """What is hashed holds no line feed, which parts it from place and moment."""
    assert b"\n" not in access_link(access_row(access(detail="a\nb")), [("p", "r")], [])


def test_categories_are_sorted():
    """The same set is always written alike."""
    assert codes(frozenset({Category.NA, Category.CT})) == codes(frozenset({Category.CT, Category.NA})) == "{CT,NA}"
    assert codes(frozenset()) == "{}"
