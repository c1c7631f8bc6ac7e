"""Changes outlive the process; the seed is never mixed."""

import subprocess
import sys

import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.store import Store, WrongDirectoryError
from adapters.legacy_sonar.standin.visitor import Visitor


async def _note(running, row, text):
    async with Visitor(running.url, "AWE0421", PASSWORDS["AWE0421"]) as client:
        await client.login()
        assert "Record toegevoegd" in (await client.create_note(row, text)).text


async def test_a_restart_keeps_what_was_written(start, home):
    """Two processes one after the other on one directory: both notes are there, with different row ids."""
    row, arguments = "1-71000", ("--clients", "60", "--data-dir", str(home))
    for text in ("eerste €", "tweede"):
        with start(*arguments) as running:
            await _note(running, row, text)
    with start(*arguments) as running:
        notes = running.control(f"/record/{row}")["children"]["note"]
        assert running.mutations == {}
    written = [note for note in notes if note["text"] in ("eerste €", "tweede")]
    assert len({note["row_id"] for note in written}) == 2


def test_another_seed_on_the_same_directory_is_refused(home):
    """A directory of another number or seed is refused with exit code 1, what was found and what to do."""
    Store(60, 1, home).close()
    with pytest.raises(WrongDirectoryError, match="Take another directory"):
        Store(60, 2, home)
    command = [
        sys.executable,
        "-m",
        "adapters.legacy_sonar.standin",
        "--clients",
        "61",
        "--port",
        "0",
        "--data-dir",
        str(home),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr.startswith("refused: ")) == (1, True)


def test_a_half_written_line_is_left_out(home):
    """A journal cut in the last line starts without the half change, and the next change is not glued to it."""
    store = Store(60, 1, home)
    entry = {"what": "x", "kind": "client", "row_id": "1-71000", "action": "update", "user": "A", "at": ""}
    store.change(entry | {"values": {"phone": "1"}})
    store.change(entry | {"values": {"phone": "2"}})
    store.close()
    journal = home / "changes.jsonl"
    journal.write_text(journal.read_text(encoding="utf-8")[:-6], encoding="utf-8")
    for number in ("1", "3"):
        again = Store(60, 1, home)
        assert again.record("1-71000")["phone"] == number
        again.change(entry | {"values": {"phone": "3"}})
        again.close()


def test_indexes_follow_a_change():
    """A changed surname is found under its new name and no longer under the old one."""
    store = Store(60, 1)
    old = store.record("1-71000")["surname"].rstrip()
    store.change(
        {
            "what": "x",
            "kind": "client",
            "row_id": "1-71000",
            "action": "update",
            "user": "A",
            "at": "",
            "values": {"surname": "Zzyx"},
        }
    )
    assert store.with_surname("zzyx") == ["1-71000"]
    assert "1-71000" not in store.with_surname(old)
    assert store.record("1-71000")["full_name"].startswith("Zzyx, ")
