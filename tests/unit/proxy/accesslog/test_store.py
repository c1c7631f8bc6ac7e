"""Claims about how the ledger fills a batch; what a ledger must do for its callers: tests/contract/test_ledger.py."""

import asyncio
import os

from proxy.accesslog.batch import bundle
from proxy.accesslog.store import _Queue, _Waiting
from proxy.model.entry import Completion, Delivery, SessionChange
from tests.failures.log.builders import exchange, session


def waiting(*keys: bytes) -> _Waiting:
    """Build a bundle that waits, with changes of these sessions."""
    changes = (SessionChange(0, session(key)) for key in keys)
    return _Waiting(bundle((*exchange(), *changes)), asyncio.get_running_loop().create_future(), 0.0)


async def test_two_changes_of_one_session_never_share_a_batch():
    """The second waits for the next batch, and keeps its place before what came later."""
    key, queue = os.urandom(32), _Queue()
    one, two, three, four = waiting(key), waiting(key), waiting(), waiting(key)
    queue.bundles.extend([one, two, three, four])
    assert queue.take(10).waiting == [one, three]
    assert queue.take(10).waiting == [two]
    assert queue.take(10).waiting == [four]


async def test_batch_is_bounded_and_in_order():
    """What does not fit in this batch is first in the next; completions are bounded alike."""
    queue = _Queue()
    all_of_them = [waiting() for _ in range(5)]
    queue.bundles.extend(all_of_them)
    ended = [Completion(each.bundle.access.id, Delivery.DELIVERED, 1, 1) for each in all_of_them if each.bundle.access]
    queue.completions.extend(ended)
    first, second = queue.take(3), queue.take(3)
    assert (first.waiting, second.waiting) == (all_of_them[:3], all_of_them[3:])
    assert (first.completions, second.completions) == (ended[:3], ended[3:])
    assert not queue


async def test_expired_bundle_is_not_begun():
    """Whoever was told that nothing was stored is not stored afterwards, as long as it was not begun."""
    queue = _Queue()
    late, good = waiting(), waiting()
    queue.bundles.extend([late, good])
    late.fail("too late")
    assert queue.take(10).waiting == [good]
    assert late.receipt.exception() is not None


async def test_batch_that_failed_goes_before_new_ones():
    """What must be written again is written first."""
    queue = _Queue()
    old, new = waiting(), waiting()
    queue.bundles.append(old)
    queue.again.append(queue.take(1))
    queue.bundles.append(new)
    assert queue.take(10).waiting == [old]
    assert queue.take(10).waiting == [new]
