"""Stores checkpoints, and keeps the key that signs them.

Rules:
1. One worker signs at a time (a lock), and the numbers have no gap.
2. Whether a writer has ended is looked at before its head: its lock goes only after its last commit, so a head that was
   read afterwards is final, and an ended chain is not looked at again.
3. The private key is read by its owner alone; its public half lies beside it, for whoever verifies.
4. A checkpoint is shipped after it is stored: what is elsewhere is also here, or somebody took it away.
"""

import os
import secrets
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from proxy.accesslog import chain
from proxy.accesslog.checkpoint import FIRST, Checkpoint, Signed, public_bytes, read, shipped, sign
from proxy.accesslog.reading import store as reading
from proxy.errors import OperatorError
from proxy.postgres.client import write_secret

KEY_FILE = "signing.key"
PUBLIC_FILE = "signing.pub"
MONTHS_AHEAD = 3
_LOCK = 0x434845434B  # "CHECK"
_BYTES = 32
_HELD = """
SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Signer:
    """Signs what moved since the last checkpoint; one object a connection."""

    def __init__(self, connection: psycopg.Connection[Any], private: bytes, ship: Path | None = None) -> None:
        """Take a connection of the worker's role, the private key, and the file to which lines are shipped."""
        self._connection = connection
        self._private = private
        self._ship = ship
        self._signed: dict[str, chain.Head] = {}
        self._ended: set[str] = set()
        self._last: Signed | None = None
        self._number = 0

    def sign(self, now: datetime) -> Checkpoint | None:
        """Sign and store one checkpoint; None: another worker is at it. Raises psycopg.Error."""
        with self._connection.transaction():
            taken = self._connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK]).fetchone()
            if not taken or not taken[0]:
                return None
            self._catch_up()
            made, ended = self._make(now)
            signed = sign(made, self._private)
            self._connection.execute(
                "INSERT INTO checkpoint (number, payload, signature, key_id) VALUES (%s, %s, %s, %s)",
                [made.number, signed.payload, signed.signature, signed.key_id],
            )
        self._learn(signed)
        self._ended |= ended
        if self._ship is not None:
            _append(self._ship, shipped(signed))
        return made

    def _make(self, now: datetime) -> tuple[Checkpoint, set[str]]:
        held = {row[0] for row in self._connection.execute(_HELD)}
        heads = reading.heads(self._connection, sorted(self._ended))
        moved = tuple(head for head in heads if self._signed.get(head.writer) != head)
        ended = {head.writer for head in heads if chain.lock(head.writer) not in held}
        previous = self._last.hash if self._last else FIRST
        return Checkpoint(self._number + 1, now, previous, moved), ended

    def _catch_up(self) -> None:
        """Read the checkpoints that were stored since this signer's last one: by another worker, or before its start."""
        found = self._connection.execute(
            "SELECT payload, signature, key_id FROM checkpoint WHERE number > %s ORDER BY number", [self._number]
        )
        for payload, signature, key_id in found:
            self._learn(Signed(bytes(payload), bytes(signature), key_id))

    def _learn(self, signed: Signed) -> None:
        checkpoint = read(signed.payload)
        self._last, self._number = signed, checkpoint.number
        self._signed.update((head.writer, head) for head in checkpoint.heads)


def make_months(connection: psycopg.Connection[Any], now: datetime) -> list[str]:
    """Make the log's tables of the coming months where they are missing; gives their names."""
    return [row[0] for row in connection.execute("SELECT log_months_ahead(%s, %s)", [now, MONTHS_AHEAD])]


def signing_key(path: Path, *, make: bool) -> bytes:
    """Read the private key, making it (and its public half) where that is asked; refuses a file that others can read."""
    if not path.exists():
        if not make:
            raise OperatorError(f"{path}: no such file; it holds the Ed25519 key of checkpoints, 64 hexadecimal digits")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, secrets.token_hex(_BYTES))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise OperatorError(f"{path}: others can reach it (mode {mode:o}); run `chmod 600 {path}`")
    private = _keys(path)[0]
    public = path.with_name(PUBLIC_FILE)
    known = _keys(public) if public.exists() else []
    if public_bytes(private) not in known:
        with public.open("a", encoding="ascii") as lines:
            lines.write(public_bytes(private).hex() + "\n")
    return private


def public_keys(path: Path) -> list[bytes]:
    """Read public keys, one a line: the one in use and those before it; an absent file has none."""
    return _keys(path) if path.exists() else []


def _keys(path: Path) -> list[bytes]:
    try:
        found = [bytes.fromhex(line) for line in path.read_text(encoding="ascii").split()]
    except ValueError:
        found = []
    if not found or any(len(key) != _BYTES for key in found):
        raise OperatorError(f"{path}: found no key; allowed: 64 hexadecimal digits a line")
    return found


def _append(path: Path, line: bytes) -> None:
    with path.open("ab") as lines:
        lines.write(line)
        lines.flush()
        os.fsync(lines.fileno())
