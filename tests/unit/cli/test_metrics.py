"""What an operator reads of a gateway process."""

import asyncio
from types import SimpleNamespace

from cli.metrics import Figures, writing
from proxy.policy.watch import MatrixWatch
from tests.doubles.playbook import house


def figures(tmp_path, alarm: str = "") -> Figures:
    """Figures of a process with the tables of this release."""
    tables = house()
    policy = MatrixWatch(tmp_path / "authorisation.yaml", None, tables.matrix, None)
    policy.alarm, policy.refused = alarm, int(bool(alarm))
    routing = SimpleNamespace(table=tables.routing, alarm="", killed=frozenset({"vacancies"}))
    return Figures(SimpleNamespace(counts={"released": 7, "out-of-reach": 2}), policy, routing)


async def written(tmp_path, made: Figures) -> str:
    """What stands in the file after the first round."""
    task = asyncio.create_task(writing(made, tmp_path / "metrics", "gateway-1"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return (tmp_path / "metrics" / "gateway-1.prom").read_text()


async def test_ends_kills_and_the_matrix_in_force_are_told(tmp_path):
    """By reason, by group, by hash."""
    text = await written(tmp_path, figures(tmp_path))
    assert 'poort_exchanges_total{end="out-of-reach"} 2.0' in text
    assert 'poort_group_killed{group="vacancies"} 1.0' in text
    assert f'poort_matrix_info{{hash="{house().matrix.hash}"}} 1.0' in text
    assert "poort_matrix_alarm 0.0" in text


async def test_a_matrix_that_was_refused_is_an_alarm(tmp_path):
    """The last good one stays in force; the operator has to know."""
    text = await written(tmp_path, figures(tmp_path, alarm="authorisation.yaml:3: found ..."))
    assert "poort_matrix_alarm 1.0" in text
    assert "poort_matrix_refused_total 1.0" in text


async def test_a_disk_that_takes_nothing_stops_nobody(tmp_path):
    """Figures are missed, requests are not."""
    (tmp_path / "metrics").write_text("a file where the folder should be")
    task = asyncio.create_task(writing(figures(tmp_path), tmp_path / "metrics", "gateway-1"))
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
