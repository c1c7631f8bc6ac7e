"""Claims about a client's connection; its conduct over sockets is the listener's contract (tests/contract)."""

import asyncio

from proxy.listener.client import Wire


def test_a_client_is_served_as_a_protocol_of_the_loop():
    """No stream objects between the socket and the grammar."""
    assert issubclass(Wire, asyncio.Protocol)
    assert Wire.data_received is not asyncio.Protocol.data_received
