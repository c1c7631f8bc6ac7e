"""`poort policy check|explain|diff|document`, as a reviewer types them."""

import json
from pathlib import Path

from tests.doubles import command
from tests.doubles.command import Done

ROOT = Path(__file__).parents[3]


def poort(*words: str, **over: str) -> Done:
    """Run `poort policy` under these settings."""
    return command.poort("policy", *words, settings=over)


def test_the_matrix_of_this_release_is_in_order():
    """Exit code 0, and its hash."""
    code, out, _ = poort("check", "--json")
    assert (code, len(json.loads(out)["hash"])) == (0, 64)


def test_a_typing_error_is_refused_with_its_line(tmp_path):
    """Exit code 1 and file:line; an absent file says which setting names it."""
    text = (ROOT / "authorisation.yaml").read_text(encoding="utf-8").replace("effect: mask", "effect: hide")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    code, _, errors = poort("check", POORT_AUTHORISATION_FILE=str(tmp_path / "mine.yaml"))
    assert (code, "mine.yaml:" in errors, "found the effect 'hide'; allowed: allow, forbid, mask, card" in errors) == (
        1,
        True,
        True,
    )
    code, _, errors = poort("check", POORT_AUTHORISATION_FILE=str(tmp_path / "absent.yaml"))
    assert (code, "POORT_AUTHORISATION_FILE" in errors) == (1, True)


def test_a_cell_is_explained_with_the_signed_texts():
    """Per relation what is visible and why; below, the sentences of the rules."""
    code, out, _ = poort("explain", "IDV", "client.workcapacity.view", "--organisation", "UWV")
    assert code == 0
    assert "eigen regio: geweigerd, van de functie zelf blijft niets zichtbaar" in out
    assert "eigen caseload: zichtbaar: identiteit, belastbaarheid (RG1)" in out
    assert "RG2: Adviseurs van UWV zien klanten van de eigen regio" in out


def test_what_a_role_has_not_and_what_does_not_exist():
    """Not in the role is an answer; an unknown function is refused with those that exist."""
    assert (
        "heeft client.benefit.view niet" in poort("explain", "WSP", "client.benefit.view", "--organisation", "UWV")[1]
    )
    assert "RG0" in poort("explain", "AW", "vacancy.search", "--organisation", "UWV")[1]
    code, _, errors = poort("explain", "AW", "client.nothing", "--organisation", "UWV")
    assert (code, "allowed: session.login" in errors) == (1, True)
    assert poort("explain", "XX", "client.search", "--organisation", "UWV")[0] == 2


def test_what_is_not_in_the_role_says_by_which_rule():
    """The sentence that closes it is signed too."""
    _, out, _ = poort("explain", "WSP", "client.benefit.view", "--organisation", "UWV")
    assert "RG0.dicht: Een functie die de matrix een rol niet geeft, is voor die rol dicht." in out


def test_explain_wants_a_cell_or_a_reference():
    """Half a question is wrong use."""
    code, _, errors = poort("explain", "AW")
    assert (code, "--reference" in errors) == (2, True)


def test_a_rule_that_sits_in_report_gives_an_alarm(tmp_path):
    """In order, exit code 0, and the alarm beside it."""
    file = changed(tmp_path, ("    mode: enforce\n    since: 2026-11-26", "    mode: report\n    since: 2020-01-01"))
    code, out, _ = poort("check", POORT_AUTHORISATION_FILE=str(file))
    assert code == 0
    assert "report 1, warn 0" in out
    assert "ALARM: RG0 staat al" in out
    code, out, _ = poort("check", "--json", POORT_AUTHORISATION_FILE=str(file))
    assert json.loads(out)["alarms"][0].startswith("RG0 staat al")


def test_a_file_that_breaks_a_promise_is_refused(tmp_path):
    """Sound YAML that opens own dossiers: exit code 1 with the cells."""
    file = changed(tmp_path, ("    classes: [self]", "    classes: [staff]"))
    code, _, errors = poort("check", POORT_AUTHORISATION_FILE=str(file))
    assert (code, "niemand opent het eigen dossier" in errors) == (1, True)


def test_a_difference_is_told_in_dutch(tmp_path):
    """Rules first, then who loses what; nothing for the same file; `--json` one object a line."""
    file = changed(tmp_path, ("client.cv.view: {AW: all, IDV: all", "client.cv.view: {IDV: all"))
    code, out, _ = poort("diff", "authorisation.yaml", str(file))
    assert (code, out.splitlines()[0][:44]) == (0, "Adviseur werk verliest: cv raadplegen, eigen")
    assert poort("diff", str(file), str(file))[1] == "geen verschil: niemand krijgt of verliest iets\n"
    line = json.loads(poort("diff", "authorisation.yaml", str(file), "--json")[1].splitlines()[0])
    assert (line["role"], line["function"]) == ("AW", "client.cv.view")
    code, _, errors = poort("diff", "nothing.yaml")
    assert (code, "found no file nothing.yaml; allowed: a file, or the whole hash" in errors) == (1, True)


def test_the_document_is_written_where_it_is_asked(tmp_path):
    """A page, a sheet and, on request, the policies for another engine."""
    code, out, _ = poort("document", str(tmp_path / "doc"), "--cedar", "--json")
    assert code == 0
    assert [Path(each).suffix for each in json.loads(out)["files"]] == [".html", ".csv", ".cedar"]
    assert (tmp_path / "doc" / "autorisatiematrix.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def changed(directory: Path, change: tuple[str, str]) -> Path:
    """The matrix of this release with one change, as a file of its own."""
    text = (ROOT / "authorisation.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    file = directory / "mine.yaml"
    file.write_text(text.replace(*change, 1), encoding="utf-8")
    return file
