"""What a gateway process counts, as a text file that an operator's Prometheus reads (docs/decisions/0071-metrics.md).

Rules: a count, a hash or the name of a group, never a person or an account; a disk that is full stops nobody.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from proxy.listener.carry import Carry
from proxy.policy.rule import Mode
from proxy.policy.watch import MatrixWatch
from proxy.routing.watch import RoutingWatch

log = structlog.get_logger()

SECONDS = 5.0
FOLDER = "metrics"


@dataclass(frozen=True, slots=True, eq=False)
class Figures(Collector):
    """Reads the parts of a gateway process whenever it is asked."""

    carry: Carry
    policy: MatrixWatch
    routing: RoutingWatch

    def collect(self) -> Iterator[Metric]:
        """Give every figure of this moment."""
        yield from self._exchanges()
        yield from self._matrix()
        yield from self._routes()

    def _exchanges(self) -> Iterator[Metric]:
        ends = CounterMetricFamily("poort_exchanges", "Exchanges by how they ended.", labels=["end"])
        for end, count in sorted(self.carry.counts.items()):
            ends.add_metric([end], count)
        yield ends

    def _matrix(self) -> Iterator[Metric]:
        watch = self.policy
        yield GaugeMetricFamily("poort_matrix_alarm", "1: authorisation.yaml was refused.", value=bool(watch.alarm))
        yield CounterMetricFamily("poort_matrix_refused", "Files of the matrix refused.", value=watch.refused)
        yield InfoMetricFamily("poort_matrix", "The matrix in force.", value={"hash": watch.matrix.hash})
        rules = GaugeMetricFamily("poort_rules", "Rules of the matrix by how they hold.", labels=["mode"])
        for mode in Mode:
            rules.add_metric([mode], sum(rule.mode is mode for rule in watch.matrix.rules))
        yield rules

    def _routes(self) -> Iterator[Metric]:
        watch = self.routing
        yield GaugeMetricFamily("poort_routing_alarm", "1: routing.yaml was refused.", value=bool(watch.alarm))
        yield GaugeMetricFamily("poort_routing_revision", "The revision in force.", value=watch.table.revision)
        ramps = GaugeMetricFamily("poort_group_ramp", "Percent of users on newcore.", labels=["group", "stage"])
        kills = GaugeMetricFamily("poort_group_killed", "1: kept on legacy by the kill switch.", labels=["group"])
        for name, group in watch.table.groups.items():
            ramps.add_metric([name, group.stage], group.ramp)
            kills.add_metric([name], name in watch.killed)
        yield from (ramps, kills)


async def writing(figures: Collector, folder: Path, instance: str) -> None:
    """Write the figures of an instance until cancelled."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    while True:
        write(registry, folder / f"{instance}.prom")
        await asyncio.sleep(SECONDS)


def write(registry: CollectorRegistry, file: Path) -> None:
    """Write all figures at once: whoever reads sees the old file or the new one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(str(file), registry)
    except OSError as fault:
        log.warning("figures cannot be written", fault=fault.strerror)
