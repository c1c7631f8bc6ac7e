"""Claims about a replay: what it tells is what the engine would have decided; the rest it does not tell."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

import pytest

from proxy.model.decision import Effect
from proxy.model.entry import Access, Disclosure, Entry
from proxy.model.person import Category
from proxy.model.recorded import Recorded
from proxy.policy.matrix import Matrix, load
from proxy.policy.replay import replay
from proxy.policy.trial import Trial
from proxy.policy.turn import SAME, Lack, Replayed, Turn, Verb
from tests.doubles.traffic import Draw, Scene, recorded, vectors

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROUNDS = 1200
EDITS = {
    "a mask falls": ("    hide: [CT]", "    hide: [NA]"),
    "a region sees more": ("    show: [ID, CT, ED, AV, LD, SV, AP]", "    show: [ID, CT, ED, AV, LD, SV, AP, BN, WC]"),
    "a region sees less": ("    show: [ID, CT, ED, AV, LD, SV, AP]", "    show: [ID, CT, ED]"),
    "the caseload sees less": ("    relations: [caseload, assigned, appointment]\n    show: all", "    relations: [caseload, assigned, appointment]\n    show: [ID, CT, ED, AV]"),
    "a role loses a function": ("  client.cv.view: {AW: all, IDV: all,", "  client.cv.view: {IDV: all,"),
    "a role gets more of a function": ("MAT: [ED, AV], LB: all}", "MAT: all, LB: all}"),
    "no vacancy is needed": ("    requires: [vacancy]\n", ""),
    "prohibitions are only reported": ("    effect: forbid\n    mode: enforce", "    effect: forbid\n    mode: report"),
    "permissions are only reported": ("    effect: allow\n    mode: enforce", "    effect: allow\n    mode: report"),
    "a card becomes a permission": ("    effect: card", "    effect: allow"),
}  # fmt: skip


@dataclass(frozen=True)
class Played:
    """A scene, what the matrix in force stored of it, and what a replay says."""

    scene: Scene
    stored: tuple[Entry, ...]
    said: list[tuple[Recorded, Replayed]]


def edited(source: str, catalogue, name: str) -> Matrix:
    """Make a candidate of the matrix of this release."""
    before, after = EDITS[name]
    assert before in source, name
    return load(source.replace(before, after), catalogue)


def played(matrix: Matrix, trial: Trial, seed: int, rounds: int = ROUNDS) -> list[Played]:
    """Record scenes under one matrix and replay them under another."""
    draw, found = Draw(matrix, Random(seed)), []
    for _ in range(rounds):
        scene = draw.scene()
        stored = recorded(matrix, scene, NOW, bytes(10))
        held = frozenset(each.id for each in scene.principal.authorisations)
        said = [(each, replay(trial, each)) for each in vectors(stored, held)]
        found.append(Played(scene, stored, said))
    return found


def shown(stored: tuple[Entry, ...]) -> dict[bytes, frozenset[Category]]:
    """Give who was shown, and what of them."""
    return {each.person.digest: each.shown for each in stored if isinstance(each, Disclosure)}


@pytest.mark.parametrize("archived", [True, False])
def test_the_matrix_that_was_in_force_changes_nothing(matrix: Matrix, archived: bool):
    """Of no recorded decision; where its text is archived, everything can be told."""
    trial = Trial(matrix, {matrix.hash: matrix} if archived else {})
    said = [each for one in played(matrix, trial, 11) for _, each in one.said]
    assert {each for each in said if not isinstance(each, Lack)} == {SAME}
    assert any(isinstance(each, Lack) for each in said) is not archived


@pytest.mark.parametrize("name", EDITS)
def test_what_is_told_is_what_would_have_been_decided(source: str, catalogue, matrix: Matrix, name: str):
    """Against the same scene, decided by the engine under the candidate."""
    candidate = edited(source, catalogue, name)
    trial, told = Trial(candidate, {matrix.hash: matrix}), 0
    for one in played(matrix, trial, 5):
        if len(one.scene.principal.authorisations) > 1 or len(one.scene.call.links) > 1:
            continue  # which authorisation and which other functions is not in a record
        truth = recorded(candidate, one.scene, NOW, bytes(10))
        check(one, truth)
        told += any(not isinstance(said, Lack) and said != SAME for _, said in one.said)
    assert told, "the candidate changes nothing that was recorded, so this shows nothing"


def check(one: Played, truth: tuple[Entry, ...]) -> None:
    """Compare what a replay said of one exchange with what the candidate makes of it."""
    was, now = shown(one.stored), shown(truth)
    turns = [turn for _, said in one.said if not isinstance(said, Lack) for turn in said]
    if any(isinstance(said, Lack) for _, said in one.said):
        return
    if not turns:
        assert (now, allowed(truth)) == (was, allowed(one.stored)), one
    verbs = {turn.verb for turn in turns}
    if Verb.DENIED in verbs:
        assert not now, one
        assert not allowed(truth), one
    if Verb.WITHHELD in verbs or Verb.MASKED in verbs:
        assert sum(map(len, now.values())) < sum(map(len, was.values())) or verbs & {Verb.SHOWN, Verb.UNMASKED}, one
    gains = {Verb.SHOWN, Verb.UNMASKED}
    if verbs and verbs <= gains and (one.scene.people and not (one.scene.names and not allowed(one.stored))):
        assert sum(map(len, now.values())) - sum(map(len, was.values())) == gained(turns), one
    if verbs == {Verb.WITHHELD} and one.scene.listed:
        assert len(was) - len(now) == len(turns), one


def allowed(stored: tuple[Entry, ...]) -> bool:
    """Tell how an exchange ended."""
    return next(each for each in stored if isinstance(each, Access)).decision is Effect.ALLOW


def gained(turns: list[Turn]) -> int:
    """Count the values that are gained."""
    return sum(len(turn.categories) for turn in turns)


def test_rows_without_a_ground_are_not_guessed_at(source: str, catalogue, matrix: Matrix):
    """Where the candidate changes a cell, a person recorded before grounds were kept cannot be told; elsewhere it can."""
    candidate = edited(source, catalogue, "a region sees less")
    trial = Trial(candidate, {matrix.hash: matrix})
    bare = [
        (each, replay(trial, replace(each, persons=(replace(each.persons[0], protection=None, emergency=None, present=None),))))
        for one in played(matrix, trial, 3, 400)
        for each, _ in one.said
        if len(each.persons) == 1
    ]  # fmt: skip
    lacks = [said for _, said in bare if said is Lack.GROUND]
    assert lacks
    assert all(said in {SAME, Lack.GROUND} or each.call.decision == "deny" for each, said in bare)


def test_words_that_this_release_does_not_know_are_not_guessed_at(matrix: Matrix):
    """A function, role or relation of another release, and a cell that names none."""
    trial = Trial(matrix, {matrix.hash: matrix})
    one = next(
        each
        for played_ in played(matrix, trial, 3, 400)
        for each, _ in played_.said
        if each.persons and each.call.decision == "allow"
    )
    call, person = one.call, one.persons[0]
    for strange in (
        replace(one, call=replace(call, function="client.vanished", cell="AW@UWV/client.vanished")),
        replace(one, call=replace(call, cell="XX@UWV/client.cv.view")),
        replace(one, call=replace(call, cell="AW/client.cv.view/caseload")),
        replace(one, persons=(replace(person, relation="neighbour"),)),
        replace(one, persons=(replace(person, present=frozenset({"QQ"})),)),
    ):
        assert replay(trial, strange) is Lack.NAMES


def test_another_authorisation_of_the_account_makes_a_closed_function_untold(source: str, catalogue, matrix: Matrix):
    """Whom it would have reached is not in the record."""
    candidate = edited(source, catalogue, "a role loses a function")
    trial = Trial(candidate, {matrix.hash: matrix})
    calls = [each for one in played(matrix, trial, 5) for each, said in one.said if said and each.call.role == "AW"]
    one = next(each for each in calls if each.call.function == "client.cv.view" and not each.persons)
    alone, both = (replace(one, call=replace(one.call, held=held)) for held in ({"AW@UWV"}, {"AW@UWV", "IDV@UWV"}))
    (turn,) = replay(trial, alone)
    assert (turn.verb, turn.rules) == (Verb.DENIED, ("RG0.dicht",))
    assert replay(trial, both) is Lack.AUTHORISATION
