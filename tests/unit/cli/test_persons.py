"""`poort persons`, as an operator types them, on a real database."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[3]
PERSONS = (
    "row_id,bsn,name,birth_date,municipality_code,responsible_region,caseload_user,team,class,assigned_to,status\n"
    '1-CLI1,999990007,"Bakker, D.",2000-02-09,0106,AM01,CLI0001,T,ordinary,,active\n'
)


def test_persons_are_imported_and_counted(poort, tmp_path):
    """Added, then unchanged; no BSN in the output."""
    file = tmp_path / "persons.csv"
    file.write_text(PERSONS)
    code, out, errors = poort("persons", "import", str(file), "--json")
    assert (code, json.loads(out)["persons"]) == (0, 1)
    assert "999990007" not in out + errors
    assert json.loads(poort("persons", "import", str(file), "--json")[1])["unchanged"] == 1


def test_a_bad_file_is_refused_with_its_line(poort, tmp_path):
    """Exit code 1, the line, what was found and what is allowed; nothing is stored."""
    persons = tmp_path / "persons.csv"
    persons.write_text(PERSONS.replace("0106", "106"))
    code, _, errors = poort("persons", "import", str(persons))
    assert (code, "persons.csv:2: found municipality_code '106'" in errors) == (1, True)


def test_a_municipality_without_a_region_is_a_work_item_in_the_operational_log(poort, tmp_path):
    """The codes and how many persons live there, one line; the persons themselves are not named. With none, no line."""
    file = tmp_path / "persons.csv"
    rows = PERSONS.splitlines()
    more = [rows[1].replace("1-CLI1", f"1-CLI{n}").replace("0106", code) for n, code in ((2, "0788"), (3, "9999"))]
    file.write_text("\n".join((*rows, *more)) + "\n")
    code, out, errors = poort("persons", "import", str(file), "--json")
    assert (code, json.loads(out)["without_region"]) == (0, 2)
    (line,) = [json.loads(each) for each in errors.splitlines() if "data quality" in each]
    assert (line["level"], line["municipalities"]) == ("warning", {"0788": 1, "9999": 1})
    assert "1-CLI" not in errors
    file.write_text(PERSONS)
    assert "data quality" not in poort("persons", "import", str(file))[2]


def test_appointments_become_those_of_the_file(poort, tmp_path):
    """Added once, unchanged at the second time; a day that is none refuses all of them."""
    file = tmp_path / "appointments.csv"
    file.write_text("row_id,user,day\n1-CLI1,CLI0001,2026-11-25\n")
    code, out, _ = poort("persons", "appointments", str(file), "--json")
    assert (code, json.loads(out)["added"]) == (0, 1)
    assert json.loads(poort("persons", "appointments", str(file), "--json")[1])["unchanged"] == 1
    file.write_text("row_id,user,day\n1-CLI1,CLI0001,morgen\n")
    code, _, errors = poort("persons", "appointments", str(file))
    assert (code, "appointments.csv:2: found day 'morgen'" in errors) == (1, True)
