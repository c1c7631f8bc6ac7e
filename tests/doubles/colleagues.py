"""Users at work on a running system, until told to stop: every page that fails is written down, and every write is told.

Why: what moves underneath - a ramp, a routing file, a worker - must not be noticed by anybody. Rules: each has clients of an
own, so that what a write left behind can be looked up; a write carries a text that occurs once; a client whose connection was
closed before it sent opens a new one, and nothing is ever sent twice.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

from adapters.legacy_sonar.standin.visitor import Reply, Visitor

CONTACT, FORM = "SNR Klant Contactgegevens View", "SNR Contactgegevens Form"
WRITES = 0.25
"""Share of rounds in which something is changed: who never stops writing waits for newcore to have it, and stays on legacy."""
NOTES, NOTE_LIST = "SNR Contacthistorie View", "SNR Contactverslag List Applet"


@dataclass(slots=True)
class Colleague:
    """One user with one browser."""

    visitor: Visitor
    rows: list[str]
    chance: random.Random
    pages: int = 0
    failed: list[str] = field(default_factory=list)
    phones: dict[str, str] = field(default_factory=dict)
    """Row -> the phone number that was written last."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """(row, text) of every note that was acknowledged."""

    @classmethod
    def of(cls, system: Any, account: dict[str, Any], rows: list[str]) -> "Colleague":
        """Sit down at a browser."""
        visitor = Visitor(system.said["gateway"], account["user"], account["password"])
        return cls(visitor, rows, random.Random(account["user"]))

    async def work(self, stop: asyncio.Event, pause: float) -> None:
        """Log in, then do one thing after the other."""
        async with self.visitor as visitor:
            await self.seen("log-in", await visitor.login(), status=302)
            while not stop.is_set():
                await self.round(pause)

    async def round(self, pause: float) -> None:
        """Search, turn a page, look at a client in several views, write by cursor, go back, look at vacancies."""
        row, visitor = self.chance.choice(self.rows), self.visitor
        name = await self.listed("search", await visitor.search_name("*"))
        if name is not None and "Volgende</a>" in name.text:
            await self.listed("next page", await visitor.next_page())
        await asyncio.sleep(pause)
        await self.person("drill", row, await visitor.drill(row))
        await self.person("tab", row, await visitor.open_client("", "SNR Klant Persoon View"))
        await asyncio.sleep(pause)
        await self.person("notes", row, await visitor.open_client("", NOTES))
        await self.person("back", row, await visitor.get(("SWECmd", "GetCachedFrame")))
        if self.chance.random() < WRITES:
            await self.written(row)
        await asyncio.sleep(pause)
        await self.listed("list again", await visitor.get(("SWECmd", "GotoView"), ("SWEView", "SNR Klant Zoek View")))
        await self.listed("vacancies", await visitor.search_vacancies())
        await self.listed(
            "next vacancies", await visitor.next_page("SNR Vacature Zoek View", "SNR Vacature List Applet")
        )
        await asyncio.sleep(pause)

    async def written(self, row: str) -> None:
        """Change the phone of the client who is open, without saying who it is; then write a note the same way.

        Opened by its row: after Back nobody can tell where SONAR stands, so the gateway asks for one, whichever core answers.
        """
        page = await self.visitor.open_client(row, CONTACT)
        if not await self.person("contact", row, page):
            return
        text = f"06-{self.chance.randrange(10**8):08d}"
        reply = await self.visitor.invoke("WriteRecord", CONTACT, FORM, ("SWEModNum", page.modnum), ("s_5_1_1_0", text))
        if await self.person("change", row, reply) and "Record gewijzigd" in reply.text:
            self.phones[row] = text
        note = f"verslag {self.visitor.user} {self.chance.getrandbits(48):x}"
        reply = await self.visitor.invoke("NewRecord", NOTES, NOTE_LIST, ("s_4_1_4_0", "x"), ("s_4_1_6_0", note))
        if await self.person("note", row, reply) and "Record toegevoegd" in reply.text:
            self.notes.append((row, note))

    async def listed(self, what: str, reply: Reply) -> Reply | None:
        """A list, of whatever length."""
        return reply if await self.seen(what, reply, holds='class="teller"') else None

    async def person(self, what: str, row: str, reply: Reply) -> bool:
        """A page of this client and of nobody else."""
        return await self.seen(f"{what} {row}", reply, holds=f'value="{row}"')

    async def seen(self, what: str, reply: Reply, status: int = 200, holds: str = "") -> bool:
        """Count a page, and write it down where it is not what was asked for."""
        self.pages += 1
        good = reply.status == status and holds in reply.text
        if not good:
            self.failed.append(f"{self.visitor.user}, {what}: {reply.status} {reply.text[:600]}")
        return good


def astray(record: dict[str, Any], phone: str, notes: list[str]) -> list[str]:
    """Say what of a user's writes is not, or not once, on the record as legacy holds it."""
    held = [note["text"] for note in record["children"].get("note", [])]
    wrong = [f"note {text}: {held.count(text)} times" for text in notes if held.count(text) != 1]
    if phone and record["record"]["phone"] != phone:
        wrong.append(f"phone {record['record']['phone']} instead of {phone}")
    return wrong
