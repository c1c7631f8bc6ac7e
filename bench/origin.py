"""The core of the bench: one page of 8 KB for every request, from its own process, as fast as Python can."""

import asyncio
import sys

import uvloop

PAGE = b"<html><body>" + b"<td>gegeven</td>" * 500 + b"</body></html>"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Type: text/html;charset=ISO-8859-1\r\n"
    b"Set-Cookie: _sn=!1.428.556d; path=/sonar_nld; HttpOnly\r\nCache-Control: no-cache\r\n"
    b"Content-Length: %d\r\n\r\n" % len(PAGE)
) + PAGE


class OnePage(asyncio.Protocol):
    """Answers every segment that ends a head; the bench sends requests without a body."""

    def connection_made(self, transport) -> None:  # noqa: D102
        self.transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: D102
        for _ in range(data.count(b"\r\n\r\n")):
            self.transport.write(ANSWER)


async def serve(port: int) -> None:
    """Serve for ever."""
    server = await asyncio.get_running_loop().create_server(OnePage, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
