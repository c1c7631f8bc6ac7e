"""Emergency access as a person goes there: from "niet gevonden" over the form to the client, with a notice on top (RG12)."""

import pytest

from tests.browser.conftest import Enter, Town


@pytest.fixture
def but(request: pytest.FixtureRequest) -> int:
    """Another client with scripts than without: an emergency lasts an hour."""
    return -1 if "no-scripts" in request.node.name else -2


def test_from_not_found_to_the_client(enter: Enter, town: Town, but: int) -> None:
    """The page that shows nothing leads to the form; BSN and birth date of one person lead to the client for an hour."""
    people = town.store.tables["client"].values()
    far = [
        p for p in people if p["region"] not in {"AM06", ""} and p["klass"] == "ordinary" and not p["caseload_owner"]
    ]
    person = [p for p in far if p["birth_date"][6:] != "00"][but]
    born = person["birth_date"]
    with enter("AWE0733") as adviser:
        shown = adviser.window
        adviser.look(person, "SNR Klantbeeld View")
        assert shown.reads("Record niet gevonden")
        assert not town.told(person, shown)
        shown.follow("Vraag noodtoegang")
        shown.fill("bsn", person["bsn"])
        shown.fill("geboortedatum", f"{born[6:]}-{born[4:6]}-{born[:4]}")
        shown.fill("toelichting", "klant is vermist, de politie belt")
        shown.click("input[type=submit]")
        shown.follow("Klant openen")
        assert shown.reads("Noodtoegang tot")
        assert town.told(person, shown)
