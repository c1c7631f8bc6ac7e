"""Which kinds of records newcore holds, which groups show them, and which mutations change them: one table for everybody.

Why: a screen of one group shows what a mutation of another changes (an appointment is a line of the client's overview), so
both must be looked up in the same place: by the choice (`captured`), by the sync, by the backfill and by the reconcile.
Rules (pure):
1. A mutation that may change any record that a group shows is captured where that group is, whatever its own group is.
2. A function that is not in `TOUCHED` changes nothing that newcore holds, or cannot be carried to it; a group with such a
   mutation of its own stays on legacy (`stage.CARRIED`).
3. Records that hang on a person are read and removed with that person: `SUBJECT` says by whose row id.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Entity(StrEnum):
    """Kinds of records that can be moved."""

    EMPLOYER = "employer"
    VACANCY = "vacancy"
    CLIENT = "client"
    NOTE = "contact_note"
    REFERRAL = "referral"
    TASK = "task"
    APPOINTMENT = "appointment"
    REGISTRATION = "registration"
    SERVICE = "service"


SUBJECT: Mapping[Entity, Entity] = {
    each: each if each in {Entity.EMPLOYER, Entity.VACANCY} else Entity.CLIENT for each in Entity
}
"""Whose row id a record is read by."""

FILLED: Mapping[str, tuple[Entity, ...]] = {
    "vacancies": (Entity.EMPLOYER, Entity.VACANCY),
    "employers": (Entity.EMPLOYER,),
    "client_search": (Entity.CLIENT,),
    "client_file": (Entity.CLIENT, Entity.APPOINTMENT),
    "contact_notes": (Entity.CLIENT, Entity.NOTE),
    "worklist": (Entity.CLIENT, Entity.TASK, Entity.APPOINTMENT),
    "matching": (Entity.VACANCY, Entity.CLIENT, Entity.REFERRAL),
    "referrals": (Entity.CLIENT, Entity.REFERRAL),
    "suwi_query": (Entity.CLIENT, Entity.SERVICE, Entity.REGISTRATION),
}
"""What the pages of a group show, in the order in which it is filled: what others point at comes first."""

_PERSON = frozenset({Entity.CLIENT, Entity.TASK, Entity.APPOINTMENT})
"""What legacy writes a person's own values in: a task repeats name and residence, the overview the next appointment."""
_NUMBERED = frozenset({Entity.CLIENT, Entity.APPOINTMENT})
"""What every write of a person's own record changes: its modification number, by which the next appointment is named."""
TOUCHED: Mapping[str, frozenset[Entity]] = {
    "vacancy.manage": frozenset({Entity.VACANCY}),
    "employer.manage": frozenset({Entity.EMPLOYER}),
    "client.identity.update": _PERSON,
    "client.contact.update": _NUMBERED,
    "client.register": _PERSON | {Entity.REGISTRATION},
    "client.deregister": _PERSON | {Entity.REGISTRATION},
    "client.ladder.update": _NUMBERED,
    "client.cv.update": _NUMBERED,
    "client.service.update": _NUMBERED | {Entity.SERVICE},
    "client.measure.propose": _NUMBERED | {Entity.REGISTRATION},
    "client.workcapacity.update": _NUMBERED,
    "client.note.create": frozenset({Entity.NOTE}),
    "referral.create": frozenset({Entity.REFERRAL}),
    "referral.result.update": frozenset({Entity.REFERRAL}),
    "task.manage": frozenset({Entity.TASK}),
    "appointment.manage": _NUMBERED,
}
"""Which kinds of records a mutation may change."""


def touched(functions: Iterable[str]) -> frozenset[Entity]:
    """Give the kinds of records that a chain of functions may change."""
    return frozenset[Entity]().union(*(TOUCHED.get(each, frozenset()) for each in functions))


def concerned(functions: Iterable[str]) -> frozenset[str]:
    """Give the groups of which these functions may change a record."""
    changed = touched(functions)
    return frozenset(group for group, shown in FILLED.items() if changed & frozenset(shown))


def changing(entities: Iterable[Entity]) -> frozenset[str]:
    """Give the functions that may change any of these kinds."""
    wanted = frozenset(entities)
    return frozenset(function for function, changed in TOUCHED.items() if changed & wanted)
