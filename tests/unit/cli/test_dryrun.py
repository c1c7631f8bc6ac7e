"""Claims about `poort routes dry-run` as an engineer types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_command_is_there_and_says_so_in_its_exit_code(settings, database, tmp_path):
    """On the database of the run, whatever other tests left in it: 0, or 1 with the reason."""
    path = tmp_path / "routing.yaml"
    path.write_text((ROOT / "routing.yaml").read_text())
    environment = {key: value for key, value in os.environ.items() if not key.startswith("POORT_")}
    environment |= {"POORT_DATA_DIR": str(tmp_path), "POORT_ROUTING_FILE": str(path)}
    environment |= {
        "POORT_DATABASE_URL": database.owner, "POORT_ROLE_PASSWORDS_FILE": str(settings.data_dir / "roles.json"),
    }  # fmt: skip
    command = [sys.executable, "-m", "cli", "routes", "dry-run", str(path), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert found["candidate"]["hash"]
    assert done.returncode == int(found["refused_because"] is not None)
