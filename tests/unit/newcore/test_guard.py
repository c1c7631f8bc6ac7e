import pytest

from newcore.guard import guard
from newcore.problem import Problem


@pytest.mark.parametrize(
    "given", ["", "geheim", "Bearer", "Bearer ", "Bearer geheim ", "bearer geheim", "Basic geheim", "Bearer gehéim"]
)
def test_anything_but_the_secret_is_refused(given):
    """Nothing, the bare secret, another scheme, a longer one."""
    with pytest.raises(Problem) as refused:
        guard("geheim")(given)
    assert refused.value.status == 401


def test_the_secret_passes():
    """As a bearer token."""
    guard("geheim")("Bearer geheim")


def test_an_empty_secret_guards_nothing_and_is_refused():
    """Else everybody would know it."""
    with pytest.raises(ValueError, match="service token"):
        guard("")
