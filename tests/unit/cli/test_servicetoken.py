from concurrent.futures import ThreadPoolExecutor

import pytest

from cli.servicetoken import FILE, service_token
from proxy.errors import OperatorError
from proxy.settings import load


def test_the_setting_wins(tmp_path):
    """What the operator gives is used, and nothing is written."""
    assert service_token(load({"POORT_DATA_DIR": str(tmp_path), "POORT_NEWCORE_TOKEN": "geheim"})) == "geheim"
    assert not (tmp_path / FILE).exists()


def test_processes_that_start_at_once_share_one_secret(tmp_path):
    """Whoever is first makes it; only its owner reads it."""
    settings = load({"POORT_DATA_DIR": str(tmp_path)})
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: service_token(settings), range(16)))
    assert len(made) == 1
    assert len(made.pop()) >= 32
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_an_empty_secret_is_refused(tmp_path):
    """An empty file would open the new core to everybody."""
    (tmp_path / FILE).write_text("\n")
    with pytest.raises(OperatorError, match="empty secret"):
        service_token(load({"POORT_DATA_DIR": str(tmp_path)}))
