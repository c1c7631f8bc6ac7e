"""The matrix in the words of those who sign it: Dutch names for relations, categories, classes, reasons and duties."""

from collections.abc import Collection, Iterable

from proxy.model.decision import Duty
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.policy.rule import Does, Mode, Requirement

CATEGORIES = {
    Category.ID: "identiteit",
    Category.CT: "contact",
    Category.NA: "nationaliteit",
    Category.ED: "opleiding en cv",
    Category.AV: "beschikbaarheid",
    Category.WC: "belastbaarheid",
    Category.BN: "uitkering",
    Category.LD: "trede en profiel",
    Category.SV: "dienstverlening",
    Category.CN: "contacthistorie",
    Category.AP: "afspraken",
    Category.VA: "vacature",
    Category.EM: "werkgever",
    Category.RF: "verwijzing",
    Category.CO: "toestemming",
    Category.DG: "doelgroep",
    Category.UA: "gebruikers",
    Category.AU: "inzagelog",
}
RELATIONS = {
    Relation.CASELOAD: "eigen caseload",
    Relation.ASSIGNED: "toegewezen",
    Relation.APPOINTMENT: "met afspraak",
    Relation.TEAM: "bij vervanging",
    Relation.MUNICIPALITY: "eigen gemeente",
    Relation.REGION: "eigen regio",
    Relation.GRANT: "na toestemming",
    Relation.VERIFIED: "na controle",
    Relation.CARD: "gevonden kandidaat",
    Relation.OUTSIDE: "buiten de regio",
}
CLASSES = {
    PersonClass.ORDINARY: "",
    PersonClass.SECRET: "geheim adres",
    PersonClass.STAFF: "medewerker",
    PersonClass.SELF: "eigen dossier",
}
AUTHORS = {
    Authorship.SELF: "de medewerker zelf",
    Authorship.OWN: "de eigen organisatie",
    Authorship.OTHER: "een andere organisatie",
    Authorship.UNKNOWN: "een onbekende schrijver",
}
EMERGENCY = "met noodtoegang"
EVERY_RELATION = "bij elke relatie"
DUTIES = {
    Duty.BANNER: "melding op het scherm",
    Duty.REVIEW: "beoordeling achteraf",
    Duty.NOTIFY: "bericht aan de regio",
    Duty.ALARM: "alarm",
}
REQUIREMENTS = {
    Requirement.VACANCY: "een vacature",
    Requirement.BSN_AND_BIRTH_DATE: "BSN en geboortedatum",
}
EFFECTS = {Does.ALLOW: "toestaan", Does.FORBID: "verbieden", Does.MASK: "leegmaken", Does.CARD: "kaart"}
MODES = {Mode.REPORT: "alleen vastleggen", Mode.WARN: "aangekondigd", Mode.ENFORCE: "geldt"}


def named(categories: Iterable[Category]) -> str:
    """Name categories in the order of the matrix."""
    wanted = set(categories)
    return ", ".join(name for category, name in CATEGORIES.items() if category in wanted)


def notes(authors: Iterable[Authorship]) -> str:
    """Say whose contact notes: `verslagen van een andere organisatie of een onbekende schrijver`."""
    wanted = set(authors)
    return "verslagen van " + " of ".join(name for author, name in AUTHORS.items() if author in wanted)


def lowered(name: str) -> str:
    """Write a name inside a sentence: its first word in small letters."""
    first, blank, rest = name.partition(" ")
    return first.lower() + blank + rest


def standing(relation: Relation, protection: PersonClass, *, emergency: bool = False) -> str:
    """Say a standing: `eigen regio (geheim adres, met noodtoegang)`."""
    return standings(protection, emergency, [relation])


def standings(protection: PersonClass, emergency: bool, relations: Collection[Relation]) -> str:
    """Say several relations of one class: `eigen gemeente / eigen regio (met noodtoegang)`."""
    near = EVERY_RELATION if len(relations) == len(Relation) else " / ".join(RELATIONS[each] for each in relations)
    extra = [each for each in (CLASSES[protection], EMERGENCY if emergency else "") if each]
    return near + (f" ({', '.join(extra)})" if extra else "")
