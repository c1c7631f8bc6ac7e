"""What every part of an answer shares, and what stands around its fragments: head, menu, tabs, foot, fields. Pure.

Rules: everything is written as legacy writes it, line ends included, so that a page differs from legacy's own in clock and
sequence alone; what legacy cannot say in its charset is an error (UnicodeEncodeError), never a question mark.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from adapters.legacy_sonar.views import View, ViewMap
from adapters.legacy_sonar.vocabulary import SCREEN_PATH
from adapters.legacy_sonar.wire import encode
from proxy.model.http import Answer
from proxy.model.person import Category

PATH = SCREEN_PATH.decode()
_DOCTYPE = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">'
_TABBED, _UNTABBED_SET = "SNR Klant Screen", 1
"""The screen whose views stand beside each other as tabs, and the set of its lists, which have none."""
_FIELDS = (
    (b"Server", b"SonarWeb/7.8 (stand-in)"),
    (b"Content-Type", b"text/html; charset=ISO-8859-1"),
    (b"Cache-Control", b"no-cache, no-store"),
    (b"Pragma", b"no-cache"),
    (b"Expires", b"0"),
    (b"P3P", b'CP="CAO PSA OUR"'),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What pages are built from: the control map and the local time."""

    views: ViewMap
    now: datetime


@dataclass(frozen=True, slots=True)
class Frame:
    """What every part of one answer needs."""

    setting: Setting
    user: str
    srn: str
    sequence: int
    whole: bool
    """A page; else the fragments alone, for scripts (SWERPC) and for one applet that is asked for."""
    shown: frozenset[Category]
    """Categories that newcore was asked for; what is of another one is masked as the gateway masks it."""

    @property
    def tail(self) -> str:
        """Give the end of every link."""
        return f"&amp;SRN={self.srn}&amp;SWEC={self.sequence}"

    @property
    def close(self) -> str:
        """Give the end of every fragment."""
        return (
            f'<input type="hidden" name="SWEC" value="{self.sequence}">\r\n'
            f'<input type="hidden" name="SRN" value="{self.srn}">\r\n</form>\r\n'
        )


def escape(text: str) -> str:
    """Write a value as legacy does: four signs only."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text or ">" in text:
        text = text.replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if '"' in text else text


def named(name: str) -> str:
    """Write the name of a view, a screen or an applet in an address."""
    return name.replace(" ", "+")


def answer(frame: Frame, view: View, fragments: str) -> Answer:
    """Give the fragments as legacy sends them; raises UnicodeEncodeError."""
    return _sent(_page(frame, view, fragments) if frame.whole else fragments)


def error(frame: Frame, code: str, text: str) -> Answer:
    """Tell an error as legacy does: with status 200."""
    if not frame.whole:
        return _sent(
            f'<div class="SWERPCError" id="SWEErr"><span class="code">{code}</span>'
            f'<span class="fout">{escape(text)} </span></div>\r\n'
        )
    table = f'<table class="foutmelding"><tr><td class="fout">{escape(text)} ({code}) </td></tr></table>\r\n'
    return _sent(f"{_head('Foutmelding')}{table}{_foot(frame)}")


def _sent(text: str) -> Answer:
    return Answer(200, b"OK", _FIELDS, encode(text))


def file(media: bytes, name: str, text: str) -> Answer:
    """Give a file as legacy sends it, which says nothing about keeping it; raises UnicodeEncodeError."""
    disposition = f'attachment; filename="{name}"'.encode("ascii")
    fields = (_FIELDS[0], (b"Content-Type", media), (b"Content-Disposition", disposition))
    return Answer(200, b"OK", fields, encode(text))


def message(text: str) -> Answer:
    """Give the answer of a service, which is UTF-8; raises UnicodeEncodeError."""
    fields = (_FIELDS[0], (b"Content-Type", b"text/xml; charset=utf-8"))
    return Answer(200, b"OK", fields, text.encode())


def _head(title: str) -> str:
    return (
        f"{_DOCTYPE}\r\n<html><head><title>SONAR - {title}</title>\r\n"
        '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">\r\n'
        '<link rel="stylesheet" type="text/css" href="/sonar_nld/static/sonar.css"></head>\r\n<body class="sonar">\r\n'
    )


def _foot(frame: Frame) -> str:
    return f'<div id="voet">{frame.setting.now:%d-%m-%Y %H:%M:%S}</div>\r\n</body></html>\r\n'


def _page(frame: Frame, view: View, fragments: str) -> str:
    views, tabs = frame.setting.views, ""
    menu = _links(
        frame,
        (
            (f"GotoPageTab&amp;SWEScreen={named(screen)}", views.views[first].title)
            for screen, first in views.screens.items()
        ),
    )
    if _is_tab(view):
        beside = (each for each in views.views.values() if _is_tab(each))
        links = _links(frame, ((f"GotoView&amp;SWEView={named(each.name)}", each.title) for each in beside))
        tabs = f'<div id="tabs">{links}</div>\r\n'
    off = _links(frame, (("Logoff", "Afmelden"),))
    return (
        f"{_head(view.title)}"
        '<div id="kop"><img src="/sonar_nld/static/logo.gif" alt="SONAR"> '
        f'<span id="gebruiker">{frame.user}</span> {off}</div>\r\n<div id="menu">{menu}</div>\r\n'
        f"{tabs}{fragments}{_foot(frame)}"
    )


def _links(frame: Frame, places: Iterable[tuple[str, str]]) -> str:
    return " ".join(f'<a href="{PATH}?SWECmd={command}{frame.tail}">{text}</a>' for command, text in places)


def _is_tab(view: View) -> bool:
    return view.screen == _TABBED and view.set != _UNTABBED_SET
