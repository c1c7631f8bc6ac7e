"""The operational log: JSON, one line an event, on stderr.

Why it exists: operators follow one format whatever the process, and `request_id` joins the lines of one exchange.
Rules: it never carries personal data (that is the access log's, in the database); libraries that use the standard library
write through the same pipe; the cost of a line that is not written is one comparison.
"""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

import orjson
import structlog
import structlog.tracebacks

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
# Without the values of local variables: those may be a person's.
_told_faults = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
# Libraries whose information lines would name addresses of clients or repeat ours.
_QUIET = ("mitmproxy", "hypercorn", "uvicorn.access", "httpx", "httpcore", "asyncio", "alembic")


def configure(level: str = "info", stream: BinaryIO | None = None) -> None:
    """Set up both structlog and the standard library's logging; the last call wins."""
    target = sys.stderr.buffer if stream is None else stream
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _told_faults,
            _rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.BytesLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge()]
    root.setLevel(_LEVELS[level])
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(_LEVELS[level], logging.WARNING))


def bound(**context: str) -> AbstractContextManager[None]:
    """Bind values, such as `request_id`, to every line written inside the block."""
    return structlog.contextvars.bound_contextvars(**context)


def _rendered(_logger: object, _method: str, event: MutableMapping[str, Any]) -> bytes:
    return orjson.dumps(event, default=repr)


class _Bridge(logging.Handler):
    """Write what libraries log as our own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger().bind(logger=record.name)
        fault = {"exc_info": record.exc_info} if record.exc_info else {}
        logger.log(record.levelno, record.getMessage(), **fault)
