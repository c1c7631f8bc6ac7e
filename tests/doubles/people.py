"""Who stands how to whom, worked out from the seed alone: an oracle that shares no code with the gateway.

Rules: it says only what the rule texts leave no doubt about - `forbidden` where nothing of a person may be seen, `open`
where everything asked for must be - and nothing about what lies between. The words of functions are those of this folder.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.legacy_sonar.standin.operator import visited
from adapters.legacy_sonar.standin.people import USERS, VISITING, User
from adapters.legacy_sonar.standin.seed import Record
from cli.demo import COVER

NOBODY = frozenset[str]()
DEEP = frozenset({"notes", "workcapacity", "benefit"})
CHANGES = frozenset({"update_contact", "create_note", "update_identity", "message"})
MATCHING = frozenset({"cv", "candidates", "candidate", "refer", "referrals"})
RELATIONS = ("caseload", "assigned", "appointment", "team", "municipality", "region", "outside")
MAY: Mapping[str, frozenset[str]] = {
    "AW": frozenset({"message", "worklist", "search_bsn", "search_name", "overview", "overview_rpc", "identity", "contact", "update_identity", "update_contact", "cv", "workcapacity", "benefit", "services", "notes", "create_note", "vacancies", "employers", "refer", "referrals"}),
    "IDV": frozenset({"worklist", "search_bsn", "search_name", "overview", "overview_rpc", "identity", "cv", "workcapacity", "benefit", "services", "notes", "create_note", "vacancies"}),
    "AD": frozenset({"worklist", "search_bsn", "search_name", "overview", "overview_rpc", "workcapacity"}),
    "WSP": frozenset({"message", "worklist", "overview", "overview_rpc", "cv", "create_note", "vacancies", "employers", "candidates", "candidate", "refer", "referrals"}),
    "AWG": frozenset({"worklist", "vacancies"}),
    "MAT": frozenset({"worklist", "cv", "vacancies", "candidates", "candidate", "refer", "referrals"}),
    "LB": frozenset({"worklist", "cv", "vacancies", "candidates", "candidate", "refer", "referrals"}),
    "KM": frozenset({"worklist", "search_bsn", "search_name", "overview", "overview_rpc", "identity", "contact", "update_contact", "cv", "workcapacity", "benefit", "services", "notes", "create_note", "vacancies", "employers", "candidates", "refer", "referrals"}),
    "SWB": frozenset({"worklist", "overview", "overview_rpc", "workcapacity", "services", "create_note", "vacancies"}),
    "KCC": frozenset({"worklist", "search_bsn", "search_name", "national", "overview", "overview_rpc", "contact", "update_identity", "update_contact"}),
    "PLAN": frozenset({"worklist"}), "TL": frozenset({"worklist"}), "MIA": frozenset({"worklist"}), "EXP": frozenset({"worklist", "export"}),
    "FB": frozenset({"worklist"}), "CO": frozenset({"worklist"}), "FG": frozenset({"worklist"}), "MIG": NOBODY,
    "GEMSYS": frozenset({"soap"}), "WNL": NOBODY, "BATCH": NOBODY, "KVK": NOBODY,
}  # fmt: skip
"""Which functions a role has at all (the matrix of the specification, by hand)."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the stand-in with one or more roles."""

    user: str
    password: str
    roles: frozenset[str]
    kind: str
    municipality: str
    regions: frozenset[str]

    def may(self, function: str) -> bool:
        """Tell whether one of the roles has a function at all."""
        return any(function in MAY[role] for role in self.roles)


def accounts() -> dict[str, Account]:
    """Give every account that is valid today."""
    found: dict[str, list[User]] = {}
    for line in USERS:
        if line.valid_until > "2026-12-31":
            found.setdefault(line.user, []).append(line)
    return {name: _account(lines) for name, lines in found.items()}


def _account(lines: list[User]) -> Account:
    first = lines[0]
    regions = frozenset(region for line in lines for region in line.regions.split())
    return Account(
        first.user, first.password, frozenset(line.role for line in lines), first.organisation_kind,
        first.municipality, regions,
    )  # fmt: skip


def places(person: Record) -> frozenset[str]:
    """Give the regions in which a person lives or belongs."""
    return frozenset({person["region"], person["responsible_region"]})


def relation(account: Account, person: Record) -> str:
    """Say how near an account stands to a person: as seeded, with the appointments and the cover of the demo."""
    region = COVER[2]
    rules: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("caseload", lambda: person["caseload_owner"] == account.user),
        ("assigned", lambda: person["assigned_to"] == account.user),
        ("appointment", lambda: account.user == VISITING and visited(person)),
        ("team", lambda: (account.user, person["caseload_owner"]) == COVER[:2] and region in places(person)),
        ("municipality", lambda: bool(account.municipality) and person["municipality_code"] == account.municipality),
        ("region", lambda: bool(account.regions & places(person))),
    )
    return next((name for name, holds in rules if holds()), "outside")


def forbidden(account: Account, person: Record, function: str) -> bool:
    """Tell whether nothing of a person may be seen, and nothing done, by a function: cases without any doubt."""
    near = relation(account, person)
    own = near in {"caseload", "assigned"}
    tied = own or near in {"appointment", "team"}
    national = bool(account.roles & {"LB", "KCC"})
    municipal = account.kind == "municipality"
    return (
        not account.may(function)
        or (near == "outside" and not national)
        or (person["klass"] == "staff" and not own)
        or (function in CHANGES and not tied)
        or (function in DEEP and not tied and not municipal)
        or (municipal and near == "region" and function not in MATCHING)
        or (account.roles <= {"AD", "SWB"} and not own)
        or (account.roles == {"KCC"})  # before the identity was checked in this session
        or (account.roles == {"LB"} and function != "candidates")  # without a vacancy
    )


def contact_hidden(account: Account, person: Record) -> frozenset[str]:
    """Give the contact details that nobody but the holder of the caseload may see: those of a secret address."""
    if person["klass"] != "secret" or relation(account, person) == "caseload":
        return NOBODY
    return frozenset(person[name].strip() for name in ("phone", "email", "address", "postcode")) - {""}


def must_show(account: Account, person: Record, function: str) -> bool:
    """Tell whether a page of a person must be shown: so that a gateway that shows nothing fails too."""
    if person["klass"] != "ordinary" or not account.may(function) or function in CHANGES:
        return False
    near, role = relation(account, person), min(account.roles - {"EXP"}, default="")
    pages = {"overview", "overview_rpc", "identity", "cv", "services"}
    if role in {"AW", "IDV"}:
        return (near == "caseload" and function in pages | DEEP) or (
            near == "region" and function in pages - {"identity"}
        )
    if role == "WSP":
        return near in {"municipality", "region"} and function == "candidate"
    return role == "KM" and near == "municipality" and function in pages - {"identity"} | DEEP
