"""The listener and the upstream without the line: for figures and for HTTP checkers, never for clients.

Rules: it decides nothing and records nothing, so it listens on the loopback address only and cannot be reached from
`poort`. A connection to the origin belongs to one client connection, as it belongs to one session in the gateway.
"""

import argparse
import asyncio
import signal
import sys

import uvloop

from proxy.errors import OperatorError, UpstreamError
from proxy.listener.client import CONNECTION
from proxy.listener.encode import plain_answer
from proxy.listener.head import RequestRules
from proxy.listener.mitm import ListenerSettings, MitmListener
from proxy.listener.upstream import Pool, UpstreamSettings
from proxy.model.entry import Delivery
from proxy.model.exchange import End, Static
from proxy.model.http import BadHead, Request

REPEATABLE = frozenset((b"GET", b"HEAD"))
HOSTS = frozenset((b"localhost", b"127.0.0.1"))


class PassingCarrier:
    """Passes everything on to one origin."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.completions = 0

    async def exchange(self, request: Request) -> End:
        """Send, and turn a fault into 502."""
        session = b"%d" % CONNECTION.get(0)
        try:
            answer = await self._pool.send(request, session=session, repeatable=request.method in REPEATABLE)
        except UpstreamError as error:
            return Static(plain_answer(503 if error.fault == "busy" else 502))
        return Static(answer)

    async def refuse(self, bad: BadHead) -> End:
        """Answer with the status of the broken rule."""
        return Static(plain_answer(bad.status))

    def completed(self, end: End, delivery: Delivery, size: int) -> None:  # noqa: ARG002 - the port's signature
        """Count."""
        self.completions += 1


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="passthrough", description=__doc__)
    parser.add_argument("--listen", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--origin", required=True, help="port on 127.0.0.1, or HOST:PORT")
    parser.add_argument("--connections", type=int, default=400, help="connections to the origin at most")
    parser.add_argument("--reuse-port", action="store_true", help="share the port with other workers")
    return parser.parse_args(given)


async def serve(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; gives the exit code."""
    origin = options.origin if ":" in options.origin else f"127.0.0.1:{options.origin}"
    pool = Pool(f"http://{origin}", UpstreamSettings(max_connections=options.connections), core="origin")
    rules = RequestRules(hosts=HOSTS, raw_query=True)
    listener = MitmListener(
        ListenerSettings(port=options.listen, rules=rules, reuse_port=options.reuse_port, drain=10.0)
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, listener.stop)
    serving = asyncio.create_task(listener.serve(PassingCarrier(pool)))
    ready = asyncio.create_task(listener.started.wait())
    await asyncio.wait((serving, ready), return_when=asyncio.FIRST_COMPLETED)
    if ready.done():
        print(f"listening 127.0.0.1:{listener.port}", flush=True)
    ready.cancel()
    await serving
    await pool.close()
    return 1 if listener.unfinished else 0


def main(given: list[str] | None = None) -> int:
    """Run on uvloop."""
    try:
        return uvloop.run(serve(_arguments(given)))
    except OperatorError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
