"""The stand-in's tables as newcore's records: what a finished backfill would have read, made without asking legacy.

Rules: field names are those of the control map, and values what legacy shows; where two views show a field, both must show
the same. A work list is written down per owner; the id of a task begins with its
person, by whom legacy orders what is equal. Registrations and services are as the service tells them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.legacy_sonar.standin import search
from adapters.legacy_sonar.standin.applets import Applet as Table
from adapters.legacy_sonar.standin.people import USERS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.text import shown
from adapters.legacy_sonar.standin.views import APPLETS
from adapters.legacy_sonar.views import Applet, ViewMap

CLIENT_VIEWS = (
    "SNR Klant Zoek View", "SNR Klantbeeld View", "SNR Klant Persoon View", "SNR Klant Contactgegevens View",
    "SNR CV View", "SNR Match Kandidaat View",
)  # fmt: skip
type Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Copied:
    """One record: name of its collection, row id, texts by canonical field."""

    collection: str
    id: str
    texts: Texts


def copied(store: Store, views: ViewMap, users: tuple[str, ...] = ()) -> Iterator[Copied]:
    """Give every record that the screens show, parents first."""
    for kind, name, view in (
        ("employer", "employers", "SNR Werkgever View"),
        ("vacancy", "vacancies", "SNR Vacature View"),
    ):
        for row in store.tables[kind].values():
            yield Copied(name, row["row_id"], _texts(row, views.views[view].applets) | {"mod_num": row["modnum"]})
    for row in store.tables["client"].values():
        yield Copied("clients", row["row_id"], client(row, views))
    for person in store.tables["client"]:
        for kind, name, view in (
            ("note", "contact-notes", "SNR Contacthistorie View"),
            ("referral", "referrals", "SNR Verwijzing View"),
        ):
            for place, row in enumerate(store.children(kind, person)):
                applets = tuple(each for each in views.views[view].applets if each.of == kind)
                more = {"client_id": person, "position": str(place), "mod_num": row["modnum"]}
                more |= {"author_organisation": ""} if kind == "note" else {}
                yield Copied(name, row["row_id"], _texts(row, applets) | more)
        yield from _told(person, store)
    for user in users or tuple(dict.fromkeys(each.user for each in USERS)):
        yield from _tasks(store, views, user)


def _told(person: str, store: Store) -> Iterator[Copied]:
    """Give what only the service tells of a person."""
    row, whose = store.tables["client"][person], {"client_id": person}
    held = {"registered_from": row["reg_start"], "registered_until": "00000000"}
    held |= {"law_code": row["law_code"], "benefit_from": row["start"]}
    yield Copied("registrations", person, held | whose | {"position": "0"})
    for place, each in enumerate(store.children("service", person)):
        texts = {"code": each["code"], "start": each["start"], "position": str(place)}
        yield Copied("services", f"{person}.{place}", texts | whose)


def client(row: Record, views: ViewMap) -> Texts:
    """Give a person as all screens show it."""
    found: Texts = {}
    for name in CLIENT_VIEWS:
        parts = tuple(each for each in views.views[name].applets if each.of == "client")
        for field, text in _texts(row, parts).items():
            assert found.setdefault(field, text) == text, f"{field} is two things"
    found.pop("vacancy_id")  # the query field of the list of candidates: no person has one
    return found | {"occupation_code": row["occupation_code"], "mod_num": row["modnum"]}


def _texts(row: Mapping[str, str], applets: tuple[Applet, ...]) -> Texts:
    return {
        control.field: _shown(row, APPLETS[each.set, each.number], control.id)
        for each in applets
        for control in each.controls
    }


def _shown(row: Mapping[str, str], table: Table, number: int) -> str:
    control = next(each for each in table.controls if each.number == number)
    return shown(row.get(control.field, ""), control.form)


def _tasks(store: Store, views: ViewMap, user: str) -> Iterator[Copied]:
    applets = views.views["SNR Werkvoorraad View"].applets
    for place, person in enumerate(search.worklist(store, user)):
        row = store.tables["client"][person]
        more = {"client_id": person, "owner": user, "position": str(place)}
        yield Copied("tasks", f"{person}.{user}", _texts(row, applets) | more)
