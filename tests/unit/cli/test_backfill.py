"""Claims about `poort backfill` as a command; filling from a running legacy is in tests/unit/rollout and the scenarios."""

import pytest

from cli import backfill
from cli.app import main


def test_an_unknown_group_is_refused_with_what_can_be_filled(capsys, monkeypatch, tmp_path):
    """Nothing is contacted before the name is understood."""
    monkeypatch.setenv("POORT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("POORT_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/postgres")
    with pytest.raises(SystemExit) as ended:
        main(["backfill", "klanten"])
    assert ended.value.code in {1, 2}
    assert capsys.readouterr().err


def test_the_help_names_the_groups():
    """The argument says what can be filled."""
    assert "vacancies" in str(backfill.backfill.__annotations__["group"].__metadata__[0].help)
