"""Claims about the locks against an upstream connection; what the layers do with requests is the listener's contract."""

import pytest
from mitmproxy.proxy.layers.http import GetHttpConnection

from proxy.listener.layers import ForbiddenError, LockedHttpLayer


def test_asking_for_a_connection_is_forbidden():
    """None is ever opened: whatever add-on or bug asks, it raises before anything is opened."""
    locked = LockedHttpLayer.__new__(LockedHttpLayer)
    asked = GetHttpConnection(("127.0.0.1", 8200), False, None)
    with pytest.raises(ForbiddenError):
        list(locked.get_connection(asked))
