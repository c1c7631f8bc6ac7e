"""Files that are followed: every way to change one is seen, and one that cannot be read says what to do."""

import os
from pathlib import Path

import pytest

from proxy.errors import OperatorError
from proxy.watch import read, signature


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a text."""
    path = tmp_path / "table.yaml"
    path.write_text("a", encoding="utf-8")
    return path


def test_every_way_to_change_a_file_is_seen(file):
    """Writing, renaming another over it, a symlink swapped, a time set back: another signature each time."""
    seen = {signature(file)}
    file.write_text("bb", encoding="utf-8")
    seen.add(signature(file))
    other = file.with_name("other")
    other.write_text("bb", encoding="utf-8")
    other.replace(file)
    seen.add(signature(file))
    os.utime(file, (1, 1))
    seen.add(signature(file))
    third, link = file.with_name("third"), file.with_name("link")
    third.write_text("bb", encoding="utf-8")
    link.symlink_to(third)
    link.replace(file)
    seen.add(signature(file))
    assert len(seen) == 5


def test_the_same_file_has_the_same_signature_and_an_absent_one_none(file):
    """Looking changes nothing."""
    assert signature(file) == signature(file)
    assert signature(file.with_name("absent")) is None


@pytest.mark.parametrize(("content", "told"), [(None, r"table\.yaml:1: cannot be read"), (b"\xff", r"no UTF-8 at 0")])
def test_what_cannot_be_read_says_so(file, content, told):
    """Absent, or no text: the operator's error."""
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(OperatorError, match=told):
        read(file)
