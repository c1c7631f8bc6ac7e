"""How the legacy reads the parameters of a request: leniently, and the last one wins.

Rules (docs/legacy-surface.md §2): query before body; names without case, cut at a NUL, stripped; what stands behind SWEAC
belongs to the next link of the chain; five links; SWEC, SRN, SWETS, _sn and SWERPC count for the whole request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from adapters.legacy_sonar.standin.text import decode, unquote

Pair = tuple[str, str]

SHORT = {
    "m": "SWEMethod", "v": "SWEView", "a": "SWEApplet", "s": "SWEScreen", "p": "SWEPage", "f": "SWEField", "r": "SWERowId",
    "rs": "SWERowIds", "rq": "SWEReqRowId", "nc": "SWENeedContext", "kx": "SWEKeepContext", "av": "SWEActiveView",
    "aa": "SWEActiveApplet", "pa": "SWEPostnApplet", "pr": "SWEPostnRowId", "qa": "SWEQMApplet", "qm": "SWEQMMethod",
    "ac": "SWEAC", "rpc": "SWERPC", "ts": "SWETS", "n": "SRN", "fo": "SWEFo", "d": "SWEDataOnly", "ex": "SWEExclude",
    "sm": "SWESetMarkup", "u": "SWEUserName", "pw": "SWEPassword", "mn": "SWEModNum", "b": "SWEBID", "swecount": "SWEC",
}  # fmt: skip
LONG = {
    name.lower(): name
    for name in (
        *SHORT.values(),
        "SWECmd",
        "SWEC",
        "SWEQueryName",
        "_sn",
        "IsPortlet",
        "KeepAlive",
        "ExportFormat",
        "ExportScope",
    )
}
COMMANDS = {
    "C": "CanInvokeMethod", "Xlg": "ExecuteLogin", "Xnq": "ExecuteNamedQuery", "Gp": "GotoPage", "Gt": "GotoPageTab",
    "Gv": "GotoView", "Inv": "InvokeMethod", "Ls": "LoadService", "Lg": "Login", "Lo": "Logoff", "Rct": "ReloadCT",
    "Gpa": "GotoPostedAction", "Gcf": "GetCachedFrame", "Ga": "GetApplet",
}  # fmt: skip
WHOLE = ("SWEC", "SRN", "SWETS", "_sn", "SWERPC", "IsPortlet", "KeepAlive")
DEEPEST = 5
_PART = re.compile(
    rb'content-disposition:[^\r\n]*?\bname="?([^";\r\n]*)"?(?:[^\r\n]*?filename="([^"\r\n]*)")?', re.IGNORECASE
)
_EXEC = re.compile(r'<CMD\s+NAME="([^"]*)"\s+VALUE="([^"]*)"|<ARG\s+NAME="([^"]*)"\s*>([^<]*)</ARG>', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The links of a request, first to last, and what counts for all of them."""

    links: tuple[dict[str, str], ...]
    whole: dict[str, str] = field(default_factory=dict)


def name_of(name: str, value: str) -> str:
    """The long form of a parameter name; `C` is a count when its value is a number, else the command."""
    plain = name.split("\0", 1)[0].strip()
    key = plain.lower()
    if key == "c":
        return "SWEC" if value.isdigit() else "SWECmd"
    return SHORT.get(key) or LONG.get(key) or (key if key.startswith("s_") else plain)


def pairs(raw: bytes) -> list[Pair]:
    """The pairs of a query string or a form body, names in long form."""
    found = []
    for part in raw.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            text = unquote(value)
            found.append((name_of(unquote(name), text), text))
    return found


def _multipart(body: bytes, content_type: str) -> list[Pair]:
    mark = content_type.partition("boundary=")[2].split(";")[0].strip().strip('"')
    found = []
    for part in body.split(b"--" + mark.encode("latin-1"))[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = _PART.search(head)
        if name:
            value = decode(content.removesuffix(b"\r\n"))
            found.append((name_of(decode(name[1]), value), value))
            if name[2] is not None:
                found.append(("filename", decode(name[2])))
    return found


def body_pairs(body: bytes, content_type: str) -> list[Pair]:
    """The pairs of a body, whatever its declared type."""
    if body.lstrip()[:5].upper() == b"<EXEC":
        found = _EXEC.findall(decode(body))
        return [(name_of(a or c, b or d), b or d) for a, b, c, d in found]
    if "multipart/form-data" in content_type.lower() and "boundary=" in content_type:
        return _multipart(body, content_type)
    return pairs(body.rstrip(b"\r\n"))


def _chained(value: str) -> list[Pair]:
    for _ in range(3):
        if "=" in value:
            break
        value = unquote(value.encode("cp1252", "sonar-debris"))
    return pairs(value.encode("cp1252", "sonar-debris"))


def _links(found: Iterable[Pair]) -> list[dict[str, str]]:
    links: list[dict[str, str]] = [{}]
    waiting = list(found)[::-1]
    while waiting:
        name, value = waiting.pop()
        if name == "SWEAC":
            links.append({})
            waiting.extend(_chained(value)[::-1])
        else:
            links[-1][name] = value
    return links[:DEEPEST]


def read(query: bytes, body: bytes, content_type: str) -> Parameters:
    """The parameters as the legacy understands them; it never refuses."""
    links = _links([*pairs(query), *(body_pairs(body, content_type) if body else ())])
    whole = {name: link[name] for link in links for name in WHOLE if name in link}
    for link in links:
        if "SWECmd" in link:
            link["SWECmd"] = COMMANDS.get(link["SWECmd"], link["SWECmd"])
    return Parameters(tuple(links), whole)
