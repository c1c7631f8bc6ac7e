"""`poort vacancies`, as an operator types it, on a real database."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
VACANCIES = "id,region,occupation,organisation,opened,closed\n2999999,AM01,kok,,2026-01-02,\n"


def test_vacancies_are_imported_counted_and_refused(settings, database, tmp_path):
    """Added, then unchanged; an unknown region refuses the file with its line and exit code 1."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("POORT_")}
    environment |= {"POORT_DATABASE_URL": database.owner, "POORT_DATA_DIR": str(settings.data_dir)}
    file = tmp_path / "vacancies.csv"

    def imported(text: str) -> subprocess.CompletedProcess[str]:
        file.write_text(text)
        command = [sys.executable, "-m", "cli", "vacancies", "import", str(file), "--json"]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert json.loads(imported(VACANCIES).stdout) == {"added": 1, "changed": 0, "unchanged": 0}
    assert json.loads(imported(VACANCIES).stdout)["unchanged"] == 1
    refused = imported(VACANCIES.replace("AM01", "AM99"))
    assert (refused.returncode, "vacancies.csv:2: found region 'AM99'" in refused.stderr) == (1, True)
