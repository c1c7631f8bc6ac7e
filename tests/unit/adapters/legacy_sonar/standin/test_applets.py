"""Control lines."""

import pytest

from adapters.legacy_sonar.standin.applets import controls


def test_a_control_line_is_read():
    """Number, label, category, field with its form, options; a drill target may hold blanks."""
    first, second = controls("3|BSN|ID|bsn:b|bsn ro\n4|Naam|ID|surname|drill=SNR Klant Persoon View")
    assert (first.number, first.label, first.category, first.field, first.form) == (3, "BSN", "ID", "bsn", "b")
    assert first.options == ("bsn", "ro")
    assert (first.drill, second.drill) == (None, "SNR Klant Persoon View")


@pytest.mark.parametrize("line", ["x|BSN|ID|bsn|", "3|BSN|ID"])
def test_a_broken_line_fails(line):
    """A number that is none, or missing parts, fail at the start of the process."""
    with pytest.raises(ValueError, match=r"invalid literal|not enough values"):
        controls(line)
