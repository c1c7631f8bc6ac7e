"""Who wrote a note, seen from the account that asks: that account, its organisation, another one, or nobody known.

Rules:
1. UWV is one organisation, whatever the office; a municipality, an SW company and a system are each their own.
2. An author counts by the organisations of the account today: a note goes with whoever wrote it to another organisation.
   Somebody who left counts by those held last (`question.AUTHORS`).
3. Doubt is never the own organisation: an author with a foot in two belongs to neither of them alone.
"""

from proxy.model.person import Authorship
from proxy.model.principal import Organisation, OrganisationKind


def authorship(author: str, organisations: frozenset[Organisation] | None, user: str, own: Organisation) -> Authorship:
    """Say who an author is to a user who asks under an authorisation of the organisation `own`."""
    if author and author == user:
        return Authorship.SELF
    if not author or not organisations:
        return Authorship.UNKNOWN
    return Authorship.OWN if all(same(each, own) for each in organisations) else Authorship.OTHER


def same(one: Organisation, other: Organisation) -> bool:
    """Tell whether two are one organisation."""
    return one.kind is other.kind and (one.kind is OrganisationKind.UWV or one.code == other.code)
