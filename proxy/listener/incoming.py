"""One answer of a core, read from bytes as they come; pure, so that every cut can be tested.

Rules: interim answers (1xx) are skipped, at most eight; the body is bounded by the cap of its kind; what follows the
answer is surplus: if it looks like another answer the first one is not believed either (a split answer looks so), and
with any surplus the connection is not used again.
"""

from dataclasses import dataclass

from proxy.listener.answer import AnswerHead, is_export, read_answer
from proxy.listener.body import Body, ChunkedBody, EndlessBody, LengthBody
from proxy.listener.rule import BrokenRuleError, Rule
from proxy.model.http import Answer

INTERIM_LIMIT = 8


@dataclass(frozen=True, slots=True)
class AnswerCaps:
    """Largest bodies of an answer: a page, and an export or attachment."""

    page: int = 8 * 1024 * 1024
    export: int = 64 * 1024 * 1024


class IncomingAnswer:
    """Reads the answer to one request. `begun`: at least one byte of it came; `keep`: the connection is still good."""

    __slots__ = ("_buffer", "_caps", "_interim", "_method", "_reading", "begun", "keep")

    def __init__(self, method: bytes, caps: AnswerCaps) -> None:
        self._method, self._caps, self._interim = method, caps, 0
        self._buffer, self.begun, self.keep = b"", False, False
        self._reading: tuple[AnswerHead, Body] | None = None

    def feed(self, data: bytes) -> Answer | None:
        """Take bytes; gives the answer once it is complete; raises BrokenRuleError."""
        self.begun = True
        if self._reading is None:
            data = self._read_head(data)
        if self._reading is None or not self._reading[1].feed(data):
            return None
        return self._complete(*self._reading)

    def end(self) -> Answer | None:
        """The connection ended in order: gives the answer if that completes it, None if it was cut off."""
        if self._reading is None or not self._reading[1].end():
            return None
        self.keep = False
        return self._complete(*self._reading)

    def _read_head(self, data: bytes) -> bytes:
        """Skip interim answers, take the final head; gives what follows it."""
        self._buffer = self._buffer + data if self._buffer else data
        while (head := read_answer(self._buffer, self._method)) is not None:
            self._buffer = self._buffer[head.size :]
            if head.status >= 200:
                return self._begin_body(head)
            self._interim += 1
            if self._interim > INTERIM_LIMIT:
                raise BrokenRuleError(Rule.INTERIM)
            if not self._buffer:
                break
        return b""

    def _begin_body(self, head: AnswerHead) -> bytes:
        limit = self._caps.export if is_export(head.fields) else self._caps.page
        if head.length is not None and head.length > limit:
            raise BrokenRuleError(Rule.BODY)
        self.keep = head.keep
        if head.chunked:
            self._reading = head, ChunkedBody(limit)
        else:
            self._reading = head, EndlessBody(limit) if head.length is None else LengthBody(head.length)
        rest, self._buffer = self._buffer, b""
        return rest

    def _complete(self, head: AnswerHead, body: Body) -> Answer:
        if body.rest:
            self.keep = False
            if body.rest.lstrip(b"\r\n").startswith(b"HTTP/"):
                raise BrokenRuleError(Rule.SECOND_ANSWER)
        return Answer(head.status, head.reason, head.fields, body.body())
