"""Figures of the ledger: how long an append waits until it is durable, and what a record costs.

    python -m bench.ledger --rate 500 --seconds 20 --persons 10
    python -m bench.ledger --rate 0            as fast as it goes, with --clients at once

Starts an embedded PostgreSQL of its own (or uses POORT_DATABASE_URL), appends exchanges with a session change and some
persons, and prints one JSON line: waits in milliseconds, CPU microseconds a record of this process and of the server's
backend, records a commit. Client CPU includes building the entries (`build_us`, measured apart).
"""

import argparse
import asyncio
import gc
import os
import resource
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import orjson
import psycopg
import uvloop

from proxy.accesslog.store import Ledger
from proxy.database import Cluster, Role, own_cluster, upgrade
from proxy.model.entry import Completion, Delivery, Entry, SessionChange
from proxy.settings import load
from tests.failures.log.builders import exchange, parts, session


def main() -> None:
    """Read the arguments and print the figures."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--rate", type=int, default=500, help="records a second; 0: as fast as it goes")
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument("--persons", type=int, default=10, help="persons shown a record")
    asked.add_argument("--clients", type=int, default=20, help="sessions at once")
    asked.add_argument("--sessions", action=argparse.BooleanOptionalAction, default=True)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="poort-bench-") as directory:
        Path(directory).chmod(0o755)
        environment = {"POORT_DATA_DIR": directory}
        if "POORT_DATABASE_URL" in os.environ:
            environment["POORT_DATABASE_URL"] = os.environ["POORT_DATABASE_URL"]
        with own_cluster(load(environment)) as cluster:
            upgrade(cluster)
            print(orjson.dumps(uvloop.run(measured(cluster, given))).decode())


async def measured(cluster: Cluster, given: argparse.Namespace) -> dict[str, object]:
    """Run the load and sum up."""
    made = parts(cluster)
    ledger = await Ledger.start(made)
    entries = [Client(number, given) for number in range(given.clients)]
    await asyncio.gather(*(client.once(ledger) for client in entries))
    build_us = built(entries[0])
    before = (cpu(), backend_cpu(cluster), ledger.figures.commits, time.perf_counter())
    waits: list[float] = []
    await asyncio.gather(*(client.run(ledger, before[3] + given.seconds, waits) for client in entries))
    spent = cpu() - before[0], backend_cpu(cluster) - before[1]
    took, commits, count = time.perf_counter() - before[3], ledger.figures.commits - before[2], len(waits)
    await ledger.close()
    waits.sort()
    return {
        "records": count,
        "per_second": round(count / took),
        "records_a_commit": round(count / commits, 1),
        "wait_ms": {"p50": ms(waits, 0.5), "p90": ms(waits, 0.9), "p99": ms(waits, 0.99), "max": ms(waits, 1)},
        "cpu_us_a_record": round((spent[0] / count) * 1e6 - build_us, 1),
        "build_us": round(build_us, 1),
        "server_cpu_us_a_record": round(spent[1] / count * 1e6, 1),
    }


class Client:
    """One session that makes one exchange after another."""

    def __init__(self, number: int, given: argparse.Namespace) -> None:
        """Give the client its session and its mean pause."""
        self._given = given
        self._session = session(os.urandom(32))
        self._pause = given.clients / given.rate if given.rate else 0
        self._chance = Random(number)
        self._persons = exchange(given.persons)

    def entries(self) -> tuple[Entry, ...]:
        """Build the next exchange; persons are made once, as a cache of facts has them."""
        found = exchange(0)[0]
        persons = [replace(each, access=found.id) for each in self._persons[1:]]
        change = (SessionChange(self._session.version, self._session),) if self._given.sessions else ()
        return (found, *persons, *change)

    async def once(self, ledger: Ledger) -> float:
        """Append one exchange; gives the seconds until it was durable."""
        made = self.entries()
        began = time.perf_counter()
        await ledger.append(made)
        waited = time.perf_counter() - began
        ledger.complete(Completion(made[0].id, Delivery.DELIVERED, 8000, 40_000))
        self._session = replace(self._session, version=self._session.version + 1)
        return waited

    async def run(self, ledger: Ledger, until: float, waits: list[float]) -> None:
        """Go on at the rate, at random moments as people do (exponential pauses)."""
        arrival = time.perf_counter()
        while time.perf_counter() < until:
            if self._pause:
                arrival += self._chance.expovariate(1 / self._pause)
                await asyncio.sleep(max(0, arrival - time.perf_counter()))
            waits.append(await self.once(ledger))


def built(client: Client) -> float:
    """Measure what building the entries costs, in microseconds."""
    gc.collect()
    before = cpu()
    for _ in range(2000):
        client.entries()
    return (cpu() - before) / 2000 * 1e6


def cpu() -> float:
    """Give the CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def backend_cpu(cluster: Cluster) -> float:
    """Give the CPU seconds of the ledger's backend, from the kernel; nothing for a server elsewhere."""
    with psycopg.connect(cluster.dsn(Role.GATEWAY)) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'poort log %'"
        ).fetchall()
    total = 0
    for (pid,) in found:
        stat = Path(f"/proc/{pid}/stat")
        total += sum(int(each) for each in stat.read_text().split()[13:15]) if stat.exists() else 0
    return total / os.sysconf("SC_CLK_TCK")


def ms(waits: list[float], share: float) -> float:
    """Give a quantile in milliseconds."""
    return round(waits[min(len(waits) - 1, int(len(waits) * share))] * 1000, 2) if waits else statistics.nan


if __name__ == "__main__":
    main()
