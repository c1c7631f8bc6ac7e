"""Decide about the contact notes of one person whose page may be seen: which of them stay, by who wrote them.

Why apart from `decide`: a page has one standing and many authors, so an author is no part of a standing. Rules:
1. A note stays where no category of it is unseen of its author; what somebody wrote is never kept back from that account.
2. Where some notes may be unseen, a list that goes on does not tell its total: it would tell how many are hidden.
3. While the rule is staged, what holds today decides; what all rules together would keep back is said beside it.
"""

from collections.abc import Sequence

import msgspec

from proxy.model.decision import Decision, Duty, decision_with
from proxy.model.person import Authorship, Category, Standing
from proxy.policy.decide import outcome_of
from proxy.policy.matrix import Matrix
from proxy.policy.rule import place
from proxy.policy.table import Unseen

_BANNER = frozenset({Duty.BANNER})


class Sifted(msgspec.Struct, frozen=True):
    """What was decided about the notes of one person."""

    authors: tuple[Authorship, ...]
    """Of every note, in the order of the page."""
    withheld: frozenset[int] = frozenset()
    """Notes that are kept back, by their place on the page."""
    limited: bool = False
    """Some notes may be unseen, whether or not one of them is on this page."""


def sift(
    matrix: Matrix, judged: tuple[Decision, Standing], categories: frozenset[Category], authors: Sequence[Authorship]
) -> tuple[Decision, Sifted]:
    """Decide about notes that show these categories; the decision about the person says what is pending for them."""
    decision, standing = judged
    at = place(standing.relation, standing.protection, emergency=standing.emergency)
    now = outcome_of(matrix.enforced, decision.cell, at)
    withheld = _unseen(now.unseen, categories, authors)
    sifted = Sifted(tuple(authors), withheld, bool(now.unseen))
    if matrix.settled:
        return decision, sifted
    lost = _unseen(outcome_of(matrix.target, decision.cell, at).unseen, categories, authors) - withheld
    if not lost:
        return decision, sifted
    staged = decision_with(
        decision,
        lost=decision.lost | categories,
        pending=tuple(dict.fromkeys((*decision.pending, *now.pending))),
        duties=decision.duties | _BANNER if now.warns else decision.duties,
    )
    return staged, sifted


def _unseen(unseen: Unseen, categories: frozenset[Category], authors: Sequence[Authorship]) -> frozenset[int]:
    hidden = {author for author, category in unseen if category in categories} - {Authorship.SELF}
    return frozenset(index for index, author in enumerate(authors) if author in hidden) if hidden else frozenset()
