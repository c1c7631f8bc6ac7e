"""Differences: what changed for people, in sentences; what was only rewritten is none."""

import re
from collections.abc import Callable

import pytest

from proxy.policy.difference import difference, rules_told, told
from proxy.policy.matrix import Matrix, load

type Change = Callable[..., list[str]]


@pytest.fixture
def names(catalogue) -> dict[str, str]:
    """The functions as people know them."""
    return {each.id: each.name for each in catalogue.functions}


@pytest.fixture
def change(matrix, source, catalogue, names) -> Change:
    """Tell what a change of the file means: found, instead."""

    def tell(found: str, instead: str, *, target: bool = False) -> list[str]:
        assert found in source
        after = load(source.replace(found, instead, 1), catalogue)
        return list(told(difference(matrix, after, all_rules=target), after, names))

    return tell


def reported(source: str, rule: str) -> str:
    """The file with one rule in report."""
    return re.sub(rf"(- id: {re.escape(rule)}\n(?:    .*\n)*?    mode: )enforce", r"\1report", source, count=1)


def test_whose_searches_are_narrowed_is_told(matrix, source, catalogue):
    """It decides about nobody, and yet somebody is found no longer."""
    after = load(source.replace(", narrow: true", "", 1), catalogue)
    assert list(rules_told(matrix, after)) == ["Adviseur werk zoekt in SONAR niet langer alleen in het eigen gebied"]
    assert list(rules_told(after, matrix)) == ["Adviseur werk zoekt in SONAR voortaan alleen in het eigen gebied"]


def test_the_same_matrix_makes_no_difference(matrix, change):
    """A remark, and a sentence that was written better, change nothing for anybody."""
    assert list(difference(matrix, matrix)) == []
    assert change("# Leeswijzer", "# Hoe te lezen") == []
    assert (
        change("    text: Niemand opent het eigen dossier.", "    text: Het eigen dossier blijft voor ieder dicht.")
        == []
    )


def test_a_function_taken_from_a_role(change):
    """Who, what and where, as the design of the letter writes it."""
    said = change("client.benefit.view: {AW: all, IDV: all, KM: own}", "client.benefit.view: {AW: all, KM: own}")
    assert said[0].startswith(
        "Adviseur intensieve dienstverlening verliest: uitkering raadplegen, eigen caseload / toegewezen / met afspraak"
    )
    assert len(said) == 1


def test_a_category_taken_from_a_rule(change):
    """Only what is lost is named, for the relations of the rule."""
    said = change("    show: [ID, CT, ED, AV, LD, SV, AP]\n", "    show: [ID, CT, ED, AV, LD, AP]\n")
    assert "Adviseur werk verliest: klantbeeld raadplegen, eigen gemeente / eigen regio: dienstverlening" in said
    assert "Adviseur werk verliest: dienstverlening en traject raadplegen, eigen gemeente / eigen regio" in said
    assert all(" verliest: " in each for each in said)


def test_whose_notes_are_shown_or_kept_back(change, source):
    """A rule that looks at authors changes no category; the sentence names whose notes."""
    said = change("    authors: [other, unknown]\n", "    authors: [other]\n")
    assert (
        "Klantmanager gemeente krijgt: contacthistorie raadplegen, eigen caseload / toegewezen / met afspraak / bij vervanging / eigen gemeente: verslagen van een onbekende schrijver"
        in said
    )
    assert all(each.endswith("verslagen van een onbekende schrijver") for each in said)
    said = change("    authors: [other, unknown]\n", "    authors: all\n")
    assert all(" verliest: " in each and each.endswith("verslagen van de eigen organisatie") for each in said)


def test_what_is_gained_and_what_becomes_a_card(change):
    """The other direction, and a permission that becomes a card."""
    said = change("    relations: [verified]\n", "    relations: [verified, grant]\n")
    assert "Medewerker klantcontact krijgt: klantbeeld raadplegen, na toestemming: identiteit, contact" in said
    said = change("    effect: card\n", "    effect: allow\n")
    assert said[0] == (
        "Adviseur werkgeversservicepunt (UWV) ziet meer dan een kaart: kandidaten zoeken bij vacature, "
        "na toestemming / gevonden kandidaat"
    )


def test_protected_dossiers_are_told_where_they_differ(change):
    """A mask that goes is told for secret addresses alone."""
    said = change("    hide: [CT]\n", "    hide: [NA]\n")
    assert said[0].startswith("Adviseur werk krijgt: klant zoeken (BSN/naam), toegewezen / met afspraak")
    assert all("(geheim adres" in each for each in said)


def test_duties_requirements_and_functions_without_persons(change):
    """What must be done besides, what must be brought along, and what is decided by role alone."""
    assert any(
        each.startswith("Adviseur werk verliest een plicht: uitkering raadplegen")
        and each.endswith(": beoordeling achteraf")
        for each in change("    duties: [banner, review]", "    duties: [banner]")
    )
    said = change("    requires: [vacancy]\n", "")
    assert "Landelijk bemiddelaar heeft niet meer nodig: cv raadplegen: een vacature" in said
    said = change("  employer.view: {WSP: all, AW: all, KM: all}", "  employer.view: {WSP: all, KM: all}")
    assert said == ["Adviseur werk verliest: werkgever raadplegen"]


def test_a_step_of_staging_is_a_difference_of_what_holds_only(matrix, source, catalogue, names):
    """From report to enforce people lose; what all rules together say stays the same."""
    before = load(reported(source, "RG2"), catalogue)
    said = list(told(difference(before, matrix), matrix, names))
    assert "Adviseur werk verliest: contacthistorie raadplegen, eigen gemeente / eigen regio / na toestemming / na controle / gevonden kandidaat / buiten de regio" in said  # fmt: skip
    assert list(difference(before, matrix, all_rules=True)) == []


def test_rules_that_came_went_and_changed(matrix, source, catalogue):
    """A reviewer reads the rules beside what they mean."""

    def version(text: str) -> Matrix:
        return load(text, catalogue)

    assert list(rules_told(version(reported(source, "RG2")), matrix)) == [
        "Regel RG2 gaat van report naar enforce, sinds 2026-11-26"
    ]
    renamed = version(source.replace("- id: RG16\n", "- id: RG17\n"))
    said = list(rules_told(matrix, renamed))
    assert said[0].startswith("Regel RG16 is vervallen: De consulent")
    assert said[1].startswith("Regel RG17 is nieuw (geldt): De consulent")
    reworded = version(source.replace("Niemand opent het eigen dossier.", "Ieder laat het eigen dossier dicht."))
    assert list(rules_told(matrix, reworded)) == [
        "Regel RG10.eigen luidt voortaan: Ieder laat het eigen dossier dicht."
    ]
    narrowed = version(source.replace("    duties: [banner, review]", "    duties: [banner]"))
    assert list(rules_told(matrix, narrowed)) == ["Regel RG12 is gewijzigd"]
