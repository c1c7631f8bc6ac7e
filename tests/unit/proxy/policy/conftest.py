"""The real matrix on the real catalogue: what is reviewed is what is tested."""

from importlib.resources import files
from pathlib import Path

import pytest

from proxy.catalogue import Catalogue
from proxy.catalogue import load as load_catalogue
from proxy.policy.matrix import Matrix, load

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue of this release."""
    return load_catalogue((files("proxy.catalogue") / "functions.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def source() -> str:
    """The matrix as compliance reviews it."""
    return (ROOT / "authorisation.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def matrix(catalogue: Catalogue, source: str) -> Matrix:
    """The matrix, compiled."""
    return load(source, catalogue)
