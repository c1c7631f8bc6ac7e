"""Imports go one way: the contracts in pyproject.toml hold, are not empty, and every exception has its record."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.shape.source import PACKAGES, ROOT

LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]


def linted(where: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a copy of the house."""
    environment = {"PYTHONPATH": str(where), "COLUMNS": "300"}  # wide: the report must not wrap the names
    return subprocess.run(LINT, cwd=where, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the sources that a test may break."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_arrows_hold() -> None:
    """The import rules of ARCHITECTURE.md hold for every committed file."""
    ended = linted(ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("path", "line", "contract"),
    [
        ("proxy/seeded.py", "import cli.app", "Arrows never turn"),
        ("proxy/seeded.py", "import adapters", "Arrows never turn"),
        ("proxy/policy/seeded.py", "import proxy.routing", "In the gateway"),
        ("proxy/model/seeded.py", "import proxy.ports", "In the gateway"),
        ("proxy/line.py", "import proxy.settings", "The line and the words touch no world"),
        ("newcore/seeded.py", "import proxy.errors", "The new core knows nothing of ours"),
        ("rollout/seeded.py", "import newcore", "Nothing of ours knows the new core"),
        ("adapters/seeded.py", "import proxy.policy", "The legacy's dialect sees"),
    ],
)
def test_a_seeded_import_breaks_its_contract(house: Path, path: str, line: str, contract: str) -> None:
    """Each contract has teeth: one wrong import, and it is named as broken."""
    file = house / path
    file.write_text((file.read_text() if file.exists() else '"""Seeded."""\n') + f"\n{line}\n")
    ended = linted(house)
    assert ended.returncode == 1
    assert re.search(rf"{re.escape(contract)}.*BROKEN", ended.stdout), ended.stdout


def test_every_exception_has_its_decision_record() -> None:
    """An ignored import names a record in docs/decisions, on its own line, and the record is there."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    exceptions = [each for contract in contracts for each in contract.get("ignore_imports", [])]
    for each in exceptions:
        line = next(line for line in text.splitlines() if f'"{each}"' in line)
        record = re.search(r"docs/decisions/\S+\.md", line)
        assert record, f"{each}: no record named beside it"
        assert (ROOT / record[0]).is_file(), f"{record[0]}: no such record"
