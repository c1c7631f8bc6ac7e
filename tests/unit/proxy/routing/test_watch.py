import asyncio
import io
import json
import os
import time

import pytest
import structlog

from proxy.errors import OperatorError
from proxy.routing.watch import RoutingWatch, kill_file
from tests.unit.proxy.routing.conftest import FILE, FUNCTIONS, REGIONS

NO_DATABASE = "postgresql://nobody:x@127.0.0.1:1/none"
IN_TIME = 0.5
NEWER = FILE.replace("revision: 7", "revision: 8").replace("ramp: 50", "ramp: 60")


@pytest.fixture
def path(tmp_path):
    """A routing file in a directory of its own."""
    found = tmp_path / "routing.yaml"
    found.write_text(FILE)
    return found


@pytest.fixture
async def watch(path, tmp_path):
    """A watch that follows the file, with a database that does not answer."""
    made = RoutingWatch(path, FUNCTIONS, REGIONS, tmp_path / "instances" / "gateway-1.json")
    made.start(NO_DATABASE)
    yield made
    await made.close()


async def soon(condition, seconds=IN_TIME):
    """Wait until a condition holds; tells whether it did in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        await asyncio.sleep(0.02)
    return condition()


@pytest.mark.parametrize("text", ["", "version: 1\n", FILE[:200], FILE.replace("stage: read", "stage: reed")])
def test_a_broken_file_refuses_the_start(path, tmp_path, text):
    """Nothing starts on half a table."""
    path.write_text(text)
    with pytest.raises(OperatorError, match=r"routing\.yaml:\d+"):
        RoutingWatch(path, FUNCTIONS, REGIONS, tmp_path / "x.json")


def test_an_absent_file_refuses_the_start(tmp_path):
    """No file, no table, no start."""
    with pytest.raises(OperatorError, match="cannot be read"):
        RoutingWatch(tmp_path / "none.yaml", FUNCTIONS, REGIONS, tmp_path / "x.json")


def by_writing(path, text):
    """Write into the file that is there."""
    path.write_text(text)


def by_rename(path, text):
    """Write beside it and rename, as our commands do."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.rename(path)


def by_symlink(path, text):
    """Replace the file by a symlink to another one, as config maps do."""
    target = path.with_name("data.yaml")
    target.write_text(text)
    link = path.with_name("link")
    link.symlink_to(target)
    link.rename(path)


def by_backup(path, text):
    """Move the old file away, then write a new one, as editors do."""
    path.rename(path.with_suffix(".bak"))
    path.write_text(text)


def with_an_old_time(path, text):
    """Write with a change time in the past, as a restore does."""
    path.write_text(text)
    os.utime(path, (1, 1))


@pytest.mark.parametrize("swap", [by_writing, by_rename, by_symlink, by_backup, with_an_old_time])
async def test_every_way_of_swapping_a_file_is_seen(watch, path, swap):
    """Within half a second, without an alarm that stays."""
    swap(path, NEWER)
    assert await soon(lambda: watch.table.revision == 8)
    assert await soon(lambda: not watch.alarm)


@pytest.mark.parametrize(
    "text",
    [
        "", "a: [", "[" * 5000 + "\n...\n", "\x00", FILE.replace("ramp: 50", "ramp: 60"), FILE.replace("revision: 7", "revision: 6"),
        FILE.replace("revision: 7", "revision: 8").replace("list.export", "list.exporteer"),
    ],
    ids=["empty", "no yaml", "no end", "no text", "same revision", "lower revision", "unknown function"],
)  # fmt: skip
async def test_a_broken_file_leaves_the_last_good_one_in_force_with_an_alarm(watch, path, text):
    """The alarm names the file; a good file afterwards takes it away."""
    good = watch.table
    path.write_text(text)
    assert await soon(lambda: watch.alarm)
    assert watch.table is good
    assert watch.refused == 1
    path.write_text(NEWER)
    assert await soon(lambda: watch.table.revision == 8 and not watch.alarm)


async def test_a_file_written_in_two_pieces_is_taken_whole_or_not(watch, path):
    """The first piece ends behind `stage: read` of the first group and is valid YAML: it is never in force."""
    first, rest = NEWER[: NEWER.index("stage: read") + 11], NEWER[NEWER.index("stage: read") + 11 :]
    seen = []
    with path.open("w") as writing:
        writing.write(first)
        writing.flush()
        for _ in range(30):
            await asyncio.sleep(0.02)
            seen.append(watch.table.revision)
        assert watch.alarm
        writing.write(rest)
    assert set(seen) == {7}
    assert await soon(lambda: watch.table.revision == 8 and not watch.alarm)
    assert len(watch.table.groups) == 3


async def test_a_file_that_vanishes_leaves_the_last_good_one(watch, path):
    """A deleted file is an alarm, not an empty table."""
    path.unlink()
    assert await soon(lambda: "cannot be read" in watch.alarm)
    assert watch.table.revision == 7


async def test_the_kill_file_works_without_a_database(watch, path):
    """Within half a second on, and off again."""
    kill_file(path).write_text("vacancies # wrong pages\n")
    assert await soon(lambda: watch.killed == {"vacancies"})
    kill_file(path).unlink()
    assert await soon(lambda: not watch.killed)


async def test_a_kill_file_that_names_no_group_kills_all(watch, path):
    """A slip of the pen in an emergency must not do nothing."""
    kill_file(path).write_text("vacancy\n")
    assert await soon(lambda: watch.killed == {"vacancies", "notes", "exports"})


async def test_a_kill_file_that_cannot_be_read_kills_all(watch, path):
    """A directory in its place, or bytes that are no text: the safe side is legacy."""
    kill_file(path).mkdir()
    assert await soon(lambda: watch.killed == {"vacancies", "notes", "exports"})


async def test_the_report_says_what_this_instance_runs(watch, path, tmp_path):
    """Revision, kills and alarm stand in the instance's file, which goes when the instance stops."""
    report = tmp_path / "instances" / "gateway-1.json"

    def told(name):
        return json.loads(report.read_text())[name]

    assert told("revision") == 7
    kill_file(path).write_text("vacancies\n")
    assert await soon(lambda: told("killed") == ["vacancies"])
    path.write_text(NEWER)
    assert await soon(lambda: told("revision") == 8)
    path.write_text("")
    assert await soon(lambda: told("alarm"))
    await watch.close()
    assert not report.exists()


async def test_a_log_that_cannot_be_written_keeps_neither_file_nor_kill_from_being_followed(watch, path):
    """Disk full, or whoever read it is gone: the change comes into force, and so does the next one."""
    gone = io.StringIO()
    gone.close()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(gone), cache_logger_on_first_use=False)
    path.write_text("")
    assert await soon(lambda: watch.alarm != "")
    path.write_text(NEWER)
    assert await soon(lambda: watch.table.revision == 8)
    kill_file(path).write_text("vacancies")
    assert await soon(lambda: watch.killed == {"vacancies"})


async def test_nothing_that_goes_wrong_in_a_look_ends_the_following(path, tmp_path):
    """A fault of our own is an alarm; the kill that comes next is heard."""

    class Stumbling(RoutingWatch):
        def _swap(self) -> None:
            message = "not foreseen"
            raise RuntimeError(message)

    watch = Stumbling(path, FUNCTIONS, REGIONS, tmp_path / "instances" / "gateway-1.json")
    watch.start(None)
    try:
        path.write_text(NEWER)
        assert await soon(lambda: "RuntimeError" in watch.alarm, 2)
        assert watch.table.revision == 7
        kill_file(path).write_text("vacancies\n")
        assert await soon(lambda: watch.killed == {"vacancies"}, 2)
    finally:
        await watch.close()
