"""Case A, as a person does it: somebody of Doetinchem types the address of a client of The Hague."""

from tests.browser.conftest import Enter, Town

PAGES = ("SNR Klantbeeld View", "SNR Uitkering View", "SNR Contacthistorie View")


def test_a_client_of_another_town_is_not_there(town: Town, enter: Enter) -> None:
    """Nobody ("Record niet gevonden") with a reference number, on every page and in a search; the log has every try."""
    people = town.store.tables["client"].values()
    person = next(p for p in people if p["municipality_code"] == "0518" and p["klass"] == "ordinary")
    with enter("KMG0222") as somebody:
        for view in PAGES:
            somebody.look(person, view)
            assert somebody.window.reads("Record niet gevonden")
            assert somebody.window.reads("Referentienummer: SP-")
            assert not town.told(person, somebody.window)
        search = (("SWECmd", "InvokeMethod"), ("SWEMethod", "ExecuteQuery"), ("SWEView", "SNR Klant Zoek View"))
        somebody.go(*search, ("SWEApplet", "SNR Klant List Applet"), ("s_1_1_7_0", person["bsn"]))
        assert somebody.window.reads("Geen records gevonden")
        assert person["row_id"] not in somebody.window.source
    denied = [each for each in town.system.log(limit=20) if (each["account"], each["decision"]) == ("KMG0222", "deny")]
    assert [each["function"] for each in denied][:3] == [
        "client.note.view",
        "client.benefit.view",
        "client.overview.view",
    ]


def test_a_client_of_the_own_town_opens_as_ever(town: Town, enter: Enter) -> None:
    """By a click in the list, as people work: the page is legacy's own."""
    with enter("KMG0106") as somebody:
        somebody.window.click("table.lijst a")
        assert somebody.window.reads("Klantbeeld")
        row = somebody.window.ask("GET", f"/element/{somebody.window.find('[name=SWERowId0]')}/property/value")
        person = town.store.record(str(row))
        assert person is not None
        assert person["surname"].rstrip() in somebody.window.text
