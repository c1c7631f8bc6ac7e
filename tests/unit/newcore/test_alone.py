import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.newcore.conftest import ALONE

ROOT = Path(__file__).parents[3]
KEPT = ("newcore", "tests/unit/newcore", "pyproject.toml")
LONG = bool(os.environ.get("POORT_TEST_LONG"))
CHOSEN = "test_app or test_guard or notes"


@pytest.mark.slow
def test_the_new_core_stays_green_without_the_gateway(tmp_path, newcore_addresses):
    """Copied to a place where proxy, adapters, rollout and cli do not exist, its own tests still pass.

    All of them are loaded there; run are the ones of the process and of one kind of record, or all with POORT_TEST_LONG=1.
    """
    for each in KEPT:
        source, target = ROOT / each, tmp_path / each
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "test_alone.py"))
        else:
            shutil.copy(source, target)
    environ = {
        **os.environ,
        ALONE: " ".join(newcore_addresses),
        "CHOSEN": "" if LONG else CHOSEN,
        "PYTHONPATH": str(tmp_path),
    }
    command = [sys.executable, "-P", "-c", _RUN, str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-2000:]


# An editable install makes the other packages importable from anywhere; here they must not be.
_RUN = """
import os
import sys
from importlib.abc import MetaPathFinder


class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"proxy", "adapters", "rollout", "monitoring", "console", "cli", "migrations"}:
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Absent())
import pytest

place, chosen = f"{sys.argv[1]}/tests/unit/newcore", os.environ["CHOSEN"]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", f"--rootdir={sys.argv[1]}", "-k", chosen, place]))
"""
