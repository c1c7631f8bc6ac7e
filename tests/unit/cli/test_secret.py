"""The key: one, private, and never guessed."""

import pytest

from cli.secret import FILE, secret_key
from proxy.errors import OperatorError
from proxy.settings import load


def test_the_key_is_made_once_and_read_ever_after(tmp_path):
    """The second call gives the first one's key; nobody else can read the file."""
    settings = load({"POORT_DATA_DIR": str(tmp_path)})
    key = secret_key(settings)
    assert len(key) == 32
    assert secret_key(settings) == key
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_named_file_is_never_made(tmp_path):
    """An operator's file that is not there is an error: another key would make every person a stranger."""
    settings = load({"POORT_DATA_DIR": str(tmp_path), "POORT_SECRET_KEY_FILE": str(tmp_path / "absent")})
    with pytest.raises(OperatorError, match="no such file"):
        secret_key(settings)


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31, "ab" * 33])
def test_what_is_no_key_is_refused(tmp_path, text):
    """Too short, too long, or no hexadecimal digits."""
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(OperatorError, match="64 hexadecimal digits"):
        secret_key(load({"POORT_SECRET_KEY_FILE": str(path)}))


def test_a_key_that_others_can_read_is_refused(tmp_path):
    """A key in the open is no key."""
    path = tmp_path / "key"
    path.write_text("ab" * 32)
    path.chmod(0o644)
    with pytest.raises(OperatorError, match="chmod 600"):
        secret_key(load({"POORT_SECRET_KEY_FILE": str(path)}))
