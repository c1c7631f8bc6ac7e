"""A working day in short: traffic for a while, a route going up and down meanwhile; `make soak` runs an hour of it."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.scenarios.conftest import System

SECONDS = int(os.environ.get("POORT_TEST_SOAK", "20"))
RPS = 20
GROWTH_MIB = 64
"""Caches fill at the beginning; what grows beyond this grows for ever."""


def resident_mib(system: System) -> float:
    """Give what the gateway's processes hold, in MiB."""
    pages = 0
    for each in Path("/proc").glob("[0-9]*"):
        try:
            words = (each / "cmdline").read_bytes().split(b"\0")
            ours = f"POORT_DATA_DIR={system.data_dir}".encode() in (each / "environ").read_bytes().split(b"\0")
            if ours and b"gateway" in words:
                pages += int((each / "statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 240)
def test_a_day_of_work_leaves_no_failed_request_no_growth_and_a_whole_log(system: System):
    """Steady traffic: nothing fails, memory stays, every line of the log is there."""
    system.poort("traffic", "--rps", str(RPS), "--seconds", "5")
    before, began = resident_mib(system), time.monotonic()
    said = json.loads(system.poort("traffic", "--rps", str(RPS), "--seconds", str(SECONDS), "--json"))
    after = resident_mib(system)
    print(f"{said['requests']} requests in {time.monotonic() - began:.0f} s, gateway {before:.0f} -> {after:.0f} MiB")
    assert said["requests"] > SECONDS * RPS / 4
    assert said["failed"] == 0, said
    assert before > 0
    assert after - before < GROWTH_MIB
    system.poort("log", "verify")
