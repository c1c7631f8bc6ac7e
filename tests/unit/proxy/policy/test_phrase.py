"""Words: every value of the closed sets has a Dutch name, and standings read as people say them."""

from proxy.model.decision import Duty
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.policy import phrase
from proxy.policy.rule import Does, Mode, Requirement


def test_everything_has_a_name():
    """A new member without a name would be told by its code."""
    assert set(phrase.CATEGORIES) == set(Category)
    assert set(phrase.RELATIONS) == set(Relation)
    assert set(phrase.CLASSES) == set(PersonClass)
    assert set(phrase.AUTHORS) == set(Authorship)
    assert (set(phrase.DUTIES), set(phrase.REQUIREMENTS)) == (set(Duty), set(Requirement))
    assert (set(phrase.EFFECTS), set(phrase.MODES)) == (set(Does), set(Mode))


def test_a_standing_reads_as_people_say_it():
    """The relation, and between brackets what is special about it."""
    assert phrase.standing(Relation.REGION, PersonClass.ORDINARY) == "eigen regio"
    told = phrase.standing(Relation.REGION, PersonClass.SECRET, emergency=True)
    assert told == "eigen regio (geheim adres, met noodtoegang)"
    assert phrase.standings(PersonClass.STAFF, False, list(Relation)) == "bij elke relatie (medewerker)"
    near = [Relation.MUNICIPALITY, Relation.REGION]
    assert phrase.standings(PersonClass.ORDINARY, False, near) == "eigen gemeente / eigen regio"


def test_authors_stand_in_a_sentence():
    """In the order in which they are near."""
    assert (
        phrase.notes([Authorship.UNKNOWN, Authorship.OTHER])
        == "verslagen van een andere organisatie of een onbekende schrijver"
    )


def test_names_stand_in_a_sentence():
    """The first word in small letters, categories in the order of the matrix."""
    assert phrase.lowered("CV raadplegen") == "cv raadplegen"
    assert phrase.lowered("Afmelden") == "afmelden"
    assert phrase.named([Category.CN, Category.ID]) == "identiteit, contacthistorie"
