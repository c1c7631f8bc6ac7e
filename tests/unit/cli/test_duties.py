"""Claims about what the worker does."""

from cli.duties import duties
from proxy.database import Cluster
from proxy.settings import load


def test_without_an_account_in_the_legacy_the_log_is_signed_all_the_same(tmp_path, database: Cluster):
    """The synchronisation is left out, and only that."""
    settings = load({"POORT_DATA_DIR": str(tmp_path)})
    assert list(duties(settings, database)) == ["checkpoint"]


def test_with_an_account_every_group_is_kept_up_to_date(tmp_path, database: Cluster):
    """One duty for each group that can move."""
    named = {"POORT_DATA_DIR": str(tmp_path), "POORT_LEGACY_USER": "BATCH", "POORT_LEGACY_PASSWORD": "geheim"}
    assert set(duties(load(named), database)) == {"checkpoint", "sync-vacancies"}
