"""The sources as the shape tests read them: a path inside the repository, its text, and its tree."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("proxy", "adapters", "newcore", "rollout", "monitoring", "console", "cli", "migrations")


@dataclass(frozen=True)
class Source:
    """One Python file. `path` is relative to the repository, so that a seeded violation needs no disk."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, str(self.path))

    @property
    def module(self) -> str:
        """The dotted name."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imports(self) -> list[tuple[int, str]]:
        """Every imported dotted name with its line; `from a import b` counts as `a` and as `a.b`."""
        found: list[tuple[int, str]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                start = self._absolute(node)
                found += [(node.lineno, start), *((node.lineno, f"{start}.{alias.name}") for alias in node.names)]
        return found

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parent = self.path.parts[: len(self.path.parts) - node.level]
        return ".".join([*parent, *([node.module] if node.module else [])])

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@dataclass(frozen=True, order=True)
class Violation:
    """A rule that a file breaks, as an operator's message: where, what was found, what is allowed."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def seeded(path: str, text: str) -> Source:
    """Make a source that is not on disk."""
    return Source(PurePosixPath(path), text)


def committed() -> list[Source]:
    """Read every Python file of our packages."""
    return [each for package in PACKAGES for each in _under(ROOT / package)]


def suite() -> list[Source]:
    """Read every file of the test suite."""
    return _under(ROOT / "tests")


def _under(folder: Path) -> list[Source]:
    paths = sorted(folder.rglob("*.py"))
    return [Source(PurePosixPath(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in paths]


def tracked() -> list[Path]:
    """List every file that git keeps; without git, every file outside caches."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    skipped = {".venv", ".git", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.parts)]
