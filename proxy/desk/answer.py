"""Answer a request about a person for whom the user answers (RG6).

Rule: nobody answers what he asked himself, nor about himself.
"""

from proxy.desk.request import Done, Request
from proxy.grants import grant, screens
from proxy.grants.grant import Answerer, Unmet
from proxy.grants.screens import UNMET
from proxy.identity.seal import Seal
from proxy.model.decision import Reason
from proxy.model.screen import Own
from proxy.model.tie import Grant, GrantState


def answer(asked: Request) -> Done:
    """Answer a request about a person for whom the user answers; without a number: the list of requests."""
    number = asked.given.get("nummer", "")
    if not number:
        return Done(_requests(asked))
    request = next((each for each in _to_answer(asked) if str(each.id) == number), None)
    if request is None:
        return Done(_requests(asked, UNMET[Unmet.NOT_THEIRS]), detail=Unmet.NOT_THEIRS)
    purpose = f"grant.answer {number}"
    worth = asked.weighed(purpose) if asked.asks else None
    if worth is Seal.FORGED:
        return Done(denied=Reason.FORM_NOT_ISSUED, vacancy=request.vacancy)
    choice = asked.given.get("besluit", "")
    if worth is not Seal.GOOD or choice not in {"toestaan", "weigeren"}:
        error = UNMET[Unmet.STALE] if worth is Seal.STALE else ""
        return Done(screens.answer(asked.sheet(purpose, error), request, asked.now), vacancy=request.vacancy)
    given = grant.answered(request, asked.user, asked.now, accepts=choice == "toestaan")
    return Done(screens.answered(given), given, vacancy=request.vacancy)


def _requests(asked: Request, error: str = "") -> Own:
    opened = [each for each in answered_for(asked) if each.state is GrantState.OPEN]
    return screens.requests(_to_answer(asked), opened, asked.now, error)


def _to_answer(asked: Request) -> list[Grant]:
    return [each for each in answered_for(asked) if each.state is GrantState.REQUESTED]


def answered_for(asked: Request) -> list[Grant]:
    """Pick the running grants on persons for whom the user answers; nobody answers for what he asked himself."""
    mine = Answerer(asked.user, asked.authorisation)
    found = []
    for each in grant.running(asked.known.ties, asked.now):
        person = asked.known.persons.get(each.row_id)
        if person is None or each.user == mine.user or asked.is_own(person):
            continue
        if grant.answers_for(mine, person, asked.house.regions.region(person.municipality, asked.now.day)):
            found.append(each)
    return sorted(found, key=lambda each: each.asked_at)
