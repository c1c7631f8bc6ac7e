"""The suites of both ends run on both event loops: the one of the gateway (uvloop) and the stock one."""

import asyncio

import uvloop

ON_BOTH = {"test_listener.py", "test_upstream.py"}


def pytest_asyncio_loop_factories(config, item):
    """Name the loops that a test runs on."""
    stock = {"asyncio": asyncio.SelectorEventLoop}
    return {"uvloop": uvloop.new_event_loop, **stock} if item.path.name in ON_BOTH else stock
