"""The users of the stand-in: at least one of every role, advisers in more than one region.

Rules: fixed, whatever the seed; passwords are for the demo only; the legacy itself knows user and password and nothing
more, the rest is what an operator would import into the gateway.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """One authorisation of one user; several lines may share a user."""

    user: str
    password: str
    role: str
    organisation_kind: str
    organisation_code: str
    regions: str
    municipality: str = ""
    valid_from: str = "2020-01-01"
    valid_until: str = "2030-12-31"
    legal_ground: str = "Wet SUWI art. 30a"
    issued_by: str = "FBE1001"


def _uwv(user: str, role: str, regions: str, password: str = "") -> User:
    return User(
        user,
        password or f"Demo-{user}-1",
        role,
        "UWV",
        f"UWV-{regions.split(' ', maxsplit=1)[0].replace('*', 'LAND')}",
        regions,
    )


def _gem(user: str, role: str, code: str, region: str) -> User:
    return User(user, f"Demo-{user}-1", role, "municipality", code, region, code, legal_ground="Wet SUWI art. 62 lid 3")


def _machine(user: str, code: str, municipality: str = "", regions: str = "*") -> User:
    return User(user, f"Demo-{user}-1", user if not municipality else "GEMSYS", "machine", code, regions, municipality)


USERS: tuple[User, ...] = (
    _uwv("AWE0421", "AW", "AM01"), _uwv("AWE0733", "AW", "AM06"), _uwv("AWE0815", "AW", "AM18"), _uwv("AWE0999", "AW", "AM01 AM03"),
    User("AWE0500", "Demo-AWE0500-1", "AW", "UWV", "UWV-AM06", "AM06", valid_until="2020-06-30"),
    _uwv("IDV0211", "IDV", "AM01"), _uwv("IDV0622", "IDV", "AM22"),
    _uwv("ADE0301", "AD", "AM01"), _uwv("ADE0318", "AD", "AM18"),
    _uwv("WSP0101", "WSP", "AM01"), _uwv("WSP0106", "WSP", "AM06"), _uwv("AWG0101", "AWG", "AM01"),
    User("WSPG106", "Demo-WSPG106-1", "WSP", "municipality", "0106", "AM01", "0106", legal_ground="Wet SUWI art. 10"),
    _uwv("MAT0101", "MAT", "AM01"), _uwv("MAT0122", "MAT", "AM22"), _uwv("LBE0001", "LB", "*"),
    _gem("KMG0106", "KM", "0106", "AM01"), _gem("KMG0200", "KM", "0200", "AM06"), _gem("KMG0363", "KM", "0363", "AM18"),
    _gem("KMG0222", "KM", "0222", "AM09"),
    User("SWB0106", "Demo-SWB0106-1", "SWB", "sw", "SW0106", "AM01", "0106", legal_ground="Wsw"),
    User("SWB0200", "Demo-SWB0200-1", "SWB", "sw", "SW0200", "AM06", "0200", legal_ground="Wsw"),
    _uwv("KCC0001", "KCC", "*"), _uwv("KCC0002", "KCC", "*", "Zon€bloem-ü1"), _uwv("PLN0101", "PLAN", "AM01"),
    _uwv("TLE0101", "TL", "AM01"), _uwv("TLE0106", "TL", "AM06"), _uwv("MIA0001", "MIA", "*"),
    _uwv("EXP0101", "EXP", "AM01"), _uwv("EXP0101", "AW", "AM01"), _uwv("FBE1001", "FB", "*"), _uwv("FBE1002", "FB", "*"),
    _uwv("COE0001", "CO", "*"), _uwv("FGE0001", "FG", "*"), _uwv("MIG0001", "MIG", "*"),
    _machine("WNL", "WERKNL"), _machine("GEM0106", "GEM0106", "0106", "AM01"), _machine("GEM0200", "GEM0200", "0200", "AM06"),
    _machine("BATCH", "BATCH"), _machine("KVK", "KVK"),
)  # fmt: skip
EXPIRED = frozenset({"EXPIRED1"})
PASSWORDS = {person.user: person.password for person in USERS} | {"EXPIRED1": "Demo-EXPIRED1-1"}
FIRST_ADVISER = USERS[0]
CASELOAD = {
    "AM01": ("AWE0421", "IDV0211", "AWE0999"), "AM06": ("AWE0733",), "AM18": ("AWE0815",), "AM22": ("IDV0622",), "AM03": ("AWE0999",),
}  # fmt: skip
MANAGERS = {"0106": "KMG0106", "0200": "KMG0200", "0363": "KMG0363"}
ASSIGNED = {"AM01": "ADE0301", "AM18": "ADE0318"}
VISITING, VISITED_REGION = "AWE0999", "AM02"
"""Who has appointments outside its regions, and where."""
SHELTERED = {"0106": "SWB0106", "0200": "SWB0200"}
