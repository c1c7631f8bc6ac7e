"""`poort users`, as an operator types them, on a real database."""

import json
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[3]
USERS = (
    "user,password,role,organisation_kind,organisation_code,regions,municipality,valid_from,valid_until,legal_ground,issued_by\n"
    "CLI0001,x,AW,UWV,UWV-1,AM01,,2020-01-01,2030-12-31,Wet SUWI art. 30a,FBE1001\n"
)


def test_import_lock_and_unlock(poort, tmp_path):
    """The result is one JSON line; a second import changes nothing; an unknown account is refused with exit code 1."""
    file = tmp_path / "users.csv"
    file.write_text(USERS)
    code, out, _ = poort("users", "import", str(file), "--json")
    assert (code, json.loads(out)["accounts"]) == (0, 1)
    again = json.loads(poort("users", "import", str(file), "--json")[1])
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)
    assert poort("users", "lock", "CLI0001", "--reason", "test", "--by", "FBE1001", "--json")[:2] == (
        0,
        '{"user":"CLI0001","locked":true}\n',
    )
    assert poort("users", "unlock", "CLI0001")[0] == 0
    code, _, errors = poort("users", "lock", "CLI9999", "--reason", "test", "--by", "FBE1001")
    assert (code, "found no account 'CLI9999'" in errors) == (1, True)


def test_a_bad_file_is_refused_with_its_line(poort, tmp_path):
    """Exit code 1, the line, what was found, what is allowed; and no stack trace."""
    users = tmp_path / "users.csv"
    users.write_text(USERS.replace(",AW,", ",AX,"))
    code, _, errors = poort("users", "import", str(users))
    assert (code, "users.csv:2: found role 'AX'; allowed: AW" in errors, "Traceback" in errors) == (1, True, False)


def test_cover_is_granted_or_refused_with_what_is_allowed(poort, tmp_path):
    """Six weeks in one region by its team manager; one day more is refused with exit code 1."""
    file = tmp_path / "users.csv"
    row = USERS.splitlines()[1]
    others = row.replace("CLI0001", "CLI0002"), row.replace("CLI0001", "CLI0003").replace(",AW,", ",TL,")
    file.write_text("\n".join((*USERS.splitlines(), *others)))
    assert poort("users", "import", str(file))[0] == 0
    asked = ("users", "cover", "CLI0001", "--for", "CLI0002", "--region", "AM01", "--by", "CLI0003")
    first = date.today() + timedelta(days=1)  # noqa: DTZ011  any day that is not past
    code, out, _ = poort(*asked, "--from", str(first), "--until", str(first + timedelta(days=41)), "--json")
    assert (code, json.loads(out)["covered"]) == (0, "CLI0002")
    code, _, errors = poort(*asked, "--from", str(first), "--until", str(first + timedelta(days=42)))
    assert (code, "found 43 days; allowed: at most 42" in errors) == (1, True)
