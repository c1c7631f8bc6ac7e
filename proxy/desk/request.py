"""One request at the desk, and what it comes to: the words that its functions share.

Rule: a form changes something only under a seal of this session; a seal that was not issued here is refused and recorded,
one that was used before shows the form again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from proxy.facts.relation import classed
from proxy.grants.grant import Moment
from proxy.grants.screens import SEAL, Sheet
from proxy.identity.seal import Seal, seal, weigh
from proxy.model.decision import Decision, Reason
from proxy.model.exchange import Known
from proxy.model.person import PersonClass, PersonFacts
from proxy.model.principal import Authorisation, Principal, Session
from proxy.model.screen import Own
from proxy.model.tie import Tie
from proxy.trail import House, Trail


@dataclass(frozen=True, slots=True)
class Request:
    """One request at the desk: who asks under what, when, with which values, and what is known."""

    house: House
    trail: Trail
    known: Known
    session: Session
    principal: Principal
    decision: Decision
    authorisation: Authorisation
    given: Mapping[str, str] = field(repr=False)

    @property
    def now(self) -> Moment:
        """Give the moment at which it is asked."""
        return Moment(self.trail.exchange.at, self.house.zone)

    @property
    def asks(self) -> bool:
        """Tell whether something is asked for, and not only a form or a list."""
        return any(link.command == "POST" for link in self.trail.call.links) if self.trail.call else False

    @property
    def user(self) -> str:
        """Name who asks."""
        return self.principal.user

    def is_own(self, person: PersonFacts) -> bool:
        """Tell whether it is the dossier of who asks."""
        return classed(person, self.principal).protection is PersonClass.SELF

    def sheet(self, purpose: str, error: str = "") -> Sheet:
        """Make a form of this session, filled with what was typed."""
        return Sheet(seal(self.house.secret, self.session, purpose), self.given, error)

    def weighed(self, purpose: str) -> Seal:
        """Say what the seal that came with the form is worth."""
        return weigh(self.house.secret, self.session, purpose, self.given.get(SEAL, ""))


@dataclass(frozen=True, slots=True)
class Done:
    """What a function of our own comes to."""

    shown: Own | None = None
    tie: Tie | None = None
    denied: Reason | None = None
    detail: str = ""
    vacancy: str | None = None
    noticed: frozenset[str] = frozenset()


def request(house: House, trail: Trail, known: Known) -> Request | None:
    """Make the request of a trail; None: nobody asks it."""
    decision, session, principal, call = trail.decision, trail.session, trail.principal, trail.call
    if session is None or principal is None or decision is None or decision.authorisation is None or call is None:
        return None
    return Request(house, trail, known, session, principal, decision, decision.authorisation, dict(call.aliases))
