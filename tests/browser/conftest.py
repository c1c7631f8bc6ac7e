"""A running demo and a real browser: what somebody sees who has neither our tests nor our words."""

from collections.abc import Iterator

import pytest

from tests.doubles.chrome import Chrome, chromium, is_there
from tests.scenarios.conftest import system

__all__ = ["system"]


@pytest.fixture(scope="module")
def browsers() -> Iterator[Iterator[Chrome]]:
    """Browsers, each with a profile of its own; without Chromium on the machine these claims are not tested."""
    if not is_there():
        pytest.skip("no Chromium and chromedriver on this machine")
    with chromium() as opened:
        yield opened
