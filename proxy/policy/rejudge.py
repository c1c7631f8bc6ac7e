"""Decide recorded persons again: those of an answer that was released, and those who were in a refused one.

Rules, beside those of `replay`:
1. What was shown and is hidden now is lost, for certain. Whether the rest of that person stays depends on whether what is
   newly hidden can be emptied, which is known only of what was emptied already; else the loss is "at least" this.
2. Somebody who was kept back is gained only where the candidate hides nothing of what the answer held.
3. A page of one person stays refused as long as anybody in it does; a card is no page.
4. Contact notes go and come by who wrote them, which the record counts; one that counts none had none, or nobody did yet,
   so where the candidate keeps some back it cannot be told.
5. Of a change that is allowed now and was refused, or that was allowed on more, the record does not hold what it carried.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from proxy.model.person import Authorship, Category, Standing
from proxy.model.recorded import RecordedPerson
from proxy.policy.matrix import Matrix
from proxy.policy.rule import Does, Rule
from proxy.policy.trial import Named, Seen, Spot, View, standings, stands, word, words
from proxy.policy.turn import SAME, Lack, Replayed, Turn, Verb


def judge_released(spot: Spot, person: RecordedPerson) -> Replayed:
    """Decide a person again who was in an answer that was released."""
    standing = stands(person)
    if standing is None:
        return _unless_alike(spot, person, Lack.GROUND)
    seen = spot.seen(standing)
    if person.reason is not None:
        return _kept_back(spot, (person, standing, seen))
    return _shown(spot, (person, standing, seen))


type Asked = tuple[RecordedPerson, Standing, Seen]


def _shown(spot: Spot, asked: Asked) -> Replayed:
    person, standing, seen = asked
    view, present = seen.view, words(person.present or ())
    shown = words(person.shown)
    if not present & view.visible:
        return (Turn(Verb.WITHHELD, standing, shown, _by(spot.trial.matrix, seen.rules, _hides(shown))),)
    before = spot.before(standing)
    if view.card and before is None:
        return Lack.CARD
    if before is not None and before.unseen == view.unseen:
        notes = SAME
    elif isinstance(found := _noted(spot, asked), Lack):
        return found
    else:
        notes = found
    turns = (*_partly(spot, asked, before), *notes)
    if not turns and spot.mutates and _stricter(before, view):
        return Lack.WRITES
    return turns


def _partly(spot: Spot, asked: Asked, before: View | None) -> Iterator[Turn]:
    """Say what is hidden, emptied no longer, or a card, of somebody who stays."""
    person, standing, seen = asked
    lost, gained = words(person.shown) - seen.view.visible, words(person.masked) & seen.view.visible
    if lost:
        yield Turn(Verb.MASKED, standing, lost, _by(spot.trial.matrix, seen.rules, _hides(lost)), least=True)
    if gained:
        yield Turn(Verb.UNMASKED, standing, gained, _by(spot.trial.matrix, seen.rules, _shows(gained)))
    if before is not None and before.card is not seen.view.card:
        yield Turn(Verb.CARDED if seen.view.card else Verb.UNCARDED, standing, rules=seen.rules, least=seen.view.card)


def _noted(spot: Spot, asked: Asked) -> Replayed:
    """Say whose notes are kept back that were shown, and whose are shown that were kept back."""
    person, standing, seen = asked
    hidden = {author for author, category in seen.view.unseen if category in words(person.shown)}
    if person.notes is None:
        return Lack.AUTHORS if hidden else SAME
    held, kept = ({word(Authorship, each) for each in some} for some in (person.notes, person.notes_withheld))
    changed = ((Verb.SIFTED, held & hidden - kept), (Verb.UNSIFTED, kept - hidden))
    by = _by(spot.trial.matrix, seen.rules, lambda rule: bool(rule.authors))
    return tuple(
        Turn(verb, standing, rules=by if verb.loses else (), authors=frozenset(whose))
        for verb, whose in changed
        if whose
    )


def _stricter(before: View | None, view: View) -> bool:
    """Tell whether a change that was allowed on a person may not be any more, by what it carried."""
    return before is None or not before.visible <= view.visible or before.allowed > view.allowed


def _kept_back(spot: Spot, asked: Asked) -> Replayed:
    person, standing, seen = asked
    verdict = _opens(seen, words(person.present or ()))
    if verdict is None:
        return _unless_alike(spot, person, Lack.CARD if seen.view.card else Lack.FIELDS)
    return (_gain(spot, standing, seen, words(person.present or ())),) if verdict else SAME


def _opens(seen: Seen, present: frozenset[Category]) -> bool | None:
    """Tell whether somebody who was kept back would be shown; None: that depends on what was not recorded."""
    if not present & seen.view.visible:
        return False
    return None if seen.view.card or not present <= seen.view.visible else True


def _gain(spot: Spot, standing: Standing, seen: Seen, gained: frozenset[Category]) -> Turn:
    return Turn(Verb.SHOWN, standing, gained, _by(spot.trial.matrix, seen.rules, _shows(gained)))


def judge_withheld(spot: Spot, cells: Named, persons: Iterable[RecordedPerson]) -> Replayed:
    """Decide a refused exchange again: it opens where everybody in it does."""
    if cells.relation is not None:
        return _before_sending(spot, cells, next(iter(persons)))
    everybody = tuple(persons)
    if all(_unless_alike(spot, each, Lack.FIELDS) == SAME for each in everybody):
        return SAME
    found = [_admits(spot, each) for each in everybody]
    if SAME in found:
        return SAME
    lack = next((each for each in found if isinstance(each, Lack)), None)
    if lack is not None or spot.mutates:
        return lack or Lack.WRITES
    return tuple(turn for each in found if not isinstance(each, Lack) for turn in each)


def _admits(spot: Spot, person: RecordedPerson) -> Replayed:
    """Say what somebody in a refused answer does to it: keeps it refused (`SAME`), gains, or cannot be told."""
    standing = stands(person)
    if standing is None:
        return Lack.GROUND
    seen, present = spot.seen(standing), words(person.present or ())
    opens = False if seen.view.card else _opens(seen, present)
    if opens is None:
        return Lack.FIELDS
    return (_gain(spot, standing, seen, present),) if opens else SAME


def _before_sending(spot: Spot, cells: Named, person: RecordedPerson) -> Replayed:
    """Decide a row again that the request named: nothing was sent, so nobody knows what the answer would have held."""
    standing = stands(replace(person, present=frozenset()))
    if standing is None:
        return _unless_alike(spot, person, Lack.GROUND)
    seen = spot.seen(standing)
    if not seen.view.allowed:
        return SAME
    subjects = [spot.trial.matrix.subjects[key[0]] for key in cells.keys]
    held = frozenset(each for subject in subjects for each in subject.categories | subject.accompany)
    if spot.mutates:
        return _unless_alike(spot, person, Lack.WRITES)
    if seen.view.card or not held <= seen.view.visible:
        return _unless_alike(spot, person, Lack.FIELDS)
    return (_gain(spot, standing, seen, held),)


def _unless_alike(spot: Spot, person: RecordedPerson, lack: Lack) -> Replayed:
    """Nothing changes where both matrices decide every standing alike that the record leaves possible."""
    places = standings(person)
    alike = all(spot.seen(each).view == spot.before(each) for each in places)
    return SAME if alike else lack


def _hides(categories: frozenset[Category]) -> Callable[[Rule], bool]:
    return lambda rule: rule.does is Does.FORBID or (rule.does is Does.MASK and bool(rule.hide & categories))


def _shows(categories: frozenset[Category]) -> Callable[[Rule], bool]:
    return lambda rule: rule.does.opens and bool(rule.show & categories)


def _by(matrix: Matrix, names: Iterable[str], does: Callable[[Rule], bool]) -> tuple[str, ...]:
    """Give the rules among these that do it."""
    rules = (matrix.rule(name) for name in names)
    return tuple(rule.id for rule in rules if rule is not None and does(rule))
