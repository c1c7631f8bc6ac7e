"""The way of a request to legacy: positioned first, where newcore's answers left SONAR behind.

Rules:
1. A session that SONAR stands right for goes up as it came.
2. The read of ours goes up before the request, once, on the connection of the same session. Only where its answer shows
   what it was to reach is the request sent; else the call ends, and nothing of it was sent.
3. Where legacy's own session is over, its log-in page is the answer of the call, as it would have been.
4. A token that legacy gave to the read of ours reaches the client with the answer.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from proxy.errors import UnplacedError
from proxy.identity.astray import at_home
from proxy.model.call import Call, Kind, StaticCall
from proxy.model.http import Answer, Request
from proxy.model.principal import Session
from proxy.ports import Dialect, Upstream

SLOW_KINDS = frozenset({Kind.REPORT, Kind.EXPORT})
_SET_COOKIE = b"set-cookie"


@dataclass(frozen=True, slots=True)
class Ready:
    """What is known before the request goes up."""

    request: Request
    first: Answer | None = None
    """Legacy's answer to the read of ours."""
    over: bool = False
    """Legacy's session is over: `first` is the answer of the call."""
    positioned: bool = False
    """The request is not the one that was asked for, or comes after a read of ours."""


async def placed(
    legacy: Upstream, dialect: Dialect, asked: tuple[Request, Call | StaticCall, Session | None], owner: bytes
) -> Ready:
    """Position SONAR for a call; raises UnplacedError where it cannot be, and what sending raises."""
    request, call, session = asked
    if session is None or at_home(session) or not isinstance(call, Call):
        return Ready(request)
    way = dialect.position(request, call, session)
    if way is None:
        raise UnplacedError(sent=False)
    if way.before is None:
        return Ready(way.request, positioned=way.request is not request)
    first = await legacy.send(way.before, session=owner, repeatable=False)
    if dialect.ended(call, first):
        return Ready(way.request, first, over=True)
    if not dialect.stands(way, first):
        raise UnplacedError(sent=True)
    return Ready(way.request, first, positioned=True)


def handed(dialect: Dialect, ready: Ready, answer: Answer) -> Answer:
    """Give the answer with the token that came with the read of ours, unless it brings a newer one."""
    if ready.first is None or dialect.rotated(ready.first) is None or dialect.rotated(answer) is not None:
        return answer
    fresh = tuple(each for each in ready.first.fields if each[0].lower() == _SET_COOKIE)
    return replace(answer, fields=(*answer.fields, *fresh))


def owner_of(call: Call | StaticCall, session: Session | None, exchange: UUID) -> bytes:
    """Name who may use an upstream connection after this: the session, everybody's statics, or this exchange alone."""
    if session is not None:
        return session.key
    return b"static" if isinstance(call, StaticCall) else exchange.bytes


def is_repeatable(call: Call | StaticCall) -> bool:
    """Tell whether the request may go out a second time on a fresh connection."""
    return isinstance(call, StaticCall) or call.repeatable


def is_slow(call: Call | StaticCall) -> bool:
    """Tell whether legacy may take its time: a report or an export is made as it is asked for."""
    return isinstance(call, Call) and call.kind in SLOW_KINDS
