"""Claims about the seams: the neighbours that exist fit them."""

import inspect

from proxy.accesslog.seams import JournalWriter, SessionWriter
from proxy.facts.store import FactStore
from proxy.identity.store import SessionStore
from proxy.journal.store import Journal


def names(method: object) -> list[str]:
    """Give the parameters of a method."""
    return [name for name in inspect.signature(method).parameters if name != "self"]  # type: ignore[arg-type]


def test_neighbours_fit_their_seams():
    """Sessions, facts and journal take what the ledger gives, under the same names."""
    assert names(SessionStore.apply) == names(SessionWriter.apply)
    assert names(FactStore.learn) == names(SessionWriter.learn)
    assert names(Journal.write) == names(JournalWriter.write)
