"""Looks at files that are followed while a process runs: the reviewed tables, and whoever else swaps values, never code.

Rules: one state of a file is told from another by content identity and change times, through symlinks, so that a rename, a
symlink swap and an editor's backup are all seen; a file that cannot be read says what to do.
"""

from pathlib import Path

from proxy.errors import OperatorError

POLL_SECONDS = 0.25
type Signature = tuple[int, int, int, int, int] | None


def signature(path: Path) -> Signature:
    """Tell one state of a file from another, through symlinks; None: it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def read(path: Path) -> str:
    """Read a whole file; raises OperatorError."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise OperatorError(f"{path}:1: cannot be read: {fault.strerror}; give a file that exists") from None
    except UnicodeDecodeError as fault:
        raise OperatorError(f"{path}:1: found bytes that are no UTF-8 at {fault.start}; save it as UTF-8") from None
