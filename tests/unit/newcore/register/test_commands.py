import pytest

from newcore.employers.model import EMPLOYER
from newcore.register.commands import HIGHEST, LONGEST, Apply, Remove, faults

TEXTS = dict.fromkeys(EMPLOYER.fields, "x")


def test_a_whole_record_breaks_nothing():
    """Any texts: blanks, control bytes, empty ones but for the number."""
    assert faults(EMPLOYER, Apply("1-E100", 0, TEXTS | {"name": " \x81 ", "city": ""})) == ()
    assert faults(EMPLOYER, Remove("1-E100", HIGHEST)) == ()


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (Apply("", 1, TEXTS), ["id"]),
        (Apply("1/2", 1, TEXTS), ["id"]),
        (Apply("1-E1\n", 1, TEXTS), ["id"]),
        (Remove("1-E1", -1), ["version"]),
        (Remove("1-E1", HIGHEST + 1), ["version"]),
        (Apply("1-E1", 1, {}), ["missing"] * len(EMPLOYER.fields)),
        (Apply("1-E1", 1, TEXTS | {"kleur": "x"}), ["unknown"]),
        (Apply("1-E1", 1, TEXTS | {"name": "\x00"}), ["null-character"]),
        (Apply("1-E1", 1, TEXTS | {"name": "x" * (LONGEST + 1)}), ["too-long"]),
        (Apply("1-E1", 1, TEXTS | {"kvk": " "}), ["empty"]),
        (Apply("", -1, TEXTS | {"name": "\x00"}), ["id", "version", "null-character"]),
    ],
)
def test_everything_that_a_command_breaks_is_listed(command, codes):
    """All faults together, each with its code."""
    assert [each.code for each in faults(EMPLOYER, command)] == codes
