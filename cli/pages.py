"""Legacy's own pages, as bytes, in a session of our own: one side of a comparison."""

import asyncio
import re
import time

import httpx

from adapters.legacy_sonar.client import quote
from proxy.errors import UpstreamError
from proxy.model.http import Answer, Request
from rollout.bucket import full
from rollout.compare import Step

PATH = "/sonar_nld/start.swe"
VIEW, APPLET = "SNR Vacature Zoek View", "SNR Vacature List Applet"
CONTROLS = {
    name: number
    for number, name in enumerate(
        ("vacancy_id", "title", "occupation", "employer_name", "city", "region", "hours", "level", "status", "opened"),
        1,
    )
}
_TOKEN = re.compile(r"_sn=([^;]+)")
_SRN = re.compile(r"SRN=([^&]+)")


class LegacyPages:
    """One session, from log-in on, that asks for pages of vacancies as a client would."""

    def __init__(self, http: httpx.AsyncClient, account: tuple[str, str], rate: float) -> None:
        """Take the connection, the account, and how many pages a second it may ask for."""
        self._http, self._account = http, account
        self._bucket = full(rate, time.monotonic())
        self._token, self._srn, self._sequence = "", "", 1
        self.user = account[0]

    async def login(self) -> None:
        """Log in as a client does; raises UpstreamError."""
        user, password = self._account
        body = b"SWECmd=ExecuteLogin&SWEView=Login+View&SWEC=1&SWEUserName=%b&SWEPassword=%b" % (
            quote(user),
            quote(password),
        )
        answer = await self._post(body)
        token = _TOKEN.search(answer.headers.get("set-cookie", ""))
        srn = _SRN.search(answer.headers.get("location", ""))
        if answer.status_code != 302 or token is None or srn is None:
            raise UpstreamError("log-in refused", sent=True)
        self._token, self._srn, self._sequence = token[1], srn[1], 2

    async def ask(self, step: Step) -> tuple[Request, Answer]:
        """Ask for one page; gives the request as bytes and the answer."""
        self._bucket, wait = self._bucket.take(time.monotonic())
        await asyncio.sleep(wait)
        self._sequence += 1
        pairs = [("SWECmd", "InvokeMethod"), ("SWEMethod", step.method), ("SWEView", VIEW), ("SWEApplet", APPLET)]
        pairs += [(f"s_11_1_{CONTROLS[name]}_0", value) for name, value in step.criteria]
        pairs += [("SWEField", f"s_11_1_{CONTROLS[step.sort]}_0")] if step.sort else []
        pairs += [("SRN", self._srn), ("SWEC", str(self._sequence))]
        body = b"&".join(quote(name) + b"=" + quote(value) for name, value in pairs)
        fields = (
            (b"Host", self._http.base_url.netloc),
            (b"Content-Type", b"application/x-www-form-urlencoded"),
            (b"Cookie", b"_sn=" + self._token.encode("ascii")),
        )
        request = Request(b"POST", PATH.encode("ascii"), b"HTTP/1.1", fields, body, "127.0.0.1")
        return request, await self.answer(body)

    async def answer(self, body: bytes) -> Answer:
        """Post a form as it is, in this session."""
        reply = await self._post(body)
        if token := _TOKEN.search(reply.headers.get("set-cookie", "")):
            self._token = token[1]
        return Answer(reply.status_code, b"", tuple(reply.headers.raw), reply.content)

    async def _post(self, body: bytes) -> httpx.Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "identity"}
        if self._token:
            headers["Cookie"] = f"_sn={self._token}"
        try:
            return await self._http.post(PATH, content=body, headers=headers, follow_redirects=False)
        except httpx.HTTPError as fault:
            raise UpstreamError("unreachable", sent=False) from fault
