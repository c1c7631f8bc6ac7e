"""A scripted legacy client: what an old browser of a SONAR user sends, and nothing of what the answers mean.

Why: the demo's traffic, the tests of the stand-in and the scenario tests need the same client; it can be pointed at the
stand-in or at the gateway. Rules: it keeps cookies, SWEC, SRN and SWETS as a browser would; bytes are cp1252; it opens a new
connection when the old one is gone *before* it sends, and never sends a request twice.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from adapters.legacy_sonar.standin.text import decode, quote

PATH, EAI = "/sonar_nld/start.swe", "/eai_nld/start.swe?SWEExtSource=WebService&SWEExtCmd=Execute&WSSOAP=1"
FORM = "application/x-www-form-urlencoded"
CLIENTS, CLIENTS_FORM = "SNR Klant Zoek View", "SNR Klant Zoek Applet"
MESSAGES = "SNR Groepsbericht View"
LISTS = {
    "1": (CLIENTS, "SNR Klant List Applet"),
    "10": ("SNR Werkvoorraad View", "SNR Taak List Applet"),
    "11": ("SNR Vacature Zoek View", "SNR Vacature List Applet"),
    "14": ("SNR Match Kandidaat View", "SNR Match Kandidaat List Applet"),
    "18": ("SNR Werkgever Zoek View", "SNR Werkgever List Applet"),
    "19": (MESSAGES, "SNR Ontvanger List Applet"),
}
_SWEC, _SRN = (
    re.compile(r"SWEC=(\d+)|name=\"SWEC\" value=\"(\d+)\""),
    re.compile(r"SRN=(\w+)|name=\"SRN\" value=\"(\w+)\""),
)
_ROW = re.compile(r'name="SWERowId(\d)" value="([^"]*)"')
Fields = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `raw` is every byte as received, `body` the body without chunking and gzip."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raw: bytes

    @property
    def text(self) -> str:
        """The body as cp1252 text."""
        return decode(self.body)

    def header(self, name: str) -> str:
        """The first value of a header, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def rows(self) -> list[str]:
        """The row ids in the hidden inputs."""
        return [row for _, row in _ROW.findall(self.text) if row]

    def control(self, key: str) -> str:
        """The value of a control by its id, as it stands in the page (escaped); empty when absent."""
        found = re.search(
            rf'id="{re.escape(key)}">(?:<input[^>]*? value="([^"]*)">|<textarea[^>]*>([^<]*)<|<a [^>]*>([^<]*)<|([^<]*)<)',
            self.text,
        )
        return next((group for group in found.groups() if group is not None), "") if found else ""

    @property
    def modnum(self) -> str:
        """The SWEModNum of the page's form."""
        found = re.search(r'name="SWEModNum" value="(\d*)"', self.text)
        return found[1] if found else ""


async def _chunks(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    raw, body = b"", b""
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        piece = await reader.readexactly(size + 2)
        raw += line + piece
        if size == 0:
            return raw, body
        body += piece[:-2]


async def read_reply(reader: asyncio.StreamReader, method: str) -> Reply:
    """Read one answer; raises IncompleteReadError when the connection ends too early."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    named = {name.lower(): value for name, value in headers}
    status = int(first.split(" ")[1])
    if method == "HEAD" or status in (204, 304):
        raw = body = b""
    elif "chunked" in named.get("transfer-encoding", "").lower():
        raw, body = await _chunks(reader)
    elif "content-length" in named:
        raw = body = await reader.readexactly(int(named["content-length"]))
    else:
        raw = body = await reader.read()
    if named.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return Reply(status, headers, body, head + raw)


class Visitor:
    """One user with one browser and one connection."""

    def __init__(self, base: str, user: str = "", password: str = "") -> None:
        parts = urlsplit(base)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.user, self.password = user, password
        self.cookies: dict[str, str] = {}
        self.swec, self.srn = 1, ""
        self.stamp: Callable[[], int] = lambda: int(time.time() * 1000)
        self.host_header = f"{self.host}:{self.port}"
        self.extra: list[tuple[str, str]] = []
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        """Use it in `async with`; the connection is closed at the end."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        await self.close()

    async def close(self) -> None:
        """Close the connection; the session lives on."""
        if self._writer:
            self._writer.close()
        self._reader = self._writer = None

    async def exchange(self, method: str, target: str, body: bytes = b"", headers: Fields = ()) -> Reply:
        """Send exactly this and read the answer; the cookies of both are kept."""
        sent = [
            ("Host", self.host_header),
            ("User-Agent", "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)"),
            *self.extra,
            *headers,
        ]
        if self.cookies and not any(name.lower() == "cookie" for name, _ in sent):
            sent.append(("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        if body or method == "POST":
            sent.append(("Content-Length", str(len(body))))
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent)
        return await self.raw(f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body, method)

    async def raw(self, request: bytes, method: str = "GET") -> Reply:
        """Send these bytes and read one answer."""
        if self._reader is None or self._writer is None or self._reader.at_eof() or self._writer.is_closing():
            await self.close()
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        try:
            self._writer.write(request)
            await self._writer.drain()
            reply = await read_reply(self._reader, method)
        except (OSError, asyncio.IncompleteReadError):
            await self.close()
            raise
        self._learn(reply)
        if reply.header("Connection").lower() == "close":
            await self.close()
        return reply

    def _learn(self, reply: Reply) -> None:
        for name, value in reply.headers:
            if name.lower() == "set-cookie":
                key, _, content = value.split(";")[0].partition("=")
                self.cookies[key] = content
                if not content:
                    del self.cookies[key]
        place = reply.header("Location") if reply.status == 302 else reply.text if 'name="SRN"' in reply.text else ""
        count, token = _SWEC.search(place), _SRN.search(place)
        if count and token:
            number, srn = int(count[1] or count[2]), token[1] or token[2]
            self.swec, self.srn = max(number, self.swec) if srn == self.srn else number, srn

    def query(self, *fields: tuple[str, str]) -> str:
        """The fields as a form, with SRN, SWEC and SWETS behind them; uses up one SWEC."""
        srn = [("SRN", self.srn)] if self.srn else []
        whole = [*fields, *srn, ("SWEC", str(self.swec)), ("SWETS", str(self.stamp()))]
        self.swec += 1
        return "&".join(f"{name}={quote(value)}" for name, value in whole)

    async def post(self, *fields: tuple[str, str]) -> Reply:
        """Post a form to the screen path."""
        return await self.exchange("POST", PATH, self.query(*fields).encode("latin-1"), [("Content-Type", FORM)])

    async def get(self, *fields: tuple[str, str]) -> Reply:
        """Follow a link of the screen path."""
        return await self.exchange("GET", f"{PATH}?{self.query(*fields)}")

    async def invoke(self, method: str, view: str, applet: str, *fields: tuple[str, str]) -> Reply:
        """InvokeMethod on an applet of a view."""
        return await self.post(
            ("SWECmd", "InvokeMethod"),
            ("SWEMethod", method),
            ("SWEView", view),
            ("SWEApplet", applet),
            ("SWENeedContext", "true"),
            *fields,
        )

    async def login(self, user: str = "", password: str = "") -> Reply:
        """Log in; `swec` and `srn` come from the answer."""
        self.user, self.password = user or self.user, password or self.password
        self.cookies, self.swec, self.srn = {}, 1, ""
        named = (
            ("SWEUserName", self.user),
            ("SWEPassword", self.password),
            ("SWEFo", "SWEForm1_0"),
            ("SWENeedContext", "false"),
        )
        return await self.post(*named, ("SWECmd", "ExecuteLogin"), ("SWEView", "Login View"))

    async def logoff(self) -> Reply:
        """Log off."""
        return await self.get(("SWECmd", "Logoff"))

    async def worklist(self) -> Reply:
        """Open the work list."""
        return await self.get(("SWECmd", "GotoPageTab"), ("SWEScreen", "SNR Werkvoorraad Screen"))

    async def search(self, *criteria: tuple[str, str], view: str = CLIENTS) -> Reply:
        """NewQuery, then ExecuteQuery with these controls; the answer of the second."""
        await self.invoke("NewQuery", view, CLIENTS_FORM)
        return await self.invoke("ExecuteQuery", view, CLIENTS_FORM, *criteria)

    async def search_bsn(self, bsn: str) -> Reply:
        """Search a person by BSN."""
        return await self.search(("s_1_1_7_0", bsn))

    async def search_name(self, name: str) -> Reply:
        """Search persons by surname, wildcards allowed."""
        return await self.search(("s_1_1_2_0", name))

    async def next_page(
        self, view: str = CLIENTS, applet: str = "SNR Klant List Applet", method: str = "GotoNextSet"
    ) -> Reply:
        """The next ten of the list; the request holds no query."""
        return await self.invoke(method, view, applet)

    async def drill(self, row_id: str, field: str = "s_1_1_7_0", rpc: bool = False) -> Reply:
        """Click on a cell of a list; the number of its set says which list."""
        view, applet = LISTS[field.split("_")[1]]
        more = (("SWERPC", "1"),) if rpc else ()
        where = (("SWEField", field), ("SWERowId", row_id), ("SWEReqRowId", "1"))
        return await self.invoke("Drilldown", view, applet, *where, *more)

    async def open_client(self, row_id: str, view: str = "SNR Klantbeeld View") -> Reply:
        """Open a view positioned on a person (or vacancy, or employer); an empty row id opens the current record."""
        row = (("SWERowId", row_id),) if row_id else ()
        return await self.get(("SWECmd", "GotoView"), ("SWEView", view), *row)

    async def update_contact(self, row_id: str, modnum: str, *fields: tuple[str, str]) -> Reply:
        """Write contact details, such as ("s_5_1_1_0", "050-9900123")."""
        return await self.invoke(
            "WriteRecord",
            "SNR Klant Contactgegevens View",
            "SNR Contactgegevens Form",
            ("SWERowId", row_id),
            ("SWEModNum", modnum),
            *fields,
        )

    async def create_note(self, row_id: str, text: str, subject: str = "gesprek") -> Reply:
        """Write a note on a person."""
        fields = (("SWERowIds", row_id), ("s_4_1_2_0", "telefoon"), ("s_4_1_4_0", subject), ("s_4_1_6_0", text))
        return await self.invoke("NewRecord", "SNR Contacthistorie View", "SNR Contactverslag List Applet", *fields)

    async def search_vacancies(self, *criteria: tuple[str, str]) -> Reply:
        """Search vacancies, such as ("s_11_1_6_0", "AM01")."""
        return await self.invoke("ExecuteQuery", "SNR Vacature Zoek View", "SNR Vacature List Applet", *criteria)

    async def search_candidates(self, vacancy_id: str, *criteria: tuple[str, str]) -> Reply:
        """Search candidates for a vacancy."""
        return await self.invoke(
            "ExecuteQuery",
            "SNR Match Kandidaat View",
            "SNR Match Kandidaat List Applet",
            ("s_14_1_1_0", vacancy_id),
            *criteria,
        )

    async def refer(self, row_id: str, vacancy_id: str, remark: str = "") -> Reply:
        """Refer a person to a vacancy."""
        fields = (("SWERowIds", row_id), ("s_15_1_1_0", vacancy_id), ("s_15_1_6_0", remark))
        return await self.invoke("NewRecord", "SNR Verwijzing View", "SNR Verwijzing List Applet", *fields)

    async def send_message(self, rows: Iterable[str], text: str, *more: tuple[str, str]) -> Reply:
        """Send a group message to these rows of the list of recipients."""
        fields = (("SWERowIds", ",".join(rows)), ("s_19_2_1_0", "Banenmarkt"), ("s_19_2_2_0", text))
        return await self.invoke("Send", MESSAGES, "SNR Groepsbericht Form", *fields, *more)

    async def export(self, form: str = "XLS", view: str = CLIENTS, applet: str = "SNR Klant List Applet") -> Reply:
        """Export the current list."""
        return await self.invoke("ExportList", view, applet, ("ExportFormat", form), ("ExportScope", "AllRows"))

    async def soap(self, bsn: str, session_type: str = "None", token: str = "") -> Reply:
        """The municipal query."""
        return await self.exchange(
            "POST", EAI, soap_body((self.user, self.password), bsn, session_type, token), SOAP_HEADERS
        )


SOAP_HEADERS = (
    ("Content-Type", "text/xml; charset=utf-8"),
    ("SOAPAction", '"document/http://sonar.example/CustomUI:KlantprofielOpvragen"'),
)


def soap_body(login: tuple[str, str], bsn: str, session_type: str = "None", token: str = "") -> bytes:
    """The envelope of a municipal query; a token stands in for user and password."""
    user, password = login
    space = 'xmlns="http://siebel.com/webservices"'
    who = (
        f"<SessionToken {space}>{token}</SessionToken>"
        if token
        else f"<UsernameToken {space}>{user}</UsernameToken><PasswordText {space}>{password}</PasswordText>"
    )
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header>'
        f"<SessionType {space}>{session_type}</SessionType>{who}</soapenv:Header><soapenv:Body>"
        f'<KlantprofielOpvragen_Input xmlns="http://sonar.example/SonarKlantInfoGSD/v0100"><Burgerservicenr>{bsn}</Burgerservicenr>'
        "<DatPeilmoment>20201124</DatPeilmoment></KlantprofielOpvragen_Input></soapenv:Body></soapenv:Envelope>"
    ).encode()
