"""The control port."""

from adapters.legacy_sonar.standin.visitor import PATH


def test_health_and_wrong_paths(standin):
    """It says what it serves; unknown paths are 404, wrong bodies 400 with the reason."""
    assert standin.control("/health") == {"ok": True, "clients": 300, "seed": 3}
    assert standin.control("/nergens")["status"] == 404
    assert "unknown switch" in standin.control("/modes", {"traag": 1})["error"]


async def test_counters_tell_what_was_seen(standin, visitor, people):
    """Requests are counted and kept raw; changes are counted by kind and kept in order."""
    await visitor.update_contact(people["caseload"]["row_id"], "", ("s_5_1_1_0", "050-9900444"))
    await visitor.update_contact(people["caseload"]["row_id"], "", ("s_5_1_1_0", "050-9900555"))
    found = standin.control("/counters")
    assert found["requests"] == len(standin.control("/requests")) == 3
    assert found["mutations"] == {"contact.update": 2}
    assert [entry["values"]["phone"] for entry in found["recent"]] == ["050-9900444", "050-9900555"]
    assert standin.control("/requests")[0].startswith(f"POST {PATH} HTTP/1.1\r\n")
    assert standin.control("/counters/reset", {})["requests"] == 0


async def test_another_user_makes_the_modnum_stale(standin, visitor, people):
    """A change over the control port makes the client's number stale."""
    row = people["caseload"]["row_id"]
    opened = await visitor.open_client(row, "SNR Klant Contactgegevens View")
    standin.control("/update", {"row_id": row, "field": "channel", "value": "balie"})
    assert "SNR-0010" in (await visitor.update_contact(row, opened.modnum, ("s_5_1_1_0", "050-9900666"))).text


async def test_forgotten_sessions_are_expired(standin, visitor):
    """`forget` is a restart as the clients see it."""
    standin.control("/sessions", {"forget": True})
    assert "Uw sessie is verlopen" in (await visitor.worklist()).text
