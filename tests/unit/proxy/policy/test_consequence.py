"""Claims about what a replay means for people: lines, figures and sentences."""

from dataclasses import replace

from proxy.model.person import Authorship, Category, PersonClass, Relation, Standing
from proxy.model.recorded import Level, Recorded, RecordedCall, RecordedPerson, Trace
from proxy.policy import consequence
from proxy.policy.consequence import ByRule, Tallies
from proxy.policy.matrix import Matrix
from proxy.policy.turn import Lack, Turn, Verb

CALL = RecordedCall("", "consult", "allow", "allowed", "AW", "UWV", "client.cv.view", "", vacancy=False)
PERSON = RecordedPerson("region", "ordinary", False, frozenset())
REGION, TEAM = (Standing(each, PersonClass.ORDINARY) for each in (Relation.REGION, Relation.TEAM))
NAMES = {"client.cv.view": "CV raadplegen"}


def masked(category: Category, standing: Standing = REGION) -> tuple[Turn, ...]:
    """Give the turn of somebody who loses a category."""
    return (Turn(Verb.MASKED, standing, frozenset({category}), ("RG10",), least=True),)


def tallied() -> Tallies:
    """Two accesses of one account with two persons each, one of another account, and one that cannot be told."""
    found = {
        1: (Recorded(1, Level.PERSON, CALL, (PERSON,), 3), masked(Category.CT)),
        2: (Recorded(2, Level.PERSON, CALL, (PERSON,), 2), masked(Category.ED, TEAM)),
        3: (Recorded(3, Level.REFUSED, CALL, (PERSON, PERSON), 1), Lack.FIELDS),
        4: (Recorded(4, Level.CALL, CALL, (), 1), (Turn(Verb.DENIED, rules=("RG0.dicht",)),)),
    }
    traces = [
        Trace("jansen", "T1", frozenset({1, 2}), 2),
        Trace("bakker", "T1", frozenset({1}), 1),
        Trace("smit", None, frozenset({3}), 1),
        Trace("smit", None, frozenset({4}), 1),
    ]
    return consequence.tally(found, traces)


def test_a_request_an_employee_and_a_team_count_once_in_a_line():
    """However many persons of a request change; persons count as often as they were shown."""
    tallies = tallied()
    assert tallies[None].figures() == {"requests": 4, "users": 3, "teams": 1, "persons": 5}
    assert tallies[ByRule("RG10", Verb.MASKED)].figures() == {"requests": 3, "users": 2, "teams": 1, "persons": 5}
    ((lack, counted),) = consequence.untold(tallies)
    assert (lack, counted.figures()) == (Lack.FIELDS, {"requests": 1, "users": 1, "teams": 0, "persons": 2})


def test_sentences_gather_relations_and_categories_and_say_whom_they_touch(matrix: Matrix):
    """Those that touch most come first; a loss that may be more says so."""
    first, second = consequence.sentences(tallied(), matrix, NAMES)
    assert first == (
        "Adviseur werk verliest: cv raadplegen, bij vervanging / eigen regio: contact, opleiding en cv (ten minste): "
        "3 verzoeken, 2 medewerkers, 1 team, 5 maal een persoon"
    )
    assert second == "Adviseur werk verliest: cv raadplegen: 1 verzoek, 1 medewerker, 0 teams"


def test_notes_are_told_by_who_wrote_them(matrix: Matrix):
    """No category is lost, and the sentence says whose notes go and come."""
    strange = frozenset({Authorship.OTHER, Authorship.UNKNOWN})
    turns = (Turn(Verb.SIFTED, TEAM, authors=strange), Turn(Verb.UNSIFTED, TEAM, authors=frozenset({Authorship.OWN})))
    tallies = consequence.tally(
        {1: (Recorded(1, Level.PERSON, CALL, (PERSON,), 3), turns)}, [Trace("a", None, frozenset({1}), 3)]
    )
    said = [each.partition(": 3 ")[0] for each in consequence.sentences(tallies, matrix, NAMES)]
    assert said == [
        "Adviseur werk verliest: cv raadplegen, bij vervanging: verslagen van een andere organisatie of een onbekende schrijver",
        "Adviseur werk krijgt: cv raadplegen, bij vervanging: verslagen van de eigen organisatie",
    ]


def test_rows_of_detail_are_per_relation_and_category():
    """A program reads what a sentence gathers."""
    rows = [(line.verb, line.standing, line.category) for line, _ in consequence.lines(tallied(), detail=True)]
    assert rows == [
        (Verb.MASKED, REGION, Category.CT),
        (Verb.MASKED, TEAM, Category.ED),
        (Verb.DENIED, None, None),
    ]


def test_every_verb_is_said(matrix: Matrix):
    """No change is left out of the sentences."""
    for number, verb in enumerate(Verb):
        turn = Turn(verb, REGION, frozenset({Category.CT}) if "mask" in verb or verb is Verb.SHOWN else frozenset())
        turn = replace(turn, authors=frozenset({Authorship.OWN} if "sift" in verb else ()))
        found = {number: (Recorded(number, Level.PERSON, CALL, (PERSON,), 1), (turn,))}
        tallies = consequence.tally(found, [Trace("jansen", "T1", frozenset({number}), 1)])
        (said,) = consequence.sentences(tallies, matrix, NAMES)
        assert said.endswith("1 verzoek, 1 medewerker, 1 team, 1 maal een persoon")
        assert ("verliest" in said or "alleen nog" in said) is verb.loses
