"""Decide recorded decisions again under another matrix: what changes for the call as such. Persons: `rejudge`.

Compared is what the log holds (what really happened), never what an old file says. Rules:
1. Told is only what the record proves. A fact that it lacks and that would decide gives a `Lack`, never a guess.
2. What a record lacks does not matter where the matrix that was in force (archived under the hash in the record) and the
   candidate decide the place alike: then nothing changes, whatever the fact was.
3. A record is decided again under the authorisation that it names. Where the candidate closes the function to that one,
   and the account holds another that opens it, it cannot be told whom that one would have reached.
4. What was refused for a reason that no matrix gives (no session, a lock, a fault, an unreadable answer) stays refused.
"""

from dataclasses import replace

from proxy.model.call import Kind
from proxy.model.decision import Effect, Reason
from proxy.model.person import Standing
from proxy.model.recorded import Level, Recorded, RecordedCall
from proxy.policy.rejudge import judge_released, judge_withheld
from proxy.policy.rule import STANDINGS, Requirement
from proxy.policy.table import Cell
from proxy.policy.trial import Key, Named, Spot, Trial, UnnamedError, held, named
from proxy.policy.turn import SAME, Lack, Replayed, Turn, Verb

OF_A_MATRIX = frozenset(
    {
        Reason.FUNCTION_NOT_IN_ROLE,
        Reason.OUT_OF_REACH,
        Reason.HIDDEN_CATEGORY,
        Reason.SEARCH_NOT_ALLOWED,
        Reason.PROTECTED,
    }
)
"""Reasons that another matrix may lift."""
FOR_ANYBODY = "-"
"""Begins the cell of a call that needs no account: the log-in."""


def replay(trial: Trial, recorded: Recorded) -> Replayed:
    """Decide one recorded vector again."""
    call = recorded.call
    if call.cell.startswith(FOR_ANYBODY) or (call.decision == Effect.DENY and call.reason not in OF_A_MATRIX):
        return SAME
    if call.decision == Effect.DENY and (call.role is None or (recorded.level is Level.CALL and call.cell)):
        return SAME  # no authorisation was looked at; or it was refused for a person in it, who has a vector too
    try:
        cells = named(call, trial.matrix)
        if recorded.level is Level.CALL:
            return _allowed(trial, call, cells) if call.decision == Effect.ALLOW else _refused(trial, call, cells)
        return _persons(trial, recorded, cells)
    except UnnamedError:
        return Lack.NAMES


def _persons(trial: Trial, recorded: Recorded, cells: Named) -> Replayed:
    """Decide the persons of a vector again, as far as the call itself goes on: its end is told once, by its own vector."""
    call = recorded.call
    whole = _allowed(trial, replace(call, bare=False), cells)
    if recorded.level is Level.PERSON:
        return judge_released(Spot(trial, call, cells.name), recorded.persons[0]) if whole == SAME else SAME
    if isinstance(whole, tuple) and whole:
        return SAME
    found = judge_withheld(Spot(trial, call, cells.name), cells, recorded.persons)
    return found if found == SAME else whole or found


def _allowed(trial: Trial, call: RecordedCall, cells: Named) -> Replayed:
    """Decide an allowed call again: every function open, every requirement met."""
    closed = next((key for key in cells.keys if trial.cell(key) is None), None)
    if closed is not None:
        return _shut(trial, call, cells, trial.matrix.closing)
    for key, cell in _opened(trial, cells):
        if Requirement.VACANCY in cell.requires and not call.vacancy:
            return _shut(trial, call, cells, cell.rules)
        if Requirement.BSN_AND_BIRTH_DATE in cell.requires and call.kind == Kind.SEARCH:
            known, before = trial.was(call, key)
            met = before is not None and Requirement.BSN_AND_BIRTH_DATE in before.requires
            if not (known and met):
                return Lack.SEARCH
    return Lack.WRITES if call.bare and not _alike(Spot(trial, call, cells.name)) else SAME


def _alike(spot: Spot) -> bool:
    """Tell whether the candidate decides whoever it may have been about as the matrix that was in force."""
    everywhere = (Standing(*each) for each in STANDINGS)
    return all(spot.seen(each).view == spot.before(each) for each in everywhere)


def _opened(trial: Trial, cells: Named) -> list[tuple[Key, Cell]]:
    return [(key, cell) for key in cells.keys if (cell := trial.cell(key)) is not None]


def _shut(trial: Trial, call: RecordedCall, cells: Named, rules: tuple[str, ...]) -> Replayed:
    for keys in held(call, cells.keys, trial.matrix):
        if all(trial.cell(key) is not None for key in keys):
            return Lack.AUTHORISATION
    return (Turn(Verb.DENIED, rules=rules),)


def _refused(trial: Trial, call: RecordedCall, cells: Named) -> Replayed:
    """Decide a call again that was refused as such."""
    found = _same_authorisation(trial, call, cells.keys[0])
    return _elsewhere(trial, call, cells) if found == SAME else found


def _same_authorisation(trial: Trial, call: RecordedCall, key: Key) -> Replayed:
    cell, (known, before) = trial.cell(key), trial.was(call, key)
    if cell is None or (Requirement.VACANCY in cell.requires and not call.vacancy):
        return SAME
    if trial.same_doors(call, key):
        return SAME  # what it was refused for stands still, whichever of its functions that was
    if not known or trial.matrix.subjects[key[0]].kind is Kind.EXPORT or not _caused(before, call):
        return Lack.CHAIN
    if Requirement.BSN_AND_BIRTH_DATE in cell.requires and call.kind == Kind.SEARCH:
        return SAME if _searched_too_widely(before, call) else Lack.SEARCH
    return (Turn(Verb.ALLOWED, rules=cell.rules),)


def _caused(before: Cell | None, call: RecordedCall) -> bool:
    """Tell whether the call was refused for the function that the record names, and not for another one of its chain."""
    if call.reason == Reason.FUNCTION_NOT_IN_ROLE:
        return before is None
    return _lacked_vacancy(before, call) or _searched_too_widely(before, call)


def _lacked_vacancy(before: Cell | None, call: RecordedCall) -> bool:
    return before is not None and Requirement.VACANCY in before.requires and not call.vacancy


def _searched_too_widely(before: Cell | None, call: RecordedCall) -> bool:
    """Tell whether a search was refused for want of BSN and birth date: whatever else was asked for was there."""
    asked = before is not None and Requirement.BSN_AND_BIRTH_DATE in before.requires
    return asked and call.reason == Reason.SEARCH_NOT_ALLOWED and not _lacked_vacancy(before, call)


def _elsewhere(trial: Trial, call: RecordedCall, cells: Named) -> Replayed:
    """Look whether another authorisation of the account opens the function now, and did not then."""
    for keys in held(call, cells.keys, trial.matrix):
        opens = all(trial.cell(key) is not None for key in keys)
        opened = all(trial.was(call, key)[1] is not None for key in keys)
        if opens and not opened:
            return Lack.AUTHORISATION
    return SAME
