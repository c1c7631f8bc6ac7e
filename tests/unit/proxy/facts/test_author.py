"""Whose a note is: the reader's own, of the own organisation, of another one, or of nobody known."""

import pytest

from proxy.facts.author import authorship, same
from proxy.model.person import Authorship
from proxy.model.principal import Organisation, OrganisationKind

UWV, OFFICE = Organisation(OrganisationKind.UWV, "UWV-AM01"), Organisation(OrganisationKind.UWV, "UWV-AM06")
ASSEN, APELDOORN = (Organisation(OrganisationKind.MUNICIPALITY, code) for code in ("0106", "0200"))
COMPANY = Organisation(OrganisationKind.SW, "0106")
SYSTEM = Organisation(OrganisationKind.MACHINE, "0106")


@pytest.mark.parametrize(
    ("author", "held", "own", "found"),
    [
        ("ME", {UWV}, UWV, Authorship.SELF),
        ("ME", None, UWV, Authorship.SELF),
        ("IT", {OFFICE}, UWV, Authorship.OWN),
        ("IT", {UWV, OFFICE}, UWV, Authorship.OWN),
        ("IT", {ASSEN}, ASSEN, Authorship.OWN),
        ("IT", {ASSEN}, UWV, Authorship.OTHER),
        ("IT", {UWV}, ASSEN, Authorship.OTHER),
        ("IT", {APELDOORN}, ASSEN, Authorship.OTHER),
        ("IT", {SYSTEM}, ASSEN, Authorship.OTHER),
        ("IT", {COMPANY}, ASSEN, Authorship.OTHER),
        ("IT", {ASSEN, UWV}, UWV, Authorship.OTHER),
        ("IT", set(), UWV, Authorship.UNKNOWN),
        ("IT", None, UWV, Authorship.UNKNOWN),
        ("", {UWV}, UWV, Authorship.UNKNOWN),
    ],
)
def test_whose_a_note_is(author, held, own, found):
    """The account counts first, then its organisations, all of them; doubt is never the own organisation."""
    organisations = frozenset(held) if held is not None else None
    assert authorship(author, organisations, "ME", own) is found


def test_an_account_without_a_name_wrote_nothing():
    """An empty author is not the same as an empty user."""
    assert authorship("", None, "", UWV) is Authorship.UNKNOWN


def test_uwv_is_one_organisation_and_a_municipality_is_its_own():
    """Offices of UWV are places; a code alone is no organisation."""
    assert same(UWV, OFFICE)
    assert not same(ASSEN, APELDOORN)
    assert not same(ASSEN, COMPANY)
