"""Writing: which values the legacy takes, the ModNum check, new rows, and the save that hides in a read.

Rules: read-only controls are ignored; a stale ModNum changes nothing; without a ModNum nothing is checked; a rejected value
rejects the whole record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.legacy_sonar.standin.applets import Applet, Control
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.text import stored_date
from adapters.legacy_sonar.standin.views import APPLETS

_FIELD = re.compile(r"s_(\d{1,3})_(\d{1,2})_(\d{1,2})_\d{1,2}")
_POSTCODE = re.compile(r"\d{4} ?[A-Za-z]{2}")
_REGION = re.compile(r"AM\d\d")
_NAMES = {
    3: "identity.update", 4: "note.update", 5: "contact.update", 6: "cv.update", 7: "workcapacity.update", 8: "benefit.update",
    12: "vacancy.update", 13: "employer.update", 15: "referral.update", 9: "service.update",
}  # fmt: skip
LONGEST = 16000
TEXTS = {
    "SNR-0003": "Geen record geselecteerd",
    "SNR-0004": "Record niet gevonden",
    "SNR-0009": "U hebt de knop Terug van uw browser gebruikt; deze pagina is verlopen",
    "SNR-0010": "De gegevens zijn door een andere gebruiker gewijzigd",
    "SNR-0012": "Waarde niet toegestaan in veld {}",
    "SNR-0021": "Ongeldige zoekvraag",
    "SNR-0022": "VacatureId is verplicht",
    "SNR-0031": "Verwijderen niet toegestaan",
    "SNR-0098": "SONAR is niet beschikbaar wegens onderhoud (dagelijks 20.00 - 06.00 uur en zondag)",
    "SNR-0099": "Server bezet, probeer later",
}
CHANGED, ADDED, REMOVED = "Record gewijzigd", "Record toegevoegd", "Record verwijderd"
SENT = "Bericht verzonden"


class LegacyError(Exception):
    """An error that the legacy tells its client, with status 200."""

    def __init__(self, code: str, label: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = TEXTS[code].format(label)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, when, and where to."""

    store: Store
    user: str
    day: str
    time: str

    def _entry(self, what: str, row: str, action: str, values: Record) -> None:
        entry = {"what": what, "kind": self.store.kind_of[row], "row_id": row, "action": action, "values": values}
        self.store.change(entry | {"user": self.user, "at": self.time})

    def update(self, applet: Applet, row: str, link: Record) -> bool:
        """Store the changed fields of an existing record; False when nothing differs."""
        record = self.store.record(row)
        if record is None or self.store.kind_of[row] != applet.component:
            raise LegacyError("SNR-0004")
        check_modnum(record, link)
        new = {name: value for name, value in self.checked(applet, link).items() if record.get(name, "") != value}
        if new:
            self._entry(_NAMES.get(applet.set, f"{applet.component}.update"), row, "update", new)
        return bool(new)

    def create(self, applet: Applet, parent: str, link: Record) -> Record:
        """Store a new record; the required fields must be filled."""
        values = {c.field: "" for c in applet.controls} | self.checked(applet, link)
        for control in applet.controls:
            if "required" in control.options and not values[control.field].strip():
                raise LegacyError("SNR-0012", control.label)
        kind = applet.component
        row = self.store.new_row(kind)
        if parent:
            values["parent"] = parent
        if kind == "vacancy":
            values |= {"vacancy_id": str(2000001 + self.store._next[kind] - 1), "status": values["status"] or "Open"}  # noqa: SLF001
            values["opened"] = values["opened"] or self.day
        else:
            if kind == "attachment":
                size = str(len(values["filename"]))
                values |= {"filename": link.get("filename", values["filename"]).rpartition("\\")[2], "size": size}
            if kind == "message":
                file = link.get("filename", "").rpartition("\\")[2]
                values |= {"recipients": link["recipients"], "attachment": file or values["attachment"]}
            values["at"] = values.get("at") or self.day
            values["author"] = self.user
        entry = {
            "what": f"{kind}.create",
            "kind": kind,
            "row_id": row,
            "action": "create",
            "values": values,
            "user": self.user,
            "at": self.time,
        }
        return self.store.change(entry | {"number": self.store._next[kind]})  # noqa: SLF001

    def delete(self, row: str) -> None:
        """Remove a note, a referral or a vacancy."""
        kind = self.store.kind_of.get(row)
        if kind is None:
            raise LegacyError("SNR-0004")
        if kind not in ("note", "referral", "vacancy", "attachment"):
            raise LegacyError("SNR-0031")
        self._entry(f"{kind}.delete", row, "delete", {})

    def checked(self, applet: Applet, link: Record) -> Record:
        """The values that the request carries for the editable controls of this applet."""
        found: Record = {}
        for control in applet.controls:
            value = sent(applet, control, link)
            if value is None or {"ro", "bsn"} & set(control.options) or control.drill:
                continue
            stored = self._stored(control, value)
            if stored is None:
                raise LegacyError("SNR-0012", control.label)
            found[control.field] = stored
            if control.field == "kvk" and value.strip():
                found["employer_name"] = (self.store.employer_of(value) or {})["name"]
        return found

    def _stored(self, control: Control, value: str) -> str | None:
        if len(value) > LONGEST or ("required" in control.options and not value.strip()):
            return None
        if not value.strip():
            return value
        if control.form == "d":
            return stored_date(value)
        if control.form in ("j", "y"):
            return value if value in "JNYjny" else None
        rule = {
            "email": "@" in value,
            "region": _REGION.fullmatch(value) is not None,
            "kvk": control.options != () or self.store.employer_of(value) is not None,
            "vacancy_id": self.store.vacancy_of(value) is not None,
        }.get(control.field, _POSTCODE.fullmatch(value.strip()) is not None if "postcode" in control.field else True)
        return value if rule else None


def sent(applet: Applet, control: Control, link: Record) -> str | None:
    """The value that a request carries for a control, in whatever row it was written."""
    start = f"s_{applet.set}_{applet.number}_{control.number}_"
    return (
        link.get(start + "0")
        if start + "0" in link
        else next((value for name, value in link.items() if name.startswith(start)), None)
    )


def carries(applet: Applet, link: Record) -> bool:
    """Whether a request carries data of this applet."""
    start = f"s_{applet.set}_{applet.number}_"
    return any(name.startswith(start) for name in link)


def check_modnum(record: Record, link: Record) -> None:
    """Refuse a stale number; a missing one is not checked."""
    number = link.get("SWEModNum", "").strip()
    if number and number != record["modnum"]:
        raise LegacyError("SNR-0010")


def hidden_writes(link: Record) -> list[Applet]:
    """The applets whose record a *read* would change: forms, and the notes list when a ModNum is sent."""
    places = {(int(m[1]), int(m[2])) for name in link if (m := _FIELD.fullmatch(name))}
    found = [APPLETS[place] for place in sorted(places) if place in APPLETS]
    return [applet for applet in found if applet.kind == "form" or (applet.component == "note" and "SWEModNum" in link)]
