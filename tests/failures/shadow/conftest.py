"""Both cores for a comparison: the stand-in in this process, the real newcore with the same records and a place for a defect."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.standin.application import Application
from adapters.legacy_sonar.standin.server import Options, build
from adapters.legacy_sonar.views import ViewMap
from cli.sides import control_map
from cli.statement import public_keys
from cli.tables import read_tables
from proxy.database import Cluster, Database, Role
from proxy.settings import Settings, load
from tests.conftest import copied as copied_database
from tests.conftest import open_directory
from tests.doubles.copied import copied
from tests.doubles.newcore import newcore_serving
from tests.doubles.profiles import Municipality, oddly
from tests.doubles.shadowed import Defective, Offering
from tests.unit.adapters.legacy_sonar.mimic.test_identical import asking, fill, spoil, trim

LONG = bool(os.environ.get("POORT_TEST_LONG"))
USER, CLERK = "AWE0421", "BATCH"
PEOPLE = 400 if LONG else 24


@dataclass(frozen=True, slots=True)
class Cores:
    """The two cores, and what is in them."""

    town: Application
    settings: Settings
    defective: Defective
    rows: Mapping[str, Mapping[str, Mapping[str, str]]]
    """Collection -> row id -> texts."""
    dialect: SonarDialect
    views: ViewMap

    def client(self, **over) -> Offering:
        """Log a client in at legacy."""
        return Offering(self.town, self.dialect, None, USER, **over)

    def municipality(self) -> Municipality:
        """Give a system that asks for profiles."""
        return Municipality(self.town, self.dialect)

    def mimic(self):
        """Open the way to newcore."""
        return asking(self.settings, self.views)


def age(town: Application) -> None:
    """Let one person have died: the seed knows nobody who did."""
    row = sorted(town.store.tables["client"])[6]
    change = {"what": "client.update", "kind": "client", "row_id": row, "action": "update"}
    town.store.change(change | {"values": {"deceased_date": "20200417"}, "user": USER, "at": ""})


@pytest.fixture(scope="package")
def cores(database: Cluster, blank: Cluster) -> Iterator[Cores]:
    """Fill both with the same records."""
    views, town, defective = control_map(), build(Options(0, -1, PEOPLE, 7, frozen="2020-11-24T09:00:00")), Defective()
    trim(town)
    spoil(town)
    oddly(town)
    age(town)
    records = tuple(copied(town.store, views, (USER,)))
    rows: dict[str, dict[str, Mapping[str, str]]] = {}
    for each in records:
        rows.setdefault(each.collection, {})[each.id] = each.texts
    with open_directory() as directory, copied_database(database, blank) as copy:
        settings = load({"POORT_DATA_DIR": str(directory)})
        dsn, keys = copy.dsn(Role.NEWCORE, Database.NEWCORE), public_keys(settings)
        with newcore_serving(dsn, keys, around=defective.around) as url:
            asyncio.run(fill(url, settings, records))
            serving = load({"POORT_DATA_DIR": str(directory), "POORT_NEWCORE_URL": url})
            yield Cores(town, serving, defective, rows, read_tables(serving).dialect, views)
