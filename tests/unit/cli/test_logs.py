"""What must hold of the operational log: one JSON object a line, values bound, faults told, levels kept."""

import io
import json
import logging

import pytest
import structlog

from cli import logs


@pytest.fixture
def stream():
    """A stream that the log writes to; afterwards it is as before."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.BytesIO()
    yield written
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


def lines(stream: io.BytesIO) -> list[dict[str, object]]:
    """Read what was written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json(stream: io.BytesIO) -> None:
    """A line has the event, its level, its moment and its values."""
    logs.configure("info", stream)
    structlog.get_logger().info("route.flipped", group="vacancies", revision=3)
    (line,) = lines(stream)
    assert line | {"timestamp": "x"} == {
        "event": "route.flipped", "level": "info", "group": "vacancies", "revision": 3, "timestamp": "x",
    }  # fmt: skip
    assert str(line["timestamp"]).endswith("Z")


def test_the_request_id_is_on_every_line_of_its_exchange(stream: io.BytesIO) -> None:
    """What is bound in a block is on the lines inside it and on no other."""
    logs.configure("info", stream)
    with logs.bound(request_id="r1"):
        structlog.get_logger().info("inside")
    structlog.get_logger().info("outside")
    assert [line.get("request_id") for line in lines(stream)] == ["r1", None]


def test_lines_below_the_level_are_not_written(stream: io.BytesIO) -> None:
    """The level is kept for ours and for libraries."""
    logs.configure("warning", stream)
    structlog.get_logger().info("quiet")
    logging.getLogger("some.library").info("quiet")
    assert lines(stream) == []


def test_libraries_write_the_same_lines(stream: io.BytesIO) -> None:
    """The standard library's records come out as ours, with their logger's name."""
    logs.configure("info", stream)
    logging.getLogger("some.library").warning("disk at %d %%", 91)
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["logger"]) == ("disk at 91 %", "warning", "some.library")


def test_a_fault_is_told_with_its_place_and_no_local_values(stream: io.BytesIO) -> None:
    """A traceback is in the line as data, without the values of variables: those may be a person's."""
    logs.configure("info", stream)
    bsn = "999990019"
    try:
        raise ValueError("broken")  # noqa: TRY301
    except ValueError:
        structlog.get_logger().error("fault", exc_info=True)
        logging.getLogger("some.library").exception("fault")
    assert len(lines(stream)) == 2
    assert all("broken" in json.dumps(line) for line in lines(stream))
    assert bsn not in stream.getvalue().decode()


def test_chatty_libraries_are_quiet_unless_they_warn(stream: io.BytesIO) -> None:
    """Access lines of libraries hold addresses and query strings; they are not written."""
    logs.configure("debug", stream)
    logging.getLogger("mitmproxy").info("GET /?bsn=999990019")
    logging.getLogger("uvicorn.access").info("GET /?bsn=999990019")
    assert stream.getvalue() == b""
