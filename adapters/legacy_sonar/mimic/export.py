"""A list as a file, as legacy exports it: tab separated for Excel, `;` separated as CSV, with CR LF. Pure.

Rules: the headings are the labels of the list; a tab or a line end in a value is a blank for Excel, in CSV the value stands
in quotes; what may not be seen is empty between its separators, and its heading stays.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from adapters.legacy_sonar.mimic.ask import Record
from adapters.legacy_sonar.mimic.frame import Frame, file
from adapters.legacy_sonar.views import Applet
from proxy.model.http import Answer

_NAMES: Mapping[int, str] = MappingProxyType(
    {1: "klanten", 10: "werkvoorraad", 11: "vacatures", 14: "kandidaten", 18: "werkgevers"}
)
"""Set of a list -> how its file is called."""
_TO_BLANKS = str.maketrans("\t\r\n", "   ")


def written(frame: Frame, applet: Applet, records: Iterable[Record], *, csv: bool) -> Answer:
    """Write the file; raises UnicodeEncodeError."""
    write, mark = (_quoted, ";") if csv else (_plain, "\t")
    shown = [control.field if control.category in frame.shown else None for control in applet.controls]
    lines = [mark.join(write(control.label) for control in applet.controls)]
    lines += [mark.join(write(each.get(field, "")) if field else "" for field in shown) for each in records]
    name = f"{_NAMES.get(applet.set, 'lijst')}_{frame.setting.now:%Y%m%d}.{'csv' if csv else 'xls'}"
    media = b"text/csv; charset=ISO-8859-1" if csv else b"application/vnd.ms-excel"
    return file(media, name, "\r\n".join(lines) + "\r\n")


def _plain(text: str) -> str:
    return text.translate(_TO_BLANKS)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ';"\r\n') else text
