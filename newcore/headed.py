"""Gives every answer the same headers, errors included.

Why not the framework's own way: it costs a task and a queue for every answer, and this is one line of each.
"""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Headed:
    """An application whose answers carry these headers, in place of any that it gave them itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        """Take the application and the headers."""
        self._app = app
        self._fields = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]
        self._names = {name for name, _ in self._fields}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the application."""

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [each for each in message["headers"] if each[0].lower() not in self._names]
                message = {**message, "headers": [*own, *self._fields]}
            await send(message)

        await self._app(scope, receive, headed if scope["type"] == "http" else send)
