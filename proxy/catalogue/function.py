"""The words of the catalogue: a business function and what is known of it."""

from dataclasses import dataclass
from enum import StrEnum

from proxy.model.call import Kind
from proxy.model.person import Category
from proxy.model.principal import Role


class Arrival(StrEnum):
    """With which part of the work a function opens; everything but `first` is refused as not yet open."""

    FIRST = "first"
    AUTHORISATION = "authorisation"
    NEWCORE = "newcore"
    COUPLINGS = "couplings"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class RoleUse:
    """How a role may use a function."""

    role: Role
    own: bool = False
    """"(eigen)": the own caseload; for KM the own municipality."""
    categories: frozenset[Category] | None = None
    """Limited to these; None: all categories of the function."""


@dataclass(frozen=True, slots=True)
class Key:
    """Commands and methods on a view that mean a function. View `*`: any view, `` : none."""

    view: str
    commands: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    applets: frozenset[str] = frozenset()
    """Empty: any applet of the view."""


@dataclass(frozen=True, slots=True)
class Function:
    """One business function."""

    id: str
    number: int
    name: str
    """Dutch name, as users and compliance officers know it."""
    kind: Kind
    categories: frozenset[Category]
    sensitivity: int
    """1 low ... 4 special."""
    shows_persons: bool
    arrival: Arrival
    roles: tuple[RoleUse, ...]
    swe: tuple[Key, ...] = ()
    operations: tuple[tuple[str, str], ...] = ()
    """SOAP operations: (namespace, operation)."""
    path: str = ""
    """Name of the gateway's own path that asks for it (the third core); empty: a function of the legacy."""

    @property
    def open(self) -> bool:
        """Tell whether this function may be used at all yet."""
        return self.arrival is Arrival.FIRST

    def use(self, role: Role) -> RoleUse | None:
        """Say how a role may use it; None: not at all."""
        return next((use for use in self.roles if use.role is role), None)
