"""What a page is made in: the control map, a frame, and the recorded pages of legacy that newcore can answer."""

from collections.abc import Callable
from datetime import datetime

import pytest

from adapters.legacy_sonar.mimic.frame import Frame, Setting
from adapters.legacy_sonar.views import ViewMap
from proxy.model.person import Category

NOW = datetime(2020, 11, 24, 9, 0, 0)  # noqa: DTZ001  local time, as the page shows it


@pytest.fixture(scope="session")
def setting(views: ViewMap) -> Setting:
    """The control map at the moment of the recordings."""
    return Setting(views, NOW)


@pytest.fixture(scope="session")
def framed(setting: Setting) -> Callable[..., Frame]:
    """Make a frame, of all categories unless a test says which."""

    def make(whole: bool = True, shown: frozenset[Category] = frozenset(Category), sequence: int = 5) -> Frame:
        return Frame(setting, "AWE0421", "kq3v", sequence, whole, shown)

    return make
