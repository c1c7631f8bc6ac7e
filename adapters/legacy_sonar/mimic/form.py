"""A form as legacy shows it, and the head that says whose page it is. Pure.

Rules: a control that nobody may change is a text, a long one a text area, any other an input; of a category that may not
be seen, and of a field that newcore did not give, the input is taken out: an empty one would overwrite when it is sent.
"""

from adapters.legacy_sonar.mimic.ask import Record
from adapters.legacy_sonar.mimic.frame import PATH, Frame, escape
from adapters.legacy_sonar.views import Applet, Control, Shape, View

_HEAD = "Klant"
_LONG = frozenset({"text", "requirements", "remark", "health_note"})


def form(frame: Frame, view: View, applet: Applet, record: Record) -> str:
    """Write the fragment of a form; a head has no number of the last change."""
    lines = "".join(_line(frame, applet, control, record) for control in applet.controls)
    changed = (
        f'<input type="hidden" name="SWEModNum" value="{record["mod_num"]}">\r\n' if applet.shape is Shape.FORM else ""
    )
    return (
        f'<form name="SWEForm{applet.set}_{applet.number - 1}" method="post" action="{PATH}">\r\n'
        f'<span class="miniBtnUI">{_HEAD if applet.shape is Shape.HEAD else view.title}</span>\r\n'
        f'<table class="formulier" summary="{applet.name}">\r\n{lines}</table>\r\n'
        f'<input type="hidden" name="SWERowId0" value="{record["id"]}">\r\n{changed}{frame.close}'
    )


def _line(frame: Frame, applet: Applet, control: Control, record: Record) -> str:
    key = f"s_{applet.set}_{applet.number}_{control.id}_0"
    text = record.get(control.field) if control.category in frame.shown else None
    cell = "" if text is None else _cell(control, key, escape(text))
    return f'<tr><td class="label">{control.label}</td><td id="{key}">{cell}</td></tr>\r\n'


def _cell(control: Control, key: str, text: str) -> str:
    if control.fixed:
        return text
    if control.field in _LONG:
        return f'<textarea name="{key}" rows="4" cols="60">{text}</textarea>'
    return f'<input type="text" name="{key}" value="{text}">'
