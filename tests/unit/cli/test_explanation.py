"""An exchange is explained in the signed words: what was decided, of whom, by which rules, and what is still to come."""

from importlib.resources import files
from pathlib import Path

import pytest

from cli import explanation
from proxy.catalogue.load import load as load_catalogue
from proxy.model.decision import Reason
from proxy.model.person import PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.explain import explain
from proxy.policy.matrix import Matrix, load

ROOT = Path(__file__).parents[3]
SHOWN = {
    "person": "p1", "relation": "region", "shown": ["ID", "CT"], "masked": ["NA"], "rules": ["RG2"], "emergency": False,
    "lost": [], "pending": [],
}  # fmt: skip
KEPT = {"person": "p2", "relation": "outside", "reason": "out-of-reach", "rules": ["RG11"], "pending": []}
RECORD = {
    "reference": "SP-1", "account": "AWE1", "role": "AW", "function": "client.identity.view", "decision": "allow",
    "reason": "allowed", "target": "allow", "rules": ["RG1"], "disclosures": [SHOWN], "withheld": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    """The matrix of this release."""
    catalogue = load_catalogue((files("proxy.catalogue") / "functions.yaml").read_text(encoding="utf-8"))
    return load((ROOT / "authorisation.yaml").read_text(encoding="utf-8"), catalogue)


def test_a_person_shown_is_told_with_what_was_emptied(matrix):
    """Categories by name, the rules of the person, and their sentences; not those of the call."""
    lines = list(explanation.exchange_told(RECORD, matrix))
    assert lines[0] == "SP-1 AWE1 als AW: client.identity.view, toegestaan"
    assert lines[1] == "  persoon p1 (region): getoond identiteit, contact, leeggemaakt nationaliteit (RG2)"
    assert [each.split(":")[0] for each in lines[2:]] == ["RG2"]


def test_notes_that_were_kept_back_are_counted(matrix):
    """By whose they were; a word of a later release stands as it is."""
    shown = {**SHOWN, "masked": [], "rules": ["RG1", "RG3.verslagen"], "notes": ["own:4", "other:2", "unknown:1"]}
    for counts, said in (
        (
            ["other:2", "unknown:1"],
            ", verslagen achtergehouden: 2 van een andere organisatie, 1 van een onbekende schrijver (",
        ),
        (["robot:3"], ", verslagen achtergehouden: 3 van robot ("),
        ([], "getoond identiteit, contact ("),
    ):
        lines = list(
            explanation.exchange_told({**RECORD, "disclosures": [{**shown, "notes_withheld": counts}]}, matrix)
        )
        assert said in lines[1]
        assert [each.split(":")[0] for each in lines[2:]] == ["RG1", "RG3.verslagen"]


def test_a_refusal_says_why_and_by_which_rule(matrix):
    """The reason in words, whoever was kept back, and the sentence."""
    record = {
        **RECORD,
        "decision": "deny",
        "reason": "out-of-reach",
        "target": "deny",
        "disclosures": [],
        "withheld": [KEPT],
    }
    lines = list(explanation.exchange_told(record, matrix))
    assert "geweigerd: buiten het bereik" in lines[0]
    assert lines[1].startswith("  persoon p2 (outside): achtergehouden, buiten het bereik")
    assert lines[2].startswith("RG11: Wie op BSN of naam zoekt")


def test_what_all_rules_together_would_do_is_told_beside_it(matrix):
    """While a rule is only reported: what it would hide, and its sentence with its stage."""
    shown = {**SHOWN, "masked": [], "lost": ["NA"], "rules": ["RG14"], "pending": ["RG2"], "emergency": True}
    lines = list(explanation.exchange_told({**RECORD, "target": "deny", "disclosures": [shown]}, matrix))
    assert lines[1] == "Alle regels samen zouden dit weigeren."
    assert lines[2].endswith(", alle regels samen verbergen ook nationaliteit met noodtoegang (RG14)")
    assert [each.split(":")[0] for each in lines[3:]] == ["RG2", "RG14"]


def test_a_version_that_no_longer_loads_is_told_by_its_ids():
    """The record stays explained as far as it goes."""
    assert list(explanation.exchange_told(RECORD, None))[-1] == (
        "Regels: RG2; hun tekst past niet bij de catalogus van deze versie."
    )
    assert len(list(explanation.exchange_told({**RECORD, "rules": [], "disclosures": []}, None))) == 1


def test_a_standing_of_a_cell_is_told_as_a_sentence(matrix):
    """Visible and emptied, a card, a refusal, a duty."""
    lines = {
        (each.relation, each.protection, each.emergency): explanation.told(each)
        for each in explain(matrix, Role.WSP, "match.candidates.search", OrganisationKind.UWV)
    }
    card = lines[Relation.CARD, PersonClass.ORDINARY, False]
    assert card == "gevonden kandidaat: alleen als kaart: beschikbaarheid, opleiding en cv, vacature (RG5)"
    assert "(standaard dicht)" in lines[Relation.OUTSIDE, PersonClass.ORDINARY, False]
    assert "; leeggemaakt: contact (" in lines[Relation.REGION, PersonClass.SECRET, False]
    notes = next(explain(matrix, Role.AW, "client.note.view", OrganisationKind.UWV))
    kept = "; achtergehouden: verslagen van een andere organisatie of een onbekende schrijver ("
    assert kept in explanation.told(notes)
    assert explanation.row(notes)["notes_withheld"] == "other,unknown"
    urgent = [each for each in explain(matrix, Role.AW, "client.benefit.view", OrganisationKind.UWV) if each.emergency]
    assert "plicht: melding op het scherm; plicht: beoordeling achteraf" in explanation.told(urgent[0])


def test_reasons_have_words_and_others_keep_their_code():
    """Nothing is told that is not known."""
    assert explanation.reason(Reason.PROTECTED).startswith("beschermd dossier")
    assert explanation.reason("upstream") == "upstream"
