"""`poort backfill facts`: what decides about persons, read from the legacy person by person.

Rules: the overview of every person is read once, under the budget of all reads; the region that a page shows never widens
(`facts.relation.seen`); persons are stored fifty at a time, so that what was read before a trouble is kept.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.legacy_sonar.persons import protection
from adapters.legacy_sonar.wire import encode
from cli.output import progress
from cli.persons import ZONE
from cli.secret import secret_key
from cli.sides import open_legacy
from cli.wiring import seal_with
from proxy.accesslog.persons import Keyring
from proxy.facts.refreshing.store import Shown, refresh
from proxy.facts.relation import seen
from proxy.facts.store import region_table
from proxy.identity.binding import birth_mark, person_id
from proxy.model import person
from proxy.settings import Settings
from rollout import store
from rollout.record import Entity, Listed

STRETCH = 50
_DAY = re.compile(r"(\d{2})-(\d{2})-(\d{4})")


async def read_facts(settings: Settings, dsn: str) -> dict[str, Any]:
    """Read the overview of everybody and store what it says."""
    secret, counts = secret_key(settings), {"records": 0, "added": 0, "changed": 0, "strange": 0}
    seal = seal_with(Keyring(secret))
    async with open_legacy(settings, dsn) as source, await store.connect(dsn) as connection:
        listed = [each async for each in source.subjects(Entity.CLIENT, frozenset({Entity.CLIENT}))]
        with progress("backfill facts", len(listed)) as advance:
            for start in range(0, len(listed), STRETCH):
                stretch = listed[start : start + STRETCH]
                read = [(each, await source.overview(each)) for each in stretch]
                shown = [told(secret, each, texts) for each, texts in read if texts is not None]
                done = await refresh(connection, shown, seal)
                counts["records"] += len(shown)
                for name in ("added", "changed", "strange"):
                    counts[name] += getattr(done, name)
                advance(len(stretch))
    return {"group": "facts", **counts}


def told(secret: bytes, listed: Listed, texts: Mapping[str, str]) -> Shown:
    """Say what a person's overview tells; doubt is unknown."""
    bsn = texts["bsn"].strip()
    identity = person_id(secret, bsn=bsn or None, row_id=listed.id)
    held = protection(encode(texts["secrecy_flag"]))
    page = person.Shown(
        listed.id, bsn or None, texts["municipality"].strip() or None, texts["region"].strip() or None, frozenset(), (),
        deliberate=False, responsible_region=texts["responsible_region"].strip() or None, protection=held,
    )  # fmt: skip
    facts = seen(page, identity, region_table(), datetime.now(ZONE).date())
    day = _DAY.fullmatch(texts["birth_date"].strip())
    born = birth_mark(secret, identity, f"{day[3]}{day[2]}{day[1]}") if day else None
    owner = texts["caseload_owner"].strip() or None
    secretly = facts.protection is person.PersonClass.SECRET
    return Shown(listed.id, identity, facts.municipality, facts.responsible_region, owner, secretly, born)
