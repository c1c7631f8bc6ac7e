"""What a browser does about one person, by the words of `people.py`: every function of the first version, and its dialects."""

from collections.abc import Awaitable, Callable, Mapping

from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.visitor import Reply, Visitor

type Act = Callable[[Visitor, Record], Awaitable[Reply]]
NATIONAL, MATCH, CANDIDATES = (
    "SNR Klant Zoek Alle Organisaties View",
    "SNR Match Kandidaat View",
    "SNR Match Kandidaat List Applet",
)
ZOEK, VACANCIES, VACANCY_LIST = "SNR Klant Zoek View", "SNR Vacature Zoek View", "SNR Vacature List Applet"


def opens(view: str) -> Act:
    """Open a view of a person."""
    return lambda browser, person: browser.open_client(person["row_id"], view)


def shown_date(date: str) -> str:
    """Write a date as a page does."""
    return f"{date[6:]}-{date[4:6]}-{date[:4]}"


async def export(browser: Visitor, person: Record) -> Reply:
    """Search a person and export the list that came of it."""
    await browser.search_bsn(person["bsn"])
    return await browser.export("CSV")


def candidates(vacancy: str) -> Act:
    """Search candidates for a vacancy, narrowed to one person."""
    return lambda browser, person: browser.search_candidates(vacancy, ("s_14_1_3_0", person["bsn"]))


def verify(browser: Visitor, person: Record) -> Awaitable[Reply]:
    """Search nationally by BSN and birth date, as customer contact does."""
    return browser.invoke(
        "ExecuteQuery", NATIONAL, "SNR Klant Zoek Applet",
        ("s_1_1_7_0", person["bsn"]), ("s_1_1_5_0", shown_date(person["birth_date"])),
    )  # fmt: skip


READS: Mapping[str, Act] = {
    "worklist": lambda browser, _: browser.worklist(),
    "search_bsn": lambda browser, person: browser.search_bsn(person["bsn"]),
    "search_name": lambda browser, person: browser.search_name(person["surname"].strip() + "*"),
    "national": lambda browser, person: browser.search(("s_1_1_7_0", person["bsn"]), view=NATIONAL),
    "overview": opens("SNR Klantbeeld View"),
    "overview_rpc": lambda browser, person: browser.drill(person["row_id"], rpc=True),
    "identity": opens("SNR Klant Persoon View"),
    "contact": opens("SNR Klant Contactgegevens View"),
    "cv": opens("SNR CV View"),
    "workcapacity": opens("SNR Belastbaarheid View"),
    "benefit": opens("SNR Uitkering View"),
    "services": opens("SNR Traject View"),
    "notes": opens("SNR Contacthistorie View"),
    "referrals": opens("SNR Verwijzing View"),
    "candidate": opens("SNR Kandidaat View"),
    "export": export,
    "soap": lambda browser, person: browser.soap(person["bsn"]),
}
"""Candidates need a vacancy: `candidates(vacancy)`."""

WRITES: Mapping[str, Act] = {
    "update_contact": lambda browser, person: browser.update_contact(
        person["row_id"], "", ("s_5_1_2_0", "06-00000999")
    ),
    "update_identity": lambda browser, person: browser.invoke(
        "WriteRecord", "SNR Klant Persoon View", "SNR Persoon Form", ("SWERowId", person["row_id"]), ("s_3_1_6_0", "V")
    ),
    "create_note": lambda browser, person: browser.create_note(person["row_id"], "gesprek gevoerd ±4 uur"),
    "message": lambda browser, person: browser.send_message([person["row_id"]], "Kom naar de banenmarkt"),
    "refer": lambda browser, person: browser.refer(person["row_id"], "0000000"),
}
"""`refer` names a vacancy that does not exist: where it is sent at all, legacy refuses it."""
