"""What must hold of results: JSON for programs, lines for people, progress for terminals only."""

import json
from datetime import UTC, datetime

import pytest

from cli.output import progress, show, show_rows, tell

ROWS = [{"at": datetime(2026, 1, 2, tzinfo=UTC), "who": "u1"}, {"at": None, "who": "ü"}]


def test_json_rows_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line can be read by itself."""
    show_rows(ROWS, as_json=True)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"at": "2026-01-02T00:00:00+00:00", "who": "u1"},
        {"at": None, "who": "ü"},
    ]


def test_told_rows_have_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns stand under their name, an absent value is a dash."""
    show_rows(ROWS, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "at\twho"
    assert lines[2] == "-\tü"


def test_no_rows_is_no_output(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing found prints nothing, so that a script can tell."""
    show_rows([], as_json=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("as_json", "printed"), [(True, '{"done":1}\n'), (False, "een\n")])
def test_a_result_is_shown_in_one_of_two_forms(capsys, as_json: bool, printed: str) -> None:
    """The flag chooses the form, not the content."""
    show({"done": 1}, "een", as_json=as_json)
    assert capsys.readouterr().out == printed


def test_what_is_said_on_the_way_is_not_in_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets results only."""
    tell("bezig")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "bezig\n")


def test_progress_in_a_pipe_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """No bar where nobody looks."""
    with progress("vacatures", 3) as advance:
        advance()
        advance(2)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")
