"""Claims about whose credentials legacy accepted a moment ago."""

from dataclasses import replace

import pytest

from proxy.identity.vouched import MOST, SECONDS, Vouched
from proxy.model.call import Call, Format, Kind, Link

SECRET = b"s" * 32
CALL = Call(
    Format.SOAP, (Link("iface.gem.client.query"),), "iface.gem.client.query", Kind.INTERFACE, account="GEM0106",
    password=b"geheim", context=False, repeatable=True,
)  # fmt: skip


def test_what_legacy_accepted_holds_for_some_minutes():
    """Until then, and not a second longer."""
    vouched = Vouched()
    assert not vouched.holds(CALL, SECRET, 0)
    vouched.told(CALL, SECRET, 0, accepted=True)
    assert vouched.holds(CALL, SECRET, SECONDS - 1)
    assert not vouched.holds(CALL, SECRET, SECONDS)


@pytest.mark.parametrize(
    "over", [{"password": b"anders"}, {"account": "GEM0518"}, {"password": None}, {"account": None}], ids=str
)
def test_it_holds_for_the_very_same_credentials_alone(over):
    """Another password, another account, or none."""
    vouched = Vouched()
    vouched.told(CALL, SECRET, 0, accepted=True)
    assert not vouched.holds(replace(CALL, **over), SECRET, 1)


def test_what_legacy_refuses_is_forgotten_at_once():
    """A password that was changed in legacy is no password of newcore."""
    vouched = Vouched()
    vouched.told(CALL, SECRET, 0, accepted=True)
    vouched.told(CALL, SECRET, 1, accepted=False)
    assert not vouched.holds(CALL, SECRET, 2)


def test_account_and_password_are_not_run_together():
    """`a` with `bc` is not `ab` with `c`."""
    vouched = Vouched()
    vouched.told(replace(CALL, account="a", password=b"bc"), SECRET, 0, accepted=True)
    assert not vouched.holds(replace(CALL, account="ab", password=b"c"), SECRET, 1)


def test_so_many_are_kept_and_the_oldest_go_first():
    """A machine that tries passwords cannot fill the memory."""
    vouched = Vouched()
    calls = [replace(CALL, account=f"G{number}") for number in range(MOST + 1)]
    for each in calls:
        vouched.told(each, SECRET, 0, accepted=True)
    assert [vouched.holds(each, SECRET, 1) for each in calls].count(True) == MOST
    assert not vouched.holds(calls[0], SECRET, 1)


def test_no_password_is_kept_or_printed():
    """What is in memory is a keyed digest."""
    vouched = Vouched()
    vouched.told(CALL, SECRET, 0, accepted=True)
    assert "geheim" not in f"{vouched}{CALL}"
    assert b"geheim" not in b"".join(vouched._until)
