"""What a view is made of: applets with numbered controls.

Rules: a control line is `number|label|category|field|options`; options are `drill=<view>`, `bsn`, `ro` (read only),
`query` (only a criterion), `required`. A field may end in `:d` (date), `:b` (BSN as a number), `:j` (J/N), `:y` (Y/N).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """One position of an applet."""

    number: int
    label: str
    category: str
    field: str
    form: str
    options: tuple[str, ...]

    @property
    def drill(self) -> str | None:
        """The view that a click on this column opens."""
        return next((option[6:] for option in self.options if option.startswith("drill=")), None)


@dataclass(frozen=True, slots=True)
class Applet:
    """One form or list on a view; `component` names the kind of record, whose cursor the session keeps."""

    set: int
    number: int
    name: str
    kind: str
    component: str
    controls: tuple[Control, ...]
    aliases: tuple[str, ...] = ()
    parent: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One view: what the address bar names, and the applets that are on it."""

    name: str
    screen: str
    title: str
    functions: str
    applets: tuple[Applet, ...]

    @property
    def main(self) -> Applet:
        """The applet that the view is about."""
        return self.applets[0]


def _control(line: str) -> Control:
    number, label, category, field, *rest = (part.strip() for part in line.split("|"))
    name, _, form = field.partition(":")
    return Control(int(number), label, category, name, form, tuple(rest[0].split()) if rest and rest[0] else ())


def _drills(control: Control, options: str) -> Control:
    return Control(control.number, control.label, control.category, control.field, control.form, (options,))


def controls(text: str) -> tuple[Control, ...]:
    """The controls of one applet from its table; `drill=` names a view and may hold blanks."""
    found = []
    for line in text.strip().splitlines():
        head, mark, drill = line.partition("drill=")
        control = _control(head)
        found.append(_drills(control, f"drill={drill.strip()}") if mark else control)
    return tuple(found)
