"""Claims about the seal of a form: made here, for this session and purpose, good once."""

from dataclasses import replace

import pytest

from proxy.identity.seal import Seal, seal, weigh
from tests.doubles.playbook import SECRET, session

OWN = session(version=7)
MADE = seal(SECRET, OWN, "grant.request x")


def test_a_seal_is_good_until_the_session_goes_on():
    """The same seal is stale at the next version: the form was used, or something else happened since."""
    assert weigh(SECRET, OWN, "grant.request x", MADE) is Seal.GOOD
    assert weigh(SECRET, replace(OWN, version=8), "grant.request x", MADE) is Seal.STALE


@pytest.mark.parametrize(
    "given", ["", "7-", "7", "x-y", MADE[:-1], MADE + "0", "8" + MADE[1:], "07" + MADE[1:], "-" + MADE, "7-€", "9" * 13]
)
def test_what_was_not_made_here_is_forged(given):
    """An empty seal, a cut one, and the version of another one."""
    assert weigh(SECRET, OWN, "grant.request x", given) is Seal.FORGED


def test_a_seal_is_of_one_session_one_purpose_and_one_key():
    """The seal of an attacker's own session is worth nothing in another's."""
    assert weigh(SECRET, replace(OWN, key=bytes(32)), "grant.request x", MADE) is Seal.FORGED
    assert weigh(SECRET, OWN, "grant.request y", MADE) is Seal.FORGED
    assert weigh(b"other", OWN, "grant.request x", MADE) is Seal.FORGED
