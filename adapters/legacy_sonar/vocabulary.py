"""The words of command URLs: long and short names, commands, arguments. Closed: what is not here has no reading.

Sources: the conventions that such clients share (docs/legacy-surface.md §2). Names fold case, values never do.
"""

SCREEN_PATH = b"/sonar_nld/start.swe"
SERVICE_PATH = b"/eai_nld/start.swe"
SESSION_NAME = "_sn"
LOGIN_VIEW = "Login View"
UPLOADING = frozenset({"SNR Bijlage View", "SNR Groepsbericht View"})
"""Views with a form that can carry a file."""

_SHORT = {
    "M": "SWEMethod", "V": "SWEView", "A": "SWEApplet", "S": "SWEScreen", "P": "SWEPage", "F": "SWEField",
    "R": "SWERowId", "Rs": "SWERowIds", "Rq": "SWEReqRowId", "Nc": "SWENeedContext", "Kx": "SWEKeepContext",
    "Av": "SWEActiveView", "Aa": "SWEActiveApplet", "Pa": "SWEPostnApplet", "Pr": "SWEPostnRowId", "Qa": "SWEQMApplet",
    "Qm": "SWEQMMethod", "AC": "SWEAC", "Rpc": "SWERPC", "Ts": "SWETS", "N": "SRN", "Fo": "SWEFo", "D": "SWEDataOnly",
    "Ex": "SWEExclude", "Sm": "SWESetMarkup", "U": "SWEUserName", "Pw": "SWEPassword", "Mn": "SWEModNum", "B": "SWEBID",
}  # fmt: skip
_IMAGE = ("x", "y")
"""Where an image button was clicked: old browsers send it along, legacy ignores it."""
_LONG = (
    *_SHORT.values(),
    "SWECmd",
    "SWEC",
    "SWEQueryName",
    "ExportFormat",
    "ExportScope",
    "IsPortlet",
    "KeepAlive",
    *_IMAGE,
)
NAMES = {
    **{name.lower(): name for name in _LONG},
    **{short.lower(): name for short, name in _SHORT.items()},
    "swecount": "SWEC",
    "_sn": SESSION_NAME,
}
"""Folded name -> long name. `C` is not in it: it is SWEC before a number and SWECmd before anything else."""
SERVICE_NAMES = {
    name.lower(): name
    for name in ("SWEExtSource", "SWEExtCmd", "WSSOAP", "Username", "Password", "SWEUserName", "SWEPassword")
}

COMMANDS = {
    "Xlg": "ExecuteLogin", "Lg": "Login", "Lo": "Logoff", "Gv": "GotoView", "Gt": "GotoPageTab", "Gp": "GotoPage",
    "Inv": "InvokeMethod", "Xnq": "ExecuteNamedQuery", "Ci": "CanInvokeMethod", "Ga": "GetApplet",
    "Gcf": "GetCachedFrame", "Gpa": "GotoPostedAction", "Ls": "LoadService", "Rct": "ReloadCT",
}  # fmt: skip
SHARED = frozenset({"SWEC", "SRN", "SWETS", "SWERPC", SESSION_NAME})
"""Arguments of the whole request, wherever in a chain they stand."""
WITHOUT_EFFECT = frozenset(
    {"SWEFo", "SWENeedContext", "SWEKeepContext", "SWEDataOnly", "SWEExclude", "SWEBID", "SWEReqRowId"}
    | {"SWEActiveApplet", "SWEActiveView", "SWEPage", *_IMAGE}
)
KEEPS_ALIVE = frozenset({"IsPortlet", "KeepAlive"})
OPENING = frozenset({"GotoView", "GotoPageTab"})
QUERIES = frozenset({"ExecuteQuery", "RefineQuery", "ExecuteNamedQuery", "SaveQueryAs"})
CONTINUING = frozenset(
    {"RefineQuery", "SaveQueryAs", "SortAscending", "SortDescending", "GotoFirstSet", "GotoNextSet"}
    | {"GotoPreviousSet", "GotoLastSet"}
)
"""Methods that go on with the list that the session opened."""
REPOSITIONING = CONTINUING - {"SaveQueryAs"} | {"NewQuery", "PositionOnRow", "EditRecord"}
"""Navigation after which the cursor stands elsewhere."""
BY_PLACE = frozenset({"Drilldown", "PositionOnRow", "EditRecord", "WriteRecord", "DeleteRecord", "CopyRecord"})
"""Methods that act on the place in the list, or on the record under it, when no row is named."""
SHOWING = frozenset({"PositionOnRow", "EditRecord", "PickRecord", "ToggleTo"})
"""Navigation that shows its view as it is, and at most moves the cursor."""
BY_ROW = frozenset({"PositionOnRow", "EditRecord"})
"""Navigation that moves the cursor to the row that it names, and nowhere where it names none."""
NEW = frozenset({"NewRecord", "CreateRecord", "CopyRecord"})
"""Methods that make a record, below the person whom they name."""
AS_SHOWN = frozenset({"GotoPage", "GotoPostedAction", "GetApplet", "ReloadCT"})
"""Commands that show the current view again."""
EXPORT_FORMATS = frozenset({"XLS", "CSV"})
EXPORT_SCOPES = frozenset({"AllRows", "CurrentRows"})
