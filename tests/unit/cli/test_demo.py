"""Claims about the demo that need no running system; the rest is in tests/scenarios/test_demo.py."""

from cli.demo import Place, accounts, live, shown, told
from cli.tables import ROOT
from proxy.settings import load

USERS = (
    "user,password,role,organisation_kind,organisation_code,regions\n"
    "AWE1,geheim,AW,UWV,UWV-AM01,AM01 AM03\nBATCH,lopend,BATCH,machine,BATCH,*\n"
)


def test_what_a_demo_writes_is_read_as_settings(tmp_path):
    """Every other command finds the demo by its data directory alone."""
    place = Place(tmp_path, 9080, 100)
    place.file("users.csv").write_text(USERS, encoding="utf-8")
    place.file("poort.env").write_text("".join(f"{k}={v}\n" for k, v in live(place).items()), encoding="utf-8")
    settings = load({"POORT_DATA_DIR": str(tmp_path)})
    assert str(settings.gateway_listen) == "127.0.0.1:9080"
    assert settings.legacy_url == "http://127.0.0.1:9200"
    assert settings.legacy_user == "BATCH"
    assert settings.legacy_password.reveal() == "lopend"


def test_the_demo_shows_a_group_that_moved_and_one_that_is_compared():
    """Vacancies come from newcore, contact notes are compared, everything else is as the file of this release says."""
    before = (ROOT / "routing.yaml").read_text(encoding="utf-8").splitlines()
    after = shown("\n".join(before) + "\n").splitlines()
    changed = [(old.strip(), new.strip()) for old, new in zip(before, after, strict=True) if old != new]
    assert [new.partition(" #")[0].strip() for _, new in changed] == ["stage: read", "ramp: 100", "stage: shadow"]


def test_the_ports_are_those_of_the_public_contract(tmp_path):
    """Scripts of others count on them."""
    place = Place(tmp_path, 8080, 100)
    assert [place.port(offset) for offset in (0, 10, 20, 120)] == [8080, 8090, 8100, 8200]


def test_users_are_told_with_password_role_and_regions(tmp_path):
    """One entry a line of the file; regions as a list."""
    file = tmp_path / "users.csv"
    file.write_text(USERS, encoding="utf-8")
    assert accounts(file)[0] == {
        "user": "AWE1",
        "password": "geheim",
        "role": "AW",
        "organisation": "UWV-AM01",
        "regions": ["AM01", "AM03"],
    }


def test_a_person_is_told_where_to_click():
    """Address, account and how to stop."""
    first = {"user": "AWE1", "password": "geheim", "role": "AW"}
    said = told({"gateway": "http://g", "newcore": "http://n", "legacy": "http://l", "users": [first]})
    assert "http://g/sonar_nld/start.swe" in said
    assert "AWE1 / geheim" in said
