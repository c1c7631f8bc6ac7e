"""What must hold of settings: closed, layered, readable to an operator, silent about secrets."""

import dataclasses
from pathlib import Path

import pytest

from proxy.errors import OperatorError
from proxy.settings import Settings, known, load
from proxy.settingvalue import Listen

SECRET = "s3cr3t-that-nobody-may-see"


def nowhere(tmp_path: Path, **more: str) -> dict[str, str]:
    """Build an environment whose data directory is empty."""
    return {"POORT_DATA_DIR": str(tmp_path / "data"), **more}


def test_every_setting_has_a_default_and_a_meaning(tmp_path: Path) -> None:
    """A process starts with nothing set, and each key can be explained."""
    settings = load(nowhere(tmp_path))
    assert settings.gateway_listen == Listen("127.0.0.1", 8080)
    assert settings.database_url is None
    assert len(known()) == len(dataclasses.fields(Settings))
    assert all(meaning for meaning in known().values())


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    """What was read at the start holds for the life of the process."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        load(nowhere(tmp_path)).workers = 2  # type: ignore[misc]


def test_an_unknown_key_refuses_the_start_and_names_the_closest(tmp_path: Path) -> None:
    """A typing error is not a default in silence."""
    with pytest.raises(OperatorError) as refused:
        load(nowhere(tmp_path, POORT_GATEWAY_LISTN="127.0.0.1:1"))
    assert str(refused.value) == (
        "environment: unknown setting POORT_GATEWAY_LISTN; did you mean POORT_GATEWAY_LISTEN?"
    )


def test_a_key_that_resembles_nothing_gets_the_whole_list(tmp_path: Path) -> None:
    """Without a close name the operator reads what is allowed."""
    with pytest.raises(OperatorError, match=r"allowed are: .*POORT_GATEWAY_LISTEN.*POORT_WORKERS"):
        load(nowhere(tmp_path, POORT_QQQ="1"))


def test_keys_of_others_and_of_the_tests_are_left_alone(tmp_path: Path) -> None:
    """Only our own prefix is closed, and the test suite's part of it is not read."""
    load(nowhere(tmp_path, PATH="/bin", POORTWACHTER="x", POORT_TEST_DATABASE_URL="postgresql://x"))


def test_the_environment_wins_over_the_demo_over_the_file(tmp_path: Path) -> None:
    """Default, POORT_CONFIG, poort.env in the data directory, environment: a later one wins."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "poort.env").write_text("POORT_WORKERS=3\nPOORT_LOG_LEVEL=debug\n")
    (tmp_path / "site.toml").write_text('workers = 2\nlog_level = "error"\nnewcore_url = "http://core:1"\n')
    settings = load(nowhere(tmp_path, POORT_CONFIG=str(tmp_path / "site.toml"), POORT_LOG_LEVEL="warning"))
    assert (settings.workers, settings.log_level, settings.newcore_url) == (3, "warning", "http://core:1")


def test_the_data_directory_of_the_config_file_is_looked_into(tmp_path: Path) -> None:
    """A running demo is found wherever the data directory was named."""
    (tmp_path / "poort.env").write_text("POORT_WORKERS=7\n")
    (tmp_path / "site.toml").write_text(f'data_dir = "{tmp_path}"\n')
    assert load({"POORT_CONFIG": str(tmp_path / "site.toml")}).workers == 7


def test_an_env_file_may_have_comments_quotes_and_export(tmp_path: Path) -> None:
    """The file that a shell can source is one that we can read."""
    path = tmp_path / "site.env"
    path.write_text("# a site\n\nexport POORT_WORKERS='4'\nPOORT_PUBLIC_HOSTS=\"Sonar.test, poort\"\n")
    settings = load(nowhere(tmp_path, POORT_CONFIG=str(path)))
    assert (settings.workers, settings.public_hosts) == (4, ("sonar.test", "poort"))


def test_lists_in_toml_are_lists(tmp_path: Path) -> None:
    """TOML's own kinds are read as an operator means them."""
    path = tmp_path / "site.toml"
    path.write_text('trusted_proxies = ["10.0.0.0/8", "192.0.2.7"]\nhold_timeout = 2.5\n')
    settings = load(nowhere(tmp_path, POORT_CONFIG=str(path)))
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "192.0.2.7/32"]
    assert settings.hold_timeout == 2.5


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.env", "WORKERS=1\n", r"a\.env:1: found 'WORKERS'; allowed is POORT_NAME=value"),
        ("a.env", "\nPOORT_WORKERS\n", r"a\.env:2: found 'POORT_WORKERS'"),
        ("a.toml", "workers = \n", r"a\.toml: no TOML"),
        ("a.toml", "wrkers = 1\n", r"a\.toml: unknown setting POORT_WRKERS; did you mean POORT_WORKERS\?"),
        ("a.toml", "workers = -1\n", r"a\.toml: POORT_WORKERS: found '-1'; allowed is a whole number"),
    ],
)
def test_a_broken_file_says_where_and_what(tmp_path: Path, name: str, content: str, told: str) -> None:
    """The message names file and line, what was found and what is allowed."""
    (tmp_path / name).write_text(content)
    with pytest.raises(OperatorError, match=told):
        load(nowhere(tmp_path, POORT_CONFIG=str(tmp_path / name)))


def test_a_missing_config_file_is_refused(tmp_path: Path) -> None:
    """A file that was named and is not there is no default."""
    with pytest.raises(OperatorError, match="POORT_CONFIG: no file"):
        load(nowhere(tmp_path, POORT_CONFIG=str(tmp_path / "absent.toml")))


def test_secrets_have_no_printable_form(tmp_path: Path) -> None:
    """Neither repr, str, format nor a failure shows a secret."""
    settings = load(nowhere(tmp_path, POORT_DATABASE_URL=f"postgresql://a:{SECRET}@b/c", POORT_LEGACY_PASSWORD=SECRET))
    assert settings.legacy_password is not None
    assert settings.legacy_password.reveal() == SECRET
    for shown in (repr(settings), f"{settings}", f"{settings.legacy_password}", f"{settings.database_url!r}"):
        assert SECRET not in shown


def test_the_environment_of_the_process_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument it is the process's own environment that is read."""
    monkeypatch.setenv("POORT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("POORT_WORKERS", "5")
    assert load().workers == 5
