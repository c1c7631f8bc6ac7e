"""Two identical cores give no alarm: whatever clients ask, in whatever scope, nothing is called a difference.

In short some hundreds of comparisons over all functions; POORT_TEST_LONG=1 makes a hundred thousand, or as many as
POORT_TEST_COMPARISONS says. Searches, records, sets,
sorts and tabs are drawn; what only legacy can answer is `untranslatable` and not compared.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random

from adapters.legacy_sonar.mimic.table import SERVICES, TABLE
from proxy.model.decision import Scope
from proxy.model.shadow import Offer
from proxy.routing.group import Shadow
from proxy.shadow.shape import lawful, shape
from rollout.shadow.rule import rules
from rollout.shadow.verdict import COMPARED, Result
from tests.doubles.beside import Beside
from tests.doubles.profiles import drawn
from tests.doubles.shadowed import Newcore, Twice, comparing
from tests.failures.shadow.conftest import CLERK, LONG, Cores
from tests.unit.adapters.legacy_sonar.mimic.test_identical import sitting

COMPARISONS = int(os.environ.get("POORT_TEST_COMPARISONS", "100000")) if LONG else 250
RULES = rules(Shadow(), date(2026, 3, 2))
SCOPES = (None, Scope(frozenset({"AM01"})), Scope(frozenset({"AM06", "AM18"})), Scope(municipality="0014"))
QUIET = {Result.EQUAL, Result.UNTRANSLATABLE, Result.INCOMPARABLE}


async def test_identical_cores_give_no_alarm(cores: Cores):
    """Every comparison of every function is equal, also in a scope; enough of them were compared at all."""
    draw, counts, shapes, alarms = Random(6), Counter[str](), set[str](), []
    async with cores.mimic() as way:
        newcore = Newcore(way)
        clerk = Beside(cores.town, cores.dialect, None, CLERK)
        comparison = comparing(newcore, Twice(clerk, cores.views), cores.views)
        while sum(counts[each] for each in COMPARED) < COMPARISONS and len(alarms) < 5:
            function = draw.choice(sorted(TABLE.keys() | SERVICES.keys()))
            newcore.listing = None
            for offer in offered(function, cores, newcore, draw):
                if offer is None or not lawful(offer):
                    break
                found = await comparison.of(offer, RULES)
                counts[found.result] += 1
                shapes.add(shape(offer.call))
                if found.result not in QUIET:
                    alarms.append((offer.call, found.result, found.fault, found.mismatches))
                if found.result is not Result.EQUAL:
                    break  # legacy has a list now that newcore has not: what goes on with it is legacy's
    print(f"\n{sum(counts.values())} offers, {len(shapes)} shapes: {dict(counts)}")
    assert not alarms, alarms[:3]
    assert counts[Result.EQUAL] >= COMPARISONS


def offered(function: str, cores: Cores, newcore: Newcore, draw: Random) -> Iterator[Offer | None]:
    """Draw what one client does with a function, and offer every answer."""
    if function in SERVICES:
        yield cores.municipality().offer(drawn(cores.rows["clients"], draw))
        return
    client = cores.client(scope=draw.choice(SCOPES) if function.startswith("client.search") else None)
    for click in sitting(function, cores, cores.views, draw):
        yield client.offer(click, newcore.listing)
