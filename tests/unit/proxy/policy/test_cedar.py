"""Every cell, asked of another engine that reads the rules as written; and two hundred spoilt cells, none of which passes.

The other engine (Cedar) shares no code with our compiler: it gets the plain YAML, and the catalogue as a plain reader
gives it. It is a tool of this suite only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import product
from random import Random
from typing import Any

import cedarpy
import pytest
from ruamel.yaml import YAML

from proxy.model.decision import Duty
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.policy.cedar import policies
from proxy.policy.invariant import broken_in
from proxy.policy.rule import STANDINGS
from proxy.policy.table import Cell, Outcome

KINDS = ("UWV", "municipality", "sw", "machine")
CLOSEST = (("caseload", "ordinary", True),)
"""For what a role was not given at all: if it is closed here, no relation can open it."""
NOBODY = "none"
"""Author of a place that nobody wrote."""
type Written = Mapping[str, Any]
type Where = tuple[str, str, str]
"""Function, role, kind of organisation."""


@dataclass(frozen=True)
class Question:
    """One category of one standing of one cell; of a row that somebody wrote where a rule looks at that."""

    where: Where
    standing: tuple[str, str, bool]
    category: str
    author: str = NOBODY


@dataclass(frozen=True)
class Answer:
    """What Cedar shows of a standing: the categories, whether by card rules alone, and what of it not of an author."""

    visible: frozenset[str]
    card: bool
    unseen: frozenset[tuple[str, str]] = frozenset()


class Reading:
    """The file and the catalogue, read a second time."""

    def __init__(self, document: Written, functions: Mapping[str, Written]) -> None:
        """Take the plain values."""
        self.document, self.functions = document, functions
        self.authored = {each for rule in document["rules"] if "authors" in rule for each in rule["hide"]}
        self.effects = {rule["id"]: rule["effect"] for rule in document["rules"]}

    def held(self, function: str) -> frozenset[str]:
        """What the function and its screen hold."""
        accompany = self.document["accompany"]
        row = self.functions[function]
        return frozenset([*row["categories"], *accompany["every"], *accompany.get(function, ())])

    def given(self, where: Where) -> str | frozenset[str]:
        """How the matrix gives a function to a role: all, own, none, or some categories."""
        written = self.document["functions"][where[0]].get(where[1], "none")
        return written if isinstance(written, str) else frozenset(written)

    def request(self, question: Question) -> dict[str, Any]:
        """The question in Cedar's form."""
        function, role, kind = question.where
        relation, held, emergency = question.standing
        given = self.given(question.where)
        within = isinstance(given, str) or question.category in given | {*self.document["impersonal"]}
        context = {
            "role": role, "organisation": kind, "function": function, "kind": self.functions[function]["kind"],
            "persons": self.functions[function]["persons"], "given": given if isinstance(given, str) else "all",
            "relation": relation, "class": held, "emergency": emergency, "category": question.category,
            "author": question.author, "offered": within and question.category in self.held(function),
        }  # fmt: skip
        return {"principal": 'P::"p"', "action": 'A::"a"', "resource": 'R::"r"', "context": context}

    def questions(self, role: str) -> Iterator[Question]:
        """Everything there is to ask of a role."""
        standings = tuple(product(map(str, Relation), map(str, PersonClass), (False, True)))
        for function, kind in product(self.functions, KINDS):
            if not self.functions[function]["persons"]:
                continue
            where = (function, role, kind)
            seated = kind in self.document["roles"][role]["organisations"] and self.given(where) != "none"
            for standing in standings if seated else CLOSEST:
                for category in sorted(self.held(function)):
                    for author in (NOBODY, *Authorship) if category in self.authored else (NOBODY,):
                        yield Question(where, standing, category, str(author))

    def answers(self) -> dict[tuple[Where, tuple[str, str, bool]], Answer]:
        """Ask everything; what shows nothing of the function's own is closed, as the rules of the matrix say."""
        found: dict[tuple[Where, tuple[str, str, bool]], list[tuple[str, bool]]] = {}
        unseen: dict[tuple[Where, tuple[str, str, bool]], set[tuple[str, str]]] = {}
        for role in self.document["roles"]:
            questions = list(self.questions(role))
            ids = [
                "roles",
                *(each["id"] for each in self.document["rules"] if each["roles"] == "all" or role in each["roles"]),
            ]
            said = cedarpy.is_authorized_batch(
                [self.request(each) for each in questions], policies(self.document, role), []
            )
            for question, result in zip(questions, said, strict=True):
                assert not result.diagnostics.errors
                shown = found.setdefault((question.where, question.standing), [])
                if question.author != NOBODY:
                    if not result.allowed:
                        unseen.setdefault((question.where, question.standing), set()).add(
                            (question.author, question.category)
                        )
                elif result.allowed:
                    by = [ids[int(reason.removeprefix("policy"))] for reason in result.diagnostics.reasons]
                    shown.append((question.category, all(self.effects[each] == "card" for each in by)))
        return {where: self.judged(where[0][0], shown, unseen.get(where, set())) for where, shown in found.items()}

    def judged(self, function: str, shown: list[tuple[str, bool]], unseen: set[tuple[str, str]]) -> Answer:
        """Nothing of the function's own is nothing at all."""
        visible = frozenset(category for category, _ in shown)
        if not visible & frozenset(self.functions[function]["categories"]):
            return Answer(frozenset(), card=False)
        hidden = frozenset(pair for pair in unseen if pair[1] in visible)
        return Answer(visible, card=all(card for _, card in shown), unseen=hidden)


@cache
def plain(text: str) -> Any:
    """Read YAML as plain values."""
    return YAML(typ="safe", pure=True).load(text)


@pytest.fixture(scope="module")
def answers(source) -> dict[tuple[Where, tuple[str, str, bool]], Answer]:
    """What Cedar says of every cell."""
    catalogue = plain((files("proxy.catalogue") / "functions.yaml").read_text(encoding="utf-8"))
    return Reading(plain(source), {each["id"]: each for each in catalogue["functions"]}).answers()


def ours(cell: Cell | None, at: int) -> Answer:
    """What our table says of a standing."""
    outcome = cell.outcomes[at] if cell else None
    if outcome is None:
        return Answer(frozenset(), card=False)
    unseen = frozenset((str(author), str(category)) for author, category in outcome.unseen)
    return Answer(frozenset(map(str, outcome.visible)), outcome.card, unseen)


PLACES = {(str(relation), str(held), urgent): at for at, (relation, held, urgent) in enumerate(STANDINGS)}


def test_another_engine_reads_every_cell_as_we_do(matrix, answers):
    """Not one standing of one cell differs, and what a role was not given is closed in both."""
    cells = {(function, str(role), str(kind)): cell for (function, role, kind), cell in matrix.target.index.items()}
    about_persons = {where for where, cell in cells.items() if cell.outcomes}
    differing = [key for key, answer in answers.items() if ours(cells.get(key[0]), PLACES[key[1]]) != answer]
    assert differing == []
    asked = {where for where, standing in answers if standing == ("outside", "self", False)}
    assert asked == about_persons
    assert len(answers) > len(about_persons) * len(STANDINGS) > 10_000


def spoil(random: Random, outcome: Outcome, held: frozenset[Category]) -> Outcome:
    """Change what an outcome means: open a category, close one, forget a duty, take a card for a person, turn an author."""
    ways = [
        replace(outcome, visible=outcome.visible ^ {random.choice(sorted(held))}),
        replace(outcome, visible=frozenset() if outcome.visible else held),
        replace(outcome, card=not outcome.card),
        replace(outcome, whole=not outcome.whole),
        replace(outcome, unseen=outcome.unseen ^ {(random.choice(list(Authorship)), random.choice(sorted(held)))}),
        replace(outcome, duties=outcome.duties ^ {Duty.REVIEW}) if outcome.duties else replace(outcome, visible=held ^ outcome.visible),
    ]  # fmt: skip
    return random.choice(ways)


def test_two_hundred_spoilt_cells_are_all_caught(matrix, answers):
    """One standing of one cell changed at random: the promises or the other engine tell, every time."""
    random = Random(20261126)
    seats = [each for each in matrix.seats if each.given is not None and each.subject.persons]
    missed = []
    for _ in range(200):
        seat, at = random.choice(seats), random.randrange(len(STANDINGS))
        cell = matrix.target.cells[seat.name]
        held = seat.subject.categories | seat.subject.accompany
        wrong = spoil(random, cell.outcomes[at], held)
        assert wrong != cell.outcomes[at]
        spoilt = replace(cell, outcomes=(*cell.outcomes[:at], wrong, *cell.outcomes[at + 1 :]))
        relation, protection, urgent = STANDINGS[at]
        key = ((seat.subject.id, str(seat.row.role), str(seat.kind)), (str(relation), str(protection), urgent))
        if ours(spoilt, at) == answers[key] and not any(broken_in(seat, spoilt)):
            missed.append((seat.name, STANDINGS[at]))
    assert missed == []


def test_an_exemption_and_a_category_are_conditions(source):
    """The policies say what the rules say; a reader can follow them beside the file."""
    written = policies(plain(source), "KCC")
    assert '@id("RG15")\npermit (principal, action, resource) when {' in written
    assert '&& !(["client.identity.update", "client.contact.update"].contains(context.function)' in written
    assert '["CT"].contains(context.category)' in written
    assert '["CN"].contains(context.category)\n    && ["other", "unknown"].contains(context.author)' in written
    assert "RG16" not in written
    assert "RG16" in policies(plain(source))
