"""The document of the surface says what the code serves."""

import re
from pathlib import Path

from adapters.legacy_sonar.standin.document import END, START, tables
from adapters.legacy_sonar.standin.parameters import COMMANDS, LONG, SHORT
from adapters.legacy_sonar.standin.records import TEXTS
from adapters.legacy_sonar.standin.views import APPLETS, VIEWS

TEXT = (Path(__file__).parents[5] / "docs" / "legacy-surface.md").read_text(encoding="utf-8")


def test_the_control_tables_are_the_code():
    """The generated part is up to date."""
    assert TEXT[TEXT.index(START) : TEXT.index(END) + len(END)] == tables()


def test_every_short_form_is_in_the_tables():
    """Names and commands of both tables are the code's."""
    names = dict(re.findall(r"\|(SWE\w+|SRN)\|(\w+)\|", TEXT.split("## 2.")[1].split("|command|")[0]))
    assert {short.lower(): name for name, short in names.items()} == {k: v for k, v in SHORT.items() if k != "swecount"}
    commands = dict(
        re.findall(r"^\|(\w+)\|(\w+)\|", TEXT.split("|command|short|does|")[1].split("## 3.")[0], re.MULTILINE)
    )
    assert {short: name for name, short in commands.items()} == COMMANDS
    assert "swec" in LONG


def test_every_error_text_is_in_the_table():
    """Code and text of each error stand in one line."""
    for code, text in TEXTS.items():
        assert re.search(rf"^\|{code}\|{re.escape(text.format('&lt;label&gt;'))}\|", TEXT, re.MULTILINE), code


def test_positions_are_unique():
    """No set and applet number names two different applets, no control number occurs twice."""
    for view in VIEWS:
        for applet in view.applets:
            assert APPLETS[applet.set, applet.number] == applet
            numbers = [control.number for control in applet.controls]
            assert numbers == list(range(1, len(numbers) + 1))
