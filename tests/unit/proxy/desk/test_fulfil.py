"""Claims about what a function of our own needs, and that each has its desk."""

import pytest

from proxy.desk.fulfil import DESKS, fulfil, meant
from proxy.model.decision import Decision, Effect, Reason
from proxy.model.exchange import Exchange, Known
from proxy.trail import Trail, trail_with
from tests.doubles.desk import Desk, get, wsp
from tests.doubles.playbook import EXCHANGE, NOW, Playbook, house


def trail(path: str, **fields: str) -> Trail:
    """Give the trail of a request up to the desk."""
    desk, request = Desk(wsp()), get(path, **fields)
    call = Playbook(request).command.call
    decision = Decision(Effect.ALLOW, Reason.ALLOWED, authorisation=desk.principal.authorisations[0])
    return Trail(
        Exchange(EXCHANGE, NOW, request), call, session=desk.session, principal=desk.principal, decision=decision
    )


def test_every_path_of_the_catalogue_has_its_desk():
    """A function that is catalogued and answered by nobody would be a fault for whoever asks it."""
    paths = {each.id for each in house().dialect._tables.catalogue.functions if each.path}
    assert paths == set(DESKS)


def test_the_regions_are_looked_at_by_whoever_answers_alone():
    """An overview of the own grants needs nothing of others."""
    assert meant(house(), trail("overzicht")).about.regions == frozenset()
    assert meant(house(), trail("verzoeken")).about.regions == {"AM06"}
    assert meant(house(), trail("mededeling")).about is None


def test_a_handle_that_was_not_issued_gathers_nothing():
    """Nor does a BSN that is none."""
    for asked in (trail("benaderen", kaart="00ff"), trail("noodtoegang", bsn="1")):
        assert (meant(house(), asked).rows, meant(house(), asked).about) == ((), None)


def test_a_function_without_a_desk_or_an_account_is_never_answered():
    """Unknown is refused; nobody is an error of the line."""
    nobody = trail_with(trail("overzicht"), principal=None)
    assert fulfil(house(), nobody, Known()).denied is Reason.UNKNOWN_FUNCTION
    with pytest.raises(ValueError, match="account"):
        meant(house(), nobody)
