"""The real catalogue and its text."""

from pathlib import Path

import pytest

from proxy.catalogue import Catalogue, load

FILE = Path(__file__).parents[4] / "proxy/catalogue/functions.yaml"


@pytest.fixture(scope="session")
def text() -> str:
    """The text of the real catalogue."""
    return FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def catalogue(text) -> Catalogue:
    """The real catalogue."""
    return load(text)
