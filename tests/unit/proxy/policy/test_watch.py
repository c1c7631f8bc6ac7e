"""Following the matrix while it runs: what is good comes into force, what is not changes nothing."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy.errors import StoreError
from proxy.policy.watch import MatrixWatch

RULE = "    show: [ID, CT, ED, AV, LD, SV, AP]\n"


class Archive:
    """Remembers what was kept, in order; may be away."""

    def __init__(self) -> None:
        """Begin empty and reachable."""
        self.kept: list[str] = []
        self.away = False

    async def keep(self, digest: str, text: str) -> None:
        """Keep a text."""
        del text
        if self.away:
            raise StoreError("away")
        self.kept.append(digest)


@pytest.fixture
def file(tmp_path: Path, source: str) -> Path:
    """The matrix as a file of its own."""
    path = tmp_path / "authorisation.yaml"
    path.write_text(source, encoding="utf-8")
    return path


@pytest.fixture
def archive() -> Archive:
    """An archive."""
    return Archive()


@pytest.fixture
async def watch(file, catalogue, matrix, archive) -> AsyncIterator[MatrixWatch]:
    """A watch that began with the matrix of this release."""
    watch = MatrixWatch(file, catalogue, matrix, archive.keep)
    await watch.look()
    yield watch
    await watch.close()


def stricter(source: str) -> str:
    """Advisers see no curriculum in their region."""
    changed = source.replace(RULE, "    show: [ID, CT, AV, LD, SV, AP]\n", 1)
    assert changed != source
    return changed


async def test_the_same_file_changes_nothing(watch, matrix, archive):
    """What the process began with is in force, and was archived by who began it."""
    assert watch.matrix is matrix
    assert archive.kept == []


async def test_a_good_file_comes_into_force_after_it_was_archived(watch, file, source, matrix, archive):
    """By rename, as an editor does it; a reader of the old one keeps it."""
    held = watch.matrix
    fresh = file.with_suffix(".new")
    fresh.write_text(stricter(source), encoding="utf-8")
    fresh.replace(file)
    await watch.look()
    assert watch.matrix is not held
    assert archive.kept == [watch.matrix.hash]
    assert held is matrix
    assert watch.matrix.source == stricter(source)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (lambda text: text[: len(text) // 2], "authorisation.yaml:"),
        (lambda text: text.replace("effect: mask", "effect: hide"), "found the effect 'hide'"),
        (lambda text: text.replace("    classes: [self]", "    classes: [staff]"), "break a promise"),
        (lambda text: text[:0], "found nothing"),
        (lambda _: "[" * 5000, "found a nesting without end"),
        (lambda text: text.replace("version: 1", "version: " + "9" * 6000), "plain digits"),
    ],
)
async def test_a_bad_file_changes_nothing_and_gives_an_alarm(watch, file, broken, told):
    """The last good matrix stays in force until a good file comes."""
    matrix, source = watch.matrix, watch.matrix.source
    file.write_text(broken(source), encoding="utf-8")
    await watch.look()
    assert (watch.matrix, watch.refused) == (matrix, 1)
    assert told in watch.alarm
    await watch.look()
    assert watch.refused == 1  # looked at once
    file.write_text(source, encoding="utf-8")
    os.utime(file, (1, 1))
    await watch.look()
    assert (watch.matrix, watch.alarm) == (matrix, "")


async def test_a_file_that_is_gone_changes_nothing(watch, file, matrix):
    """Absent is not permission."""
    file.unlink()
    await watch.look()
    assert watch.matrix is matrix
    assert "cannot be read" in watch.alarm
    file.write_bytes(b"\xff\xfe")
    await watch.look()
    assert "no UTF-8" in watch.alarm


async def test_what_cannot_be_archived_does_not_decide_yet(watch, file, source, matrix, archive):
    """A record must never name rules that nobody can read; it is tried again at the next look."""
    archive.away = True
    file.write_text(stricter(source), encoding="utf-8")
    await watch.look()
    assert watch.matrix is matrix
    archive.away = False
    await watch.look()
    assert watch.matrix.hash == archive.kept[-1] != matrix.hash


async def test_it_follows_by_itself_within_a_second(watch, file, source, matrix):
    """A file that was newer than the start, and one that is swapped by symlink, are both seen."""
    watch.start()
    other = file.with_name("other.yaml")
    other.write_text(stricter(source), encoding="utf-8")
    link = file.with_name("link.yaml")
    link.symlink_to(other)
    link.replace(file)
    for _ in range(200):
        await asyncio.sleep(0.05)
        if watch.matrix is not matrix:
            break
    assert watch.matrix.source == stricter(source)
