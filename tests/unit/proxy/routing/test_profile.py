import pytest

from proxy.errors import OperatorError
from proxy.routing.profile import STANDARD

LIGHT = "evidence:\n  light:\n    read: {compared: 20, pages: 5}\n    valid_hours: 1\n"


@pytest.fixture
def profile(read):
    """The profile of vacancies in a file that has these."""

    def build(written: str):
        table = read(("groups:\n", f"{written}groups:\n"), ("ramp: 50", "ramp: 50\n    evidence: light"))
        return table.profile(table.groups["vacancies"])

    return build


def test_what_a_profile_leaves_out_is_the_standard(profile):
    """And a group that names none has the standard as it is."""
    found = profile(LIGHT)
    assert (found.name, found.read.compared, found.read.pages, found.valid_hours) == ("light", 20, 5, 1)
    assert (found.read.coverage_percent, found.shadow) == (STANDARD.read.coverage_percent, STANDARD.shadow)


def test_a_group_without_a_profile_has_the_standard(read):
    """Three thousand answers, an upper bound of a tenth of a percent."""
    table = read()
    standard = table.profile(table.groups["vacancies"])
    assert (standard.read.compared, standard.read.mismatches_per_100000) == (3000, 100)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("compared: 20, pages: 5", "compared: 0", "neither compared nor pages"),
        ("compared: 20", "mismatches_per_100000: 5000", "from 1 to 1000"),
        ("compared: 20", "coverage_percent: 10", "from 50 to 100"),
        ("compared: 20", "compare: 20", "unknown key 'compare'"),
        ("valid_hours: 1", "valid_hours: 0", "from 1 to"),
    ],
)
def test_a_profile_that_would_let_everything_pass_is_refused(profile, old, new, told):
    """With its line, and what is allowed."""
    with pytest.raises(OperatorError, match=r"^routing\.yaml:\d+: ") as refused:
        profile(LIGHT.replace(old, new))
    assert told in str(refused.value)


def test_pages_can_be_asked_of_groups_only_whose_pages_a_command_can_compare(read):
    """Another group would wait for a comparison that nobody can make."""
    noted = ("client.note.create]\n", "client.note.create]\n    evidence: light\n")
    with pytest.raises(OperatorError, match="which compares pages"):
        read(("groups:\n", f"{LIGHT}groups:\n"), noted)
