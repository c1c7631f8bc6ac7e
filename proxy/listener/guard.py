"""What we use of mitmproxy that it does not promise, in one place; an upgrade that changes it stops the start.

Rules: the version is pinned; every private or undocumented name stands in `USED` with the reason, and is looked up at
the start by a `raise` (an assert is gone under -O). Each entry has a test that fails when the name or its shape goes.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from mitmproxy import version
from mitmproxy.proxy import commands, layer, mode_servers, mode_specs, server
from mitmproxy.proxy.layers import http, tls
from mitmproxy.proxy.layers.http import _base, _http1

from proxy.errors import OperatorError

PINNED = "12.3.1"


@dataclass(frozen=True, slots=True)
class Used:
    """One name of mitmproxy that we lean on, the parameters that it must have, and why we need it."""

    name: str
    found: Callable[[], object]
    parameters: tuple[str, ...]
    reason: str


USED = (
    Used(
        "http._base.HttpEvent", lambda: _base.HttpEvent, ("stream_id",), "our events travel between reader and stream"
    ),
    Used("http._base.ReceiveHttp", lambda: _base.ReceiveHttp, ("event",), "how a reader hands an event to its stream"),
    Used("http._http1.Http1Server", lambda: _http1.Http1Server, ("context",), "the reader that ours replaces"),
    Used(
        "http.SendHttp", lambda: http.SendHttp, ("event", "connection"), "how a stream hands its answer to the writer"
    ),
    Used("http.HttpLayer", lambda: http.HttpLayer, ("context", "mode"), "its table of connections takes our reader"),
    Used("HttpLayer.make_stream", lambda: http.HttpLayer.make_stream, ("self", "stream_id"), "replaced by our stream"),
    Used("HttpLayer.get_connection", lambda: http.HttpLayer.get_connection, ("self", "event", "reuse"), "second lock"),
    Used(
        "HttpLayer.event_to_child", lambda: http.HttpLayer.event_to_child, ("self", "child", "event"), "routes events"
    ),
    Used("HttpLayer._handle_event", lambda: http.HttpLayer._handle_event, ("self", "event"), "wrapped for time-outs"),  # noqa: SLF001
    Used("Layer._handle_event", lambda: layer.Layer._handle_event, ("self", "event"), "what our layers implement"),  # noqa: SLF001
    Used(
        "commands.StartHook.blocking", lambda: commands.StartHook.blocking, (), "a hook pauses its layer until answered"
    ),
    Used(
        "LiveConnectionHandler", lambda: server.LiveConnectionHandler, ("reader", "writer", "options", "mode"), "base"
    ),
    Used("open_connection", lambda: server.ConnectionHandler.open_connection, ("self", "command"), "third lock"),
    Used("ServerInstance.make", lambda: mode_servers.ServerInstance.make, ("mode", "manager"), "finds our own mode"),
    Used(
        "AsyncioServerInstance.listen",
        lambda: mode_servers.AsyncioServerInstance.listen,
        ("self", "host", "port"),
        "own socket",
    ),
    Used("ProxyMode.parse", lambda: mode_specs.ProxyMode.parse, ("spec",), "registers our mode by subclassing"),
    Used("ClientTLSLayer", lambda: tls.ClientTLSLayer, ("context",), "terminates TLS with our own context"),
)


def check(installed: str = version.VERSION, used: tuple[Used, ...] = USED) -> None:
    """Refuse to start on another mitmproxy than the one that was read line by line."""
    if installed != PINNED:
        raise OperatorError(
            f"mitmproxy: found version {installed}, allowed is {PINNED}; install requirements/runtime.txt"
        )
    for each in used:
        _check_one(each)


def _check_one(used: Used) -> None:
    try:
        found = used.found()
    except AttributeError as error:
        raise OperatorError(f"mitmproxy: {used.name} is gone ({used.reason}); go back to {PINNED}") from error
    if not used.parameters:
        if found is not True:
            raise OperatorError(f"mitmproxy: {used.name} is {found!r} ({used.reason}); go back to {PINNED}")
        return
    parameters = tuple(inspect.signature(found).parameters) if callable(found) else ()
    if parameters != used.parameters:
        raise OperatorError(
            f"mitmproxy: {used.name} takes {parameters}, expected {used.parameters} ({used.reason}); go back to {PINNED}"
        )
