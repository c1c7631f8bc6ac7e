"""The control tables of docs/legacy-surface.md, made from the same rows that the stand-in serves.

Rule: the document holds this text between two markers; a test compares them, so the document cannot drift from the code.
"""

from __future__ import annotations

from adapters.legacy_sonar.standin.applets import Applet, Control, View
from adapters.legacy_sonar.standin.views import VIEWS

START = "<!-- tables: python -m adapters.legacy_sonar.standin document -->"
END = "<!-- end of tables -->"


def _remark(control: Control) -> str:
    if control.drill:
        return f"link, drills to `{control.drill}`"
    words = {
        "bsn": "**the person's BSN**",
        "ro": "read only",
        "query": "criterion, empty in rows",
        "required": "may not be empty",
    }
    forms = {"d": "dd-mm-jjjj", "b": "number", "j": "J/N", "y": "Y/N"}
    notes = [words[option] for option in control.options]
    if control.form:
        notes.append(forms[control.form])
    return ", ".join(notes)


def _applet(applet: Applet) -> list[str]:
    aliases = f"; also called {', '.join(f'`{name}`' for name in applet.aliases)}" if applet.aliases else ""
    parent = "; child rows of the current person" if applet.parent else ""
    lines = [
        f"`s_{applet.set}_{applet.number}_<control>_<row>`: applet `{applet.name}`, {applet.kind} of {applet.component}{parent}{aliases}",
        "",
    ]
    lines += ["|id|label|cat|remark|", "|--|--|--|--|"]
    lines += [f"|{c.number}|{c.label}|{c.category}|{_remark(c)}|" for c in applet.controls]
    return [*lines, ""]


def _view(view: View) -> list[str]:
    lines = [f"### {view.name}", f"Screen `{view.screen}`, title `{view.title}`, functions {view.functions}.", ""]
    for applet in view.applets:
        if applet.kind == "head" and applet.set != 4:
            lines += [
                f"`s_{applet.set}_9_<control>_0`: applet `{applet.name}`, the head of the person, controls as `s_4_9_*`.",
                "",
            ]
        else:
            lines += _applet(applet)
    return lines


def tables() -> str:
    """All control tables as Markdown, markers included."""
    body = "\n".join(line for view in VIEWS for line in _view(view)).rstrip()
    return f"{START}\n\n{body}\n\n{END}"
