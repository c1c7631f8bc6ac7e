"""What must hold of `poort db`, on the server of the run."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from proxy.database import Cluster
from proxy.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def poort(database: Cluster, settings: Settings):
    """Run the command against the server of the run, as another process would."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "POORT_DATA_DIR": str(settings.data_dir),
            "POORT_DATABASE_URL": database.owner,
        }
        command = [sys.executable, "-m", "cli", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)

    return run


def test_upgrade_has_nothing_to_do_on_a_current_server(poort) -> None:
    """The command may be run at every start."""
    assert poort("db", "upgrade").stdout == "nothing to do: the schema is that of this release\n"
    assert json.loads(poort("db", "upgrade", "--json").stdout) == {"done": []}


def test_check_says_that_all_is_well(poort) -> None:
    """Exit code 0 and one line."""
    ended = poort("db", "check", "--json")
    assert (ended.returncode, json.loads(ended.stdout)) == (0, {"ok": True, "problems": []})


def test_check_refuses_with_the_reason(poort, database: Cluster) -> None:
    """Exit code 1, the difference on stderr, and as JSON for a program."""
    with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
        connection.execute("GRANT DELETE ON declared_grant TO poort_worker")
        try:
            ended = poort("db", "check", "--json")
        finally:
            connection.execute("REVOKE DELETE ON declared_grant FROM poort_worker")
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["ok"] is False
    assert "DELETE on declared_grant for poort_worker was given by no migration" in ended.stderr


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    """No traceback and no password: an address that does not answer is an operator's matter."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "POORT_DATA_DIR": str(tmp_path),
        "POORT_DATABASE_URL": "postgresql://a:s3cr3t@127.0.0.1:1/x",
    }
    command = [sys.executable, "-m", "cli", "db", "upgrade"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert ended.returncode == 1
    assert "s3cr3t" not in ended.stderr
    assert "Traceback" not in ended.stderr
