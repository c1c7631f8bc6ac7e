"""The access record of an answer that is handed over for comparison: lawful processing, and nobody's consultation. Pure.

Rules: one record for each answer that leaves the gateway this way, stored before it leaves; it names the exchange whose
persons it is about, and no account, so that nobody counts as having looked.
"""

from datetime import datetime
from uuid import UUID

from proxy.model.call import Kind
from proxy.model.decision import Effect, Reason
from proxy.model.entry import Access
from proxy.model.route import Core
from proxy.model.shadow import Offer

PURPOSE = "comparison"


def handed_over(offer: Offer, number: UUID, at: datetime) -> Access:
    """Make the record; its detail is the exchange, whose own record names every person of the answer."""
    told = offer.statement
    return Access(
        id=number,
        occurred_at=at,
        kind=Kind.SHADOW,
        decision=Effect.ALLOW,
        reason=Reason.ALLOWED,
        role=told.role,
        organisation=told.organisation,
        function=offer.call.function,
        purpose=PURPOSE,
        core=Core.NEWCORE,
        revision=offer.revision,
        routing=offer.config,
        rows=len(offer.judged),
        detail=str(offer.exchange),
    )
