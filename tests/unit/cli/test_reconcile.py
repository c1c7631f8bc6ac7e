"""Claims about `poort reconcile` as a command; comparing running cores is in tests/unit/rollout/reconcile."""

import pytest

from cli import reconcile
from cli.app import main
from proxy.errors import OperatorError
from rollout.record import FILLED

CLEAN = {"group": "client_file", "checked": 9, "equal": 9, "unexplained": 0, "reasons": {}}
DIRTY = CLEAN | {"equal": 8, "unexplained": 1, "reasons": {"client: phone": 1}}


def test_every_group_that_can_be_filled_has_a_command_of_its_own(capsys):
    """The help names them, beside the quarantine."""
    with pytest.raises(SystemExit) as ended:
        main(["reconcile", "--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(group in told for group in (*FILLED, "quarantine"))


def test_a_report_says_zero_or_what_differs_and_names_nobody():
    """Counts and reasons, for people."""
    assert reconcile._told(CLEAN).startswith("client_file: zero difference; checked 9, equal 9")
    assert reconcile._told(DIRTY).endswith("\n  client: phone: 1")
    assert "nobody explains" in reconcile._told(DIRTY)


def test_a_release_needs_a_row_or_all_of_them(monkeypatch, tmp_path):
    """Neither, or both, is refused before anything is opened."""
    monkeypatch.setenv("POORT_DATA_DIR", str(tmp_path))
    for given in ({}, {"row": "1-7A", "everything": True}):
        with pytest.raises(OperatorError, match="allowed is one of them"):
            reconcile.release(**({"row": "", "everything": False} | given))
