"""The command line, both ways of starting it."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from adapters.legacy_sonar.standin.command import main
from adapters.legacy_sonar.standin.document import tables
from cli.standin import app


def test_wrong_use_is_two(capsys):
    """An unknown option or command ends with 2 and says what is known."""
    for words in (["--onbekend"], ["onbekend"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
    assert "export-directory" in capsys.readouterr().err


def test_document_prints_the_tables(capsys):
    """`document` prints what the docs hold."""
    assert main(["document"]) == 0
    assert capsys.readouterr().out == tables() + "\n"


def test_a_refusal_is_one(capsys):
    """Too few persons for the samples: 1 and the reason on stderr."""
    assert main(["samples", "--clients", "3"]) == 1
    assert capsys.readouterr().err.startswith("refused: 3 persons hold nobody for ")


def test_poort_standin_gives_the_same(tmp_path):
    """The sub-commands of `poort standin` pass on their options."""
    users, people = tmp_path / "u.csv", tmp_path / "p.csv"
    words = ["export-directory", "--clients", "60", "--seed", "4", "--users", str(users), "--persons", str(people)]
    assert CliRunner().invoke(app, words).exit_code == 0
    first = people.read_bytes()
    assert main(words) == 0
    assert people.read_bytes() == first
    assert CliRunner().invoke(app, ["samples", "--clients", "3"]).exit_code == 1


def test_a_taken_port_is_refused(shared):
    """A port that somebody else has ends with 1, not with a trace."""
    command = [
        sys.executable,
        "-m",
        "adapters.legacy_sonar.standin",
        "--port",
        shared.url.rsplit(":", 1)[1],
        "--clients",
        "60",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr.startswith("refused: ")) == (1, True)
