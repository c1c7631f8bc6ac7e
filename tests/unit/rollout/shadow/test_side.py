"""Claims about what a comparison needs of its sides."""

from inspect import iscoroutinefunction, signature

import pytest

from adapters.legacy_sonar.canonical import SonarPages
from cli.shadowing import Again, Nobody
from rollout.shadow.side import Control, Pages


@pytest.mark.parametrize(("port", "made"), [(Pages, SonarPages), (Control, Again), (Control, Nobody)])
def test_every_side_has_what_its_port_asks_for(port, made):
    """By name, by parameters, and waiting where the port waits."""
    for name, asked in vars(port).items():
        if not name.startswith("_"):
            given = getattr(made, name)
            assert list(signature(given).parameters) == list(signature(asked).parameters)
            assert iscoroutinefunction(given) == iscoroutinefunction(asked)
