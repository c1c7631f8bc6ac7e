"""`poort vacancies`, as an operator types it, on a real database."""

import json

VACANCIES = "id,region,occupation,organisation,opened,closed\n2999999,AM01,kok,,2026-01-02,\n"


def test_vacancies_are_imported_counted_and_refused(poort, tmp_path):
    """Added, then unchanged; an unknown region refuses the file with its line and exit code 1."""
    file = tmp_path / "vacancies.csv"

    def imported(text: str):
        file.write_text(text)
        return poort("vacancies", "import", str(file), "--json")

    assert json.loads(imported(VACANCIES).stdout) == {"added": 1, "changed": 0, "unchanged": 0}
    assert json.loads(imported(VACANCIES).stdout)["unchanged"] == 1
    refused = imported(VACANCIES.replace("AM01", "AM99"))
    assert (refused.returncode, "vacancies.csv:2: found region 'AM99'" in refused.stderr) == (1, True)
