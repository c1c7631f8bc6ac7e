"""What a comparison needs of the two cores and of the dialect between them, as ports. Pure."""

from typing import Protocol

from proxy.model.call import Call
from proxy.model.http import Answer
from proxy.model.person import Unreadable
from proxy.model.shadow import Offer, Seen


class Pages(Protocol):
    """The dialect, as far as a comparison reads it."""

    def read(self, call: Call, answer: Answer) -> Seen | Unreadable:
        """Say what an answer shows, or why nobody can."""

    def canonical(self, text: str) -> str:
        """Say what a shown value means, whatever way it is written."""


class Control(Protocol):
    """Legacy, asked once more in a session of our own, within the budget of all such reads."""

    async def again(self, offer: Offer) -> Answer | None:
        """Ask what the client asked; None: only the client's own session can. Raises UpstreamError."""
