"""The command as an operator types it, on the database of the test run."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.doubles import command
from tests.doubles.following import following

ROOT = Path(__file__).parents[3]


@pytest.fixture
def poort(settings, database):
    """Run `poort`; gives exit code, output and errors."""
    given = {"POORT_DATABASE_URL": database.owner, "POORT_DATA_DIR": str(settings.data_dir)}

    def run(*words: str) -> command.Done:
        return command.poort(*words, settings=given)

    return run


@pytest.fixture
def file(tmp_path) -> Path:
    """A copy of the routing file of the house, with bytes of its own: no other test's evidence is about it."""
    path = tmp_path / "routing.yaml"
    path.write_text(f"# {uuid4()}\n{(ROOT / 'routing.yaml').read_text()}")
    return path


@pytest.fixture
def write(file):
    """Change texts of the file."""

    def change(*changes: tuple[str, str]) -> str:
        text = file.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        file.write_text(text)
        return text

    return change


@pytest.fixture
def settings_of(settings, database, file, tmp_path):
    """The settings of `poort routes`; `up=False`: nobody answers where the database should be."""

    def build(*, up: bool = True) -> dict[str, str]:
        return {
            "POORT_DATA_DIR": str(tmp_path),
            "POORT_ROUTING_FILE": str(file),
            "POORT_DATABASE_URL": database.owner if up else "postgresql://poort:x@127.0.0.1:1/none",
            "POORT_ROLE_PASSWORDS_FILE": str(settings.data_dir / "roles.json"),
        }

    return build


@pytest.fixture
def routes(settings_of):
    """Run `poort routes`; gives exit code, output and errors."""

    def run(*words: str, up: bool = True) -> command.Done:
        return command.poort("routes", *words, settings=settings_of(up=up))

    return run


@pytest.fixture
def gateway(file, tmp_path):
    """One running instance."""
    with following(file, tmp_path / "instances" / "gateway-1.json"):
        yield
