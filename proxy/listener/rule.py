"""The closed list of rules that a message can break, each with the status that answers it.

Why it exists: a refusal is counted, recorded and tested by the name of its rule. Rules of this file:
1. A rule has one name, used nowhere else; an answer of a core that breaks one is a fault (`garbage`), whatever the status.
2. Removing any of them from the grammar turns a test red (`tests/unit/proxy/listener/test_mutation.py`).
"""

from enum import StrEnum

from proxy.errors import PoortError


class Rule(StrEnum):
    """What was broken (RFC 9110 and 9112 unless the text says otherwise)."""

    # the lines of a head
    BARE_LF = "bare-lf"
    BARE_CR = "bare-cr"
    NUL = "nul"
    CONTROL = "control-byte"
    FOLD = "folded-field"
    NO_COLON = "field-without-colon"
    NAME = "field-name"
    CONFUSING = "confusing-field-name"
    FIELDS = "too-many-fields"
    HEAD = "head-too-large"
    # the first line of a request
    REQUEST_LINE = "request-line"
    METHOD = "method"
    CONNECT = "connect"
    VERSION = "version"
    TARGET = "target"
    TARGET_LONG = "target-too-long"
    ASTERISK = "asterisk-target"
    ABSOLUTE = "absolute-target"
    ABSOLUTE_HOST = "absolute-target-other-host"
    # the host
    HOST_COUNT = "host-count"
    HOST = "host-form"
    HOST_UNKNOWN = "host-unknown"
    # the framing
    LENGTH_COUNT = "content-length-count"
    LENGTH = "content-length-form"
    LENGTH_AND_CODING = "content-length-and-transfer-encoding"
    CODING_COUNT = "transfer-encoding-count"
    CODING = "transfer-encoding-value"
    CODING_OLD = "transfer-encoding-in-http-1.0"
    BODY = "body-too-large"
    CHUNK_SIZE = "chunk-size"
    CHUNK_LINE = "chunk-line-too-long"
    CHUNK_END = "chunk-end"
    TRAILER = "trailer-too-large"
    EXPECTATION = "expectation"
    # the first line of an answer
    STATUS_LINE = "status-line"
    ANSWER_VERSION = "answer-version"
    STATUS = "status-code"
    SWITCHING = "switching-protocols"
    INTERIM = "too-many-interim-answers"
    SECOND_ANSWER = "answer-after-the-answer"
    # over time
    HEAD_SLOW = "head-too-slow"
    BODY_SLOW = "body-too-slow"
    # what leaves
    LEAVING_CONTROL = "leaving-control-byte"
    LEAVING_NAME = "leaving-field-name"
    LEAVING_LINE = "leaving-first-line"


_OTHER_THAN_400 = {
    Rule.HEAD_SLOW: 408,
    Rule.BODY_SLOW: 408,
    Rule.BODY: 413,
    Rule.TARGET_LONG: 414,
    Rule.EXPECTATION: 417,
    Rule.HOST_UNKNOWN: 421,
    Rule.FIELDS: 431,
    Rule.HEAD: 431,
    Rule.CONNECT: 501,
    Rule.CODING: 501,
    Rule.VERSION: 505,
}


class BrokenRuleError(PoortError):
    """A message broke a rule of the grammar; `method` is set once it was read."""

    def __init__(self, rule: Rule, method: bytes = b"") -> None:
        """Name the rule."""
        super().__init__(rule.value)
        self.rule, self.method = rule, method


def status_of(rule: Rule) -> int:
    """Tell the HTTP status that a client gets for a broken rule."""
    return _OTHER_THAN_400.get(rule, 400)
