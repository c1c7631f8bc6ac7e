"""users.csv read strictly: accounts with their authorisations, all or nothing, every bad row named.

Rules:
1. One row is one authorisation; several rows of a user are several authorisations of one account.
2. A national role has `*` and a regional one a list of AM codes: a region that slips into a national row (or a `*` into
   a regional one) would widen or close without anybody having said so.
3. A password column may be there and is not read. An own BSN becomes a digest, for the rule of the own dossier.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from proxy.facts.regions import RegionTable
from proxy.model.principal import OrganisationKind, Role

REQUIRED = (
    *("user", "role", "organisation_kind", "organisation_code", "regions", "municipality"),
    *("valid_from", "valid_until", "legal_ground", "issued_by"),
)
OPTIONAL = ("password", "team", "bsn", "recertified_on")
REGIONAL = frozenset(
    {
        Role.AW,
        Role.IDV,
        Role.AD,
        Role.WSP,
        Role.AWG,
        Role.MAT,
        Role.KM,
        Role.SWB,
        Role.PLAN,
        Role.TL,
        Role.EXP,
        Role.GEMSYS,
    }
)
"""Roles that look at regions by list; every other role is national by its rule."""

type Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuthorisationRow:
    """One authorisation as it is stored."""

    user: str
    id: str
    role: Role
    organisation_kind: OrganisationKind
    organisation_code: str
    municipality: str | None
    regions: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    legal_ground: str
    issued_by: str
    recertified_on: date | None = None
    """When the own organisation last confirmed it; a confirmation is no other authorisation."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as it is stored."""

    user: str
    team: str | None
    identity: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Directory:
    """What a file holds: rows that may be stored when there are no problems."""

    accounts: tuple[AccountRow, ...]
    authorisations: tuple[AuthorisationRow, ...]
    problems: tuple[str, ...]
    """file:line, what was found, what is allowed."""


def read(
    text: str, regions: RegionTable, identify: Callable[[str], bytes | None], file: str = "users.csv"
) -> Directory:
    """Read a directory; `identify` digests an own BSN and gives None where it is none."""
    reader = csv.DictReader(text.splitlines())
    columns = tuple(reader.fieldnames or ())
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown:
        allowed = f"{', '.join(REQUIRED)}; may be there: {', '.join(OPTIONAL)}"
        return Directory((), (), (f"{file}:1: missing {missing}, unknown {unknown}; allowed: {allowed}",))
    return _Reader(regions, identify, file).directory(reader)


@dataclass(slots=True)
class _Reader:
    regions: RegionTable
    identify: Callable[[str], bytes | None]
    file: str
    accounts: dict[str, AccountRow] = field(default_factory=dict)
    authorisations: dict[tuple[str, str], AuthorisationRow] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def directory(self, reader: "csv.DictReader[str]") -> Directory:
        for row in reader:
            where = f"{self.file}:{reader.line_num}"
            found = [f"{where}: {problem}" for problem in self._row(row)]
            self.problems += found
        return Directory(tuple(self.accounts.values()), tuple(self.authorisations.values()), tuple(self.problems))

    def _row(self, row: Row) -> Iterator[str]:
        if None in row or None in row.values():
            yield "found another number of columns than the heading has"
            return
        problems = [*_words(row), *_dates(row), *self._places(row)]
        yield from problems
        if not problems:
            yield from self._keep(row)

    def _places(self, row: Row) -> Iterator[str]:
        role, written = row["role"], row["regions"].split()
        if role in Role and Role(role) in REGIONAL:
            unknown = [region for region in written if not self.regions.known(region)]
            if unknown or not written:
                yield f"found regions {row['regions']!r}; allowed for {role}: AM codes with blanks between them"
        elif written != ["*"]:
            yield f"found regions {row['regions']!r}; allowed for {role}: *"
        kind, code, municipality = row["organisation_kind"], row["organisation_code"], row["municipality"]
        if municipality and municipality not in self.regions.periods:
            yield f"found municipality {municipality!r}; allowed: a CBS code of 4 digits, or nothing"
        if kind == OrganisationKind.MUNICIPALITY and code != municipality:
            yield f"found organisation {code!r} of municipality {municipality!r}; allowed: the same CBS code twice"

    def _keep(self, row: Row) -> Iterator[str]:
        user = row["user"]
        authorisation = _authorisation(row)
        if (user, authorisation.id) in self.authorisations:
            yield f"found the same authorisation of {user} a second time; allowed: once"
            return
        written = row.get("bsn") or ""
        identity = self.identify(written) if written else None
        if written and identity is None:
            yield "found a BSN that fails the 11-test; allowed: nine digits, or nothing"
            return
        account = AccountRow(user, row.get("team") or None, identity)
        if self.accounts.setdefault(user, account) != account:
            yield f"found another team or BSN for {user} than in an earlier row; allowed: the same in every row"
            return
        self.authorisations[user, authorisation.id] = authorisation


def _words(row: Row) -> Iterator[str]:
    if row["role"] not in Role:
        yield f"found role {row['role']!r}; allowed: {', '.join(Role)}"
    if row["organisation_kind"] not in OrganisationKind:
        yield f"found organisation_kind {row['organisation_kind']!r}; allowed: {', '.join(OrganisationKind)}"
    for name in ("user", "organisation_code", "legal_ground", "issued_by"):
        if not row[name].strip() or row[name] != row[name].strip():
            yield f"found {name} {row[name]!r}; allowed: a text without blanks around it"


def _dates(row: Row) -> Iterator[str]:
    confirmed = row.get("recertified_on") or ""
    try:
        start = date.fromisoformat(row["valid_from"])
        checked = date.fromisoformat(confirmed) if confirmed else start
        end = date.fromisoformat(row["valid_until"]) if row["valid_until"] else None
    except ValueError:
        found = f"{row['valid_from']!r} to {row['valid_until']!r}" + (
            f", recertified {confirmed!r}" if confirmed else ""
        )
        yield f"found {found}; allowed: dates as 2026-01-31, no end as nothing"
        return
    if checked < start:
        yield f"found recertified_on {checked} before the start {start}; allowed: on or after it, or nothing"
    if end is not None and end < start:
        yield f"found an end {end} before the start {start}; allowed: the last day on or after the first"


def _authorisation(row: Row) -> AuthorisationRow:
    """The id is made of what the authorisation says, so that a second import of the same row is the same authorisation."""
    said = [row[name] for name in REQUIRED]
    written = row["regions"].split()
    return AuthorisationRow(
        user=row["user"],
        id=f"{row['role']}-{sha256('|'.join(said).encode()).hexdigest()[:10]}",
        role=Role(row["role"]),
        organisation_kind=OrganisationKind(row["organisation_kind"]),
        organisation_code=row["organisation_code"],
        municipality=row["municipality"] or None,
        regions=() if written == ["*"] else tuple(sorted(set(written))),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
        legal_ground=row["legal_ground"],
        issued_by=row["issued_by"],
        recertified_on=date.fromisoformat(row["recertified_on"]) if row.get("recertified_on") else None,
    )
