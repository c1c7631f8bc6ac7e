"""Gives every exchange an answer of one shape: HEAD is GET without its body, a fault is a problem document.

Rule: whoever is told of a fault may name its type and place, and never its message, which may quote a record.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newcore.problem import Problem


class Whole:
    """An application that answers HEAD, and whatever breaks in it."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Problem], ASGIApp], tell: Callable[[Exception], object]) -> None:
        """Take the application, what answers a refusal, and whom to tell of a fault."""
        self._app, self._refuse, self._tell = app, refuse, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the application; a connection of which an answer has begun is left to break off."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, headless = False, scope["method"] == "HEAD"

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send({**message, "body": b""} if headless and "body" in message else message)

        try:
            await self._app({**scope, "method": "GET"} if headless else scope, receive, sent)
        except Exception as fault:  # noqa: BLE001  of any kind: an answer is owed
            self._tell(fault)
            if not begun:
                await self._refuse(Problem(500, "The request failed."))(scope, receive, sent)
