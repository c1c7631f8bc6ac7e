"""The business functions: a typed, closed catalogue. Its data (`functions.yaml`) is what an adopter replaces."""

from proxy.catalogue.catalogue import Catalogue
from proxy.catalogue.function import Arrival, Function, Key, RoleUse
from proxy.catalogue.load import load

__all__ = ["Arrival", "Catalogue", "Function", "Key", "RoleUse", "load"]
