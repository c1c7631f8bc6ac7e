"""Which files touch the world, and what all the others may not do.

The rule: a file with one of the names below, or in one of the folders below, does I/O; every other file is pure: no clock,
no random, no disk, no net, no logging; now is an argument. A pure file does not import a file that does I/O either.
"""

import ast
from pathlib import PurePosixPath

from tests.shape.source import Source, Violation

IO_NAMES = frozenset(
    [
        "store",
        "worker",
        "client",
        "upstream",
        "mitm",
        "carry",
        "watch",
        "database",
        "embedded",
        "settings",
        "app",
        "api",
        "__main__",
    ]
)
# Migrations run on a connection; the command line and the stand-in are processes of their own.
IO_FOLDERS = ("cli/", "migrations/", "adapters/legacy_sonar/standin/")
IO_FILES = frozenset({"console/pages.py"})

FORBIDDEN_IMPORTS = frozenset(
    [
        "time",
        "random",
        "secrets",
        "os",
        "socket",
        "ssl",
        "select",
        "selectors",
        "logging",
        "structlog",
        "subprocess",
        "asyncio",
        "threading",
        "multiprocessing",
        "tempfile",
        "shutil",
        "urllib.request",
        "http.client",
        "http.server",
        "httpx",
        "requests",
        "aiohttp",
        "sqlalchemy",
        "psycopg",
        "uvicorn",
        "signal",
        "fcntl",
        "glob",
        "sqlite3",
        "uvloop",
    ]
)
FORBIDDEN_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__", "breakpoint"})
# Called on something: the clock, fresh identifiers, the disk.
FORBIDDEN_METHODS = {
    "now": ("datetime", "dt"),
    "utcnow": ("datetime", "dt"),
    "today": ("date", "datetime", "dt"),
    "uuid1": ("uuid",),
    "uuid4": ("uuid",),
    "uuid7": ("uuid",),
    "read_text": None,
    "read_bytes": None,
    "write_text": None,
    "write_bytes": None,
    "unlink": None,
    "mkdir": None,
    "touch": None,
    "rglob": None,
    "iterdir": None,
}
FORBIDDEN_NAMES = frozenset({"uuid.uuid1", "uuid.uuid4", "uuid.uuid7", "io.open", "codecs.open"})


def does_io(path: PurePosixPath) -> bool:
    """Tell whether the house lets this file touch the world."""
    written = str(path)
    return path.stem in IO_NAMES or written.startswith(IO_FOLDERS) or written in IO_FILES


def impurities(source: Source) -> list[Violation]:
    """List what a pure file does to the world."""
    if does_io(source.path):
        return []
    return sorted(set(_imports(source) + _calls(source)))


def _imports(source: Source) -> list[Violation]:
    found = []
    for line, name in source.imports():
        if name in FORBIDDEN_NAMES or any(name == each or name.startswith(f"{each}.") for each in FORBIDDEN_IMPORTS):
            found.append(Violation(str(source.path), line, f"a pure file imports {name}"))
        elif _is_ours_with_io(name):
            found.append(Violation(str(source.path), line, f"a pure file imports {name}, which does I/O"))
    return found


def _is_ours_with_io(name: str) -> bool:
    parts = name.split(".")
    ours = parts[0] in {"proxy", "adapters", "newcore", "rollout", "monitoring", "console", "cli", "migrations"}
    return ours and len(parts) > 1 and (parts[-1] in IO_NAMES or does_io(PurePosixPath(*parts).with_suffix(".py")))


def _calls(source: Source) -> list[Violation]:
    found = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            found.append(Violation(str(source.path), node.lineno, f"a pure file calls {node.func.id}()"))
        elif isinstance(node.func, ast.Attribute) and _touches(node.func):
            found.append(Violation(str(source.path), node.lineno, f"a pure file calls .{node.func.attr}()"))
    return found


def _touches(call: ast.Attribute) -> bool:
    if call.attr not in FORBIDDEN_METHODS:
        return False
    owners = FORBIDDEN_METHODS[call.attr]
    return owners is None or ast.unparse(call.value).split(".")[-1] in owners
