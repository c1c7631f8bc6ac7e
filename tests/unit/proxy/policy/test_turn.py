"""Claims about what a recorded decision turns into."""

from proxy.policy.consequence import LACKS
from proxy.policy.turn import Lack, Verb


def test_every_verb_takes_or_gives():
    """Five of each, in pairs."""
    loses = {verb for verb in Verb if verb.loses}
    assert loses == {Verb.DENIED, Verb.WITHHELD, Verb.MASKED, Verb.CARDED, Verb.SIFTED}
    assert len(Verb) == 2 * len(loses)


def test_everything_that_can_be_lacking_is_said_in_dutch():
    """A reviewer reads why something could not be told."""
    assert set(LACKS) == set(Lack)
