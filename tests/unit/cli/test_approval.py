"""Who may approve, and how a password comes in."""

import json
from uuid import uuid4

import pytest

PASSWORD = "een wachtwoord van de test"


@pytest.fixture
def secret(tmp_path):
    """A file with a password that nobody else can read."""
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    return path


def test_an_approver_is_added_listed_and_removed_and_the_history_says_by_whom(routes, secret):
    """With an account on the machine of their own."""
    name = f"a{uuid4().hex[:8]}"
    added = routes("approver", "add", name, "--account", "anna", "--password-file", str(secret), "--json")
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout) == {"name": name, "account": "anna"}
    again = routes("approver", "add", name, "--password-file", str(secret))
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    listed = [json.loads(line) for line in routes("approver", "list", "--json").stdout.splitlines()]
    assert [each["account"] for each in listed if each["name"] == name] == ["anna"]
    assert routes("approver", "remove", name).returncode == 0
    assert routes("approver", "remove", name).returncode == 1
    acts = [json.loads(line) for line in routes("history", "*", "--limit", "2", "--json").stdout.splitlines()]
    assert [(act["action"], act["reason"]) for act in acts] == [("approver removed", name), ("approver added", name)]


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a b", "x" * 65])
def test_a_name_that_no_line_can_hold_is_refused(routes, secret, name):
    """Before anything is asked or stored."""
    refused = routes("approver", "add", name, "--password-file", str(secret), up=False)
    assert (refused.returncode, "as a name; allowed are" in refused.stderr) == (1, True)


def test_a_password_of_few_signs_or_in_a_file_that_others_read_is_refused(routes, secret):
    """With what to do; nothing is added."""
    secret.chmod(0o644)
    refused = routes("approver", "add", "anna", "--password-file", str(secret))
    assert (refused.returncode, "chmod 600" in refused.stderr) == (1, True)
    secret.chmod(0o600)
    secret.write_text("kort")
    refused = routes("approver", "add", "anna", "--password-file", str(secret))
    assert (refused.returncode, "12 or more" in refused.stderr) == (1, True)


def test_an_evidence_that_is_not_there_cannot_be_approved(routes, secret):
    """With the command that makes one."""
    refused = routes("approve", "vacancies", "--evidence", "0123", "--user", "anna", "--password-file", str(secret))
    assert (refused.returncode, "routes evidence vacancies" in refused.stderr) == (1, True)
