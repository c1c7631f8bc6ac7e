"""Replayed: what the running system recorded gives, under the matrix that was in force, no difference at all."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import Visitor
from tests.doubles import actions
from tests.doubles.control import Control
from tests.doubles.people import accounts
from tests.scenarios.conftest import ROOT, System

CLIENTS = 400
USERS = ("AWE0421", "IDV0211", "KMG0106", "KCC0001", "WSP0101", "TLE0101")
NAMES = ("worklist", "overview", "overview_rpc", "cv", "notes", "identity", "referrals", "search_name")
SOURCE = (ROOT / "authorisation.yaml").read_text(encoding="utf-8")
BASIC = "    show: [ID, CT, ED, AV, LD, SV, AP]"


@pytest.fixture
async def browsed(system: System) -> System:
    """The system after six employees looked around in it, also where they may not."""
    Control(system.control).calm()
    people, draw = list(Store(CLIENTS, 1).tables["client"].values()), random.Random("replayed")
    for user in USERS:
        browser = Visitor(system.said["gateway"], user, accounts()[user].password)
        await browser.login()
        for _ in range(12):
            action = actions.READS.get(draw.choice(NAMES), actions.READS["worklist"])
            await action(browser, draw.choice(people))
        await browser.logoff()
        await browser.close()
    return system


def replayed(system: System, path: Path) -> dict[str, Any]:
    """Replay a matrix on the last day of the system's log."""
    return json.loads(system.poort("policy", "replay", str(path), "--days", "1", "--json"))


async def test_the_matrix_in_force_changes_nothing_that_was_recorded(browsed: System) -> None:
    """Zero differences and nothing untold, whatever was allowed, emptied, cut or refused."""
    found = replayed(browsed, ROOT / "authorisation.yaml")
    assert found["requests"] > len(USERS) * 12
    assert found["persons"] > 0
    assert found["told"] == []
    assert (found["changed"]["requests"], found["cannot_tell"]) == (0, [])


async def test_a_narrower_region_is_seen_in_the_recorded_traffic(browsed: System, tmp_path: Path) -> None:
    """Who lost what is said, and by how many."""
    assert BASIC in SOURCE
    candidate = tmp_path / "candidate.yaml"
    candidate.write_text(SOURCE.replace(BASIC, "    show: [ID, CT]"), encoding="utf-8")
    found = replayed(browsed, candidate)
    assert found["changed"]["requests"] > 0
    assert any(each.startswith("Adviseur werk verliest: ") for each in found["told"])
