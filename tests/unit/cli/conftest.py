"""The command as an operator types it, on the database of the test run."""

import pytest

from tests.doubles import command


@pytest.fixture
def poort(settings, database):
    """Run `poort`; gives exit code, output and errors."""
    given = {"POORT_DATABASE_URL": database.owner, "POORT_DATA_DIR": str(settings.data_dir)}

    def run(*words: str) -> command.Done:
        return command.poort(*words, settings=given)

    return run
