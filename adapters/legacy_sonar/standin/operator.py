"""What an operator of the legacy would hand to the gateway: the users and the persons as files, and samples for the demo."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from adapters.legacy_sonar.standin.people import FIRST_ADVISER, USERS, VISITED_REGION, VISITING, User
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.text import shown_date
from adapters.legacy_sonar.standin.visitor import EAI, FORM, MESSAGES, PATH, SOAP_HEADERS, soap_body

PERSON_COLUMNS = (
    "row_id", "bsn", "name", "birth_date", "municipality_code", "responsible_region", "caseload_user", "team", "class", "assigned_to", "status",
)  # fmt: skip
_COLLEAGUES = frozenset(user.user for user in USERS if user.organisation_kind == FIRST_ADVISER.organisation_kind)
Pairs = tuple[tuple[str, str], ...]


class TooFewError(ValueError):
    """Too few persons for a sample of every kind."""


def _write(path: Path, columns: Iterable[str], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_users(path: Path) -> None:
    """One line per authorisation; a user may have several."""
    _write(path, [entry.name for entry in fields(User)], (asdict(user) for user in USERS))


def _iso(written: str) -> str:
    return f"{written[:4]}-{written[4:6]}-{written[6:]}"


def person_line(person: Record) -> dict[str, str]:
    """One person as the gateway needs it; the birth date is ISO (an unknown day stays 00)."""
    return {
        "row_id": person["row_id"], "bsn": person["bsn"], "name": person["full_name"], "birth_date": _iso(person["birth_date"]),
        "municipality_code": person["municipality_code"], "responsible_region": person["responsible_region"], "caseload_user": person["caseload_owner"],
        "team": person["team"], "class": person["klass"], "assigned_to": person["assigned_to"], "status": person["status"],
    }  # fmt: skip


def write_persons(path: Path, clients: int, seed: int) -> None:
    """One line per person, as seeded."""
    people = Store(clients, seed).tables["client"]
    _write(path, PERSON_COLUMNS, (person_line(person) for person in people.values()))


def visited(person: Record) -> bool:
    """Tell whether the visiting adviser has an appointment with a person: some of those of a region that is not its own."""
    fits = person["klass"] == "ordinary" and person["status"] == "active" and not person["caseload_owner"]
    where = person["region"] == VISITED_REGION == person["responsible_region"]
    return fits and where and crc32(person["row_id"].encode()) % 5 == 0


def write_appointments(path: Path, clients: int, seed: int, today: date) -> None:
    """One line per appointment, from yesterday on; their days are counted from today, because they pass."""
    people = [person for person in Store(clients, seed).tables["client"].values() if visited(person)]
    days = ((today + timedelta(days=index - 1)).isoformat() for index in range(len(people)))
    rows = ({"row_id": p["row_id"], "user": VISITING, "day": day} for p, day in zip(people, days, strict=True))
    _write(path, ("row_id", "user", "day"), rows)


def write_vacancies(path: Path, clients: int, seed: int) -> None:
    """One line per vacancy, as the gateway needs it; the office of its region owns it."""
    rows = (
        {
            "id": each["vacancy_id"], "region": each["region"], "occupation": each["occupation"],
            "organisation": f"UWV-{each['region']}", "opened": _iso(each["opened"]), "closed": _iso(each["closes"]),
        }
        for each in Store(clients, seed).tables["vacancy"].values()
    )  # fmt: skip
    _write(path, ("id", "region", "occupation", "organisation", "opened", "closed"), rows)


def _note(store: Store, person: Record) -> str:
    """The newest note that a colleague of the first adviser wrote; the newest of all where there is none."""
    notes = store.children("note", person["row_id"])
    return next((note for note in notes if note["author"] in _COLLEAGUES), notes[0])["text"].rstrip()


def _sample(store: Store, person: Record) -> dict[str, str]:
    shown = {
        "row_id": "row_id",
        "bsn": "bsn",
        "name": "surname",
        "municipality": "municipality",
        "region": "region",
        "phone": "phone",
        "email": "email",
    }
    return {key: person[name].rstrip() for key, name in shown.items()} | {
        "birth_date": shown_date(person["birth_date"]),
        "note": _note(store, person),
    }


def choice(store: Store) -> dict[str, Record]:
    """One person per relation to the first adviser; every value that is shown occurs with no other chosen person."""
    user, region = FIRST_ADVISER.user, FIRST_ADVISER.regions

    def own(p: Record) -> bool:
        return p["caseload_owner"] == user

    def near(p: Record) -> bool:
        return p["region"] == region == p["responsible_region"] and not own(p) and user != p["assigned_to"]

    def noted(p: Record) -> bool:
        return any(note["author"] in _COLLEAGUES for note in store.children("note", p["row_id"]))

    rules: dict[str, Callable[[Record], bool]] = {
        "in_region": lambda p: near(p) and p["klass"] == "ordinary",
        "out_of_region": lambda p: (
            p["region"] not in ("", region) and p["responsible_region"] != region and p["klass"] == "ordinary"
        ),
        "secret_address": lambda p: near(p) and p["klass"] == "secret",
        "staff": lambda p: near(p) and p["klass"] == "staff",
        "caseload": lambda p: own(p) and noted(p) and p["klass"] == "ordinary",
    }
    chosen: dict[str, Record] = {}
    used: set[str] = set()
    for name, rule in rules.items():
        fitting = [p for p in store.tables["client"].values() if rule(p)]
        if not fitting:
            raise TooFewError(f"{store.clients} persons hold nobody for {name!r}; take at least 60")

        def cost(p: Record) -> tuple[bool, bool, int]:
            name = p["surname"].rstrip()
            return name in used, not _usable(store, p), len(store.with_surname(name))

        person = min(fitting, key=cost)
        used.add(person["surname"].rstrip())
        chosen[name] = person
    return chosen


def _usable(store: Store, person: Record) -> bool:
    alone = len(store.with_bsn(person["bsn"])) == 1 and not set('&<>"\x81\x9d\xa0') & set(_note(store, person))
    return (
        alone
        and person["status"] == "active"
        and person["bsn"][0] != "0"
        and person["birth_date"][6:] != "00"
        and len(person["surname"].strip()) > 4
    )


def _form(*pairs: tuple[str, str]) -> str:
    return "&".join(
        f"{name}={value if value.startswith('{') else value.replace(' ', '+').replace('ü', '%FC').replace('±', '%B1')}"
        for name, value in pairs
    )


def _post(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"method": "POST", "path": PATH, "headers": {"Content-Type": FORM}, "body": _form(*pairs)}


def _goto(view: str) -> dict[str, Any]:
    body = _form(("SWECmd", "GotoView"), ("SWEView", view), ("SWERowId", "{row_id}"))
    return {"method": "GET", "path": f"{PATH}?{body}", "headers": {}, "body": ""}


def _invoke(method: str, view: str, applet: str, *more: tuple[str, str]) -> dict[str, Any]:
    return _post(
        ("SWECmd", "InvokeMethod"),
        ("SWEMethod", method),
        ("SWEView", view),
        ("SWEApplet", applet),
        ("SWENeedContext", "true"),
        *more,
    )


def requests() -> dict[str, dict[str, Any]]:
    """The requests of the demo contract, with placeholders; none carries a SWEC, so each may be sent at any time."""
    zoek, lijst = "SNR Klant Zoek View", "SNR Klant List Applet"
    login = (
        ("SWEUserName", "{user}"),
        ("SWEPassword", "{password}"),
        ("SWEFo", "SWEForm1_0"),
        ("SWENeedContext", "false"),
    )
    return {
        "login": _post(*login, ("SWECmd", "ExecuteLogin"), ("SWEView", "Login+View"), ("SWEC", "1")),
        "logoff": {"method": "GET", "path": f"{PATH}?SWECmd=Logoff", "headers": {}, "body": ""},
        "worklist": {"method": "GET", "path": f"{PATH}?SWECmd=GotoPageTab&SWEScreen=SNR+Werkvoorraad+Screen", "headers": {}, "body": ""},
        "search_bsn": _invoke("ExecuteQuery", zoek, "SNR Klant Zoek Applet", ("s_1_1_7_0", "{bsn}")),
        "search_name": _invoke("ExecuteQuery", zoek, "SNR Klant Zoek Applet", ("s_1_1_2_0", "{name}")),
        "next_page": _invoke("GotoNextSet", zoek, lijst),
        "open_client": _invoke("Drilldown", zoek, lijst, ("SWEField", "s_1_1_7_0"), ("SWERowId", "{row_id}"), ("SWEReqRowId", "1")),
        "open_identity": _goto("SNR Klant Persoon View"),
        "open_notes": _goto("SNR Contacthistorie View"),
        "open_workcapacity": _goto("SNR Belastbaarheid View"),
        "open_benefit": _goto("SNR Uitkering View"),
        "update_contact": _invoke("WriteRecord", "SNR Klant Contactgegevens View", "SNR Contactgegevens Form", ("SWERowId", "{row_id}"), ("s_5_1_2_0", "06-00000001")),
        "create_note": _invoke("NewRecord", "SNR Contacthistorie View", "SNR Contactverslag List Applet", ("SWERowIds", "{row_id}"), ("s_4_1_4_0", "demo"), ("s_4_1_6_0", "gesprek gevoerd ±4 uur Müller")),
        "search_vacancies": _invoke("ExecuteQuery", "SNR Vacature Zoek View", "SNR Vacature List Applet", ("s_11_1_6_0", "AM01")),
        "search_candidates": _invoke("ExecuteQuery", "SNR Match Kandidaat View", "SNR Match Kandidaat List Applet", ("s_14_1_1_0", "{vacancy_id}")),
        "open_candidate": _invoke("Drilldown", "SNR Match Kandidaat View", "SNR Match Kandidaat List Applet", ("SWEField", "s_14_1_3_0"), ("SWERowId", "{row_id}"), ("SWEReqRowId", "1")),
        "send_message": _invoke("Send", MESSAGES, "SNR Groepsbericht Form", ("SWERowIds", "{row_id}"), ("s_19_2_1_0", "Banenmarkt"), ("s_19_2_2_0", "Kom naar de banenmarkt"), ("s_19_2_3_0", "")),
        "export_list": _invoke("ExportList", zoek, lijst, ("ExportFormat", "CSV"), ("ExportScope", "AllRows")),
        "soap_profile": {"method": "POST", "path": EAI, "headers": dict(SOAP_HEADERS), "body": soap_body(("{user}", "{password}"), "{bsn}").decode("ascii")},
    }  # fmt: skip


def samples(clients: int, seed: int) -> dict[str, Any]:
    """`users`, `clients`, `vacancy` and `requests` of the demo contract."""
    store = Store(clients, seed)
    vacancy = next(
        v for v in store.tables["vacancy"].values() if v["region"] == FIRST_ADVISER.regions and v["status"] == "Open"
    )
    users = [
        {
            "user": u.user,
            "password": u.password,
            "role": u.role,
            "organisation": u.organisation_code,
            "regions": u.regions.split(),
        }
        for u in USERS
    ]
    people = {name: _sample(store, person) for name, person in choice(store).items()}
    return {
        "users": users,
        "clients": people,
        "vacancy": {"vacancy_id": vacancy["vacancy_id"], "region": vacancy["region"]},
        "requests": requests(),
    }


def samples_json(clients: int, seed: int) -> str:
    """The samples as one JSON line."""
    return json.dumps(samples(clients, seed), ensure_ascii=False)
