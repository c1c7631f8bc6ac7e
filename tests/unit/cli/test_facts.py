"""`poort facts import`, as an operator types it, on a real database."""

import json

from adapters.legacy_sonar.standin.operator import write_persons, write_users
from tests.doubles import command


def test_a_delivery_is_imported_whole_and_ends_at_the_first_file_that_is_refused(settings, fresh_database, tmp_path):
    """Every file is counted; a directory without any, and a wrong row, are refused with what was found."""
    given = {"POORT_DATABASE_URL": fresh_database.owner, "POORT_DATA_DIR": str(settings.data_dir)}

    def imported() -> command.Done:
        return command.poort("facts", "import", str(tmp_path), "--json", settings=given)

    nothing = imported()
    assert (nothing.returncode, "found none of the files" in nothing.stderr) == (1, True)
    write_users(tmp_path / "users.csv")
    write_persons(tmp_path / "persons.csv", 60, 1)
    done = json.loads(imported().stdout)
    assert list(done) == ["users", "persons"]
    assert done["persons"]["persons"] == 60
    (tmp_path / "vacancies.csv").write_text(
        "id,region,occupation,organisation,opened,closed\n1,AM99,kok,,2026-01-02,\n"
    )
    refused = imported()
    assert (refused.returncode, "vacancies.csv:2: found region 'AM99'" in refused.stderr) == (1, True)
