"""Claims about the access record of a hand-over."""

from uuid import UUID

from proxy.model.call import Kind
from proxy.model.shadow import Judged
from proxy.shadow.record import handed_over
from tests.doubles.offers import EXCHANGE, NOW, offer


def test_a_hand_over_is_recorded_as_what_it_is_and_as_nobodys_consultation():
    """Kind shadow, for which purpose, which function, how many persons, which exchange knows them; no account, no session."""
    judged = (Judged("1-7A", kept=True), Judged("1-7B", kept=False))
    record = handed_over(offer(judged=judged), UUID(int=5), NOW)
    assert (record.id, record.kind, record.purpose, record.core) == (UUID(int=5), Kind.SHADOW, "comparison", "newcore")
    assert (record.rows, record.detail, record.function) == (2, str(EXCHANGE), "vacancy.search")
    assert (record.user, record.session, record.client) == (None, None, "")
