"""What must hold of grants: closed privileges, known roles, plain names."""

import pytest

from migrations.grants import append_only, grant, privileges, revoke


@pytest.mark.parametrize(
    ("written", "pairs"),
    [
        ("INSERT", (("INSERT", ""),)),
        ("SELECT, INSERT", (("SELECT", ""), ("INSERT", ""))),
        ("INSERT, SELECT(hmac, key_id)", (("INSERT", ""), ("SELECT", "hmac"), ("SELECT", "key_id"))),
        ("SELECT (a)", (("SELECT", "a"),)),
    ],
)
def test_privileges_are_split(written: str, pairs: tuple[tuple[str, str], ...]) -> None:
    """Each privilege is one row, with its column where it has one."""
    assert privileges(written) == pairs


@pytest.mark.parametrize("written", ["ALL", "insert", "SELECT; DROP", "SELECT(a; b)", "SELECT(A)", "SELECT INSERT"])
def test_other_privileges_are_refused(written: str) -> None:
    """ALL is never a grant of ours, and nothing but a privilege gets into the statement."""
    with pytest.raises(ValueError, match="allowed are"):
        privileges(written)


def test_an_unknown_role_is_refused() -> None:
    """A misspelt role is found when the revision is written, not when the process fails."""
    with pytest.raises(ValueError, match="found role 'poort_gatway'; allowed are poort_gateway"):
        grant("access_record", poort_gatway="INSERT")


@pytest.mark.parametrize("name", ["Access", "a b", "a;b", "1a", ""])
def test_a_name_that_needs_quotes_is_refused(name: str) -> None:
    """Names of tables are plain, so that no statement needs quoting."""
    for refused in (lambda: grant(name, poort_gateway="SELECT"), lambda: revoke(name, poort_gateway="SELECT")):
        with pytest.raises(ValueError, match="found name"):
            refused()
    with pytest.raises(ValueError, match="found name"):
        append_only(name)
