"""Cuts off a body that is larger than any record: before it is read, and also where no length was told.

Rule: what was read so far is dropped, the answer is 413, and the application never sees the rest.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newcore.problem import Problem


class Limited:
    """An application that takes bodies up to a number of bytes."""

    def __init__(self, app: ASGIApp, most: int, refuse: Callable[[Problem], ASGIApp]) -> None:
        """Take the application, the limit, and what answers a refusal."""
        self._app, self._most, self._refuse = app, most, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request whose body stays within the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        parts, size, more = [], 0, _announces(scope)
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            parts.append(message.get("body", b""))
            size, more = size + len(parts[-1]), message.get("more_body", False)
            if size > self._most:
                refusal = Problem(413, f"The body is too large; at most {self._most} bytes are taken.")
                await self._refuse(refusal)(scope, receive, send)
                return
        await self._app(scope, _again(b"".join(parts), receive), send)


def _announces(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already, and after it whatever comes."""
    unread = [body]

    async def from_here() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return from_here
