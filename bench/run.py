"""`make bench`: the figures of the data plane, paired in one run on one machine with one client.

Rules: every figure is a median over rounds in which all subjects take turns, so that a noisy machine hurts all alike;
CPU is what the kernel accounts, not what a clock says; a subject that cannot run is named with the reason, never left out.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import load, policy, replay, subject
from bench.governed import governed
from bench.subject import ROOT, Subject

RESULTS = ROOT / "bench" / "results"


def start(stack: ExitStack, core: int, directory: Path, skipped: dict[str, str]) -> list[Subject]:
    """Start every subject that can be started."""
    missing = subject.install("wrk", "nginx", "haproxy")
    if "wrk" in missing:
        sys.exit("bench: found no wrk; install Debian's package wrk, or run as root so that it can be installed")
    subjects = [stack.enter_context(subject.mitmdump(core, directory)), stack.enter_context(subject.passthrough(core))]
    for name, begin in (("nginx", subject.nginx), ("haproxy", subject.haproxy)):
        if name in missing:
            skipped[name] = "not installed, and not root to install it"
            continue
        try:
            subjects.append(stack.enter_context(begin(core, directory)))
        except RuntimeError as error:
            skipped[name] = str(error)
    found = stack.enter_context(governed())
    if isinstance(found, str):
        skipped["governed read"] = found
    else:
        subjects.append(found)
    return subjects


def measure_cpu(subjects: list[Subject], rounds: int, seconds: int) -> dict[str, Any]:
    """CPU a request in turns; medians."""
    rows: dict[str, list[dict[str, float]]] = {}
    for each in subjects:
        load.cpu_per_request(each, 1)
    for _ in range(rounds):
        for each in subjects:
            rows.setdefault(each.name, []).append(load.cpu_per_request(each, seconds))
    return {name: _middle(found) for name, found in rows.items()}


def _middle(found: list[dict[str, Any]]) -> dict[str, Any]:
    errors = [row["socket_errors"] for row in found if row["socket_errors"]]
    return {
        "cpu_us": statistics.median(row["cpu_us"] for row in found),
        "cpu_us_all": [round(row["cpu_us"], 1) for row in found],
        "rps": statistics.median(row["rps"] for row in found),
        "failed": sum(row["failed"] for row in found),
        "socket_errors": errors,
    }


def measure_latency(subjects: list[Subject], seconds: int) -> dict[str, Any]:
    """p50 and p99 at 100 and 500 requests a second; mitmdump is left out where it cannot keep up (it is said by overrun)."""
    return {each.name: [asdict(load.paced(each, rate, seconds)) for rate in (100, 500)] for each in subjects}


def measure_idle(subjects: list[Subject], clients: int) -> dict[str, Any]:
    """Memory of idle connections."""
    return {each.name: load.idle_memory(each, clients) for each in subjects if each.name != "governed read"}


def measure_workers(core: int, rounds: int, seconds: int) -> dict[str, Any]:
    """CPU a request of one and of two workers, in turns."""
    with subject.passthrough(core) as one, subject.passthrough(core, 2) as two:
        found = measure_cpu([one, two], rounds, seconds)
    ratio = found[two.name]["cpu_us"] / found[one.name]["cpu_us"]
    return {**found, "ratio": ratio}


def table(result: dict[str, Any]) -> str:
    """Write the table with the targets beside the figures."""
    cpu, reference = result["cpu"], result["cpu"]["mitmdump"]["cpu_us"]
    lines = [
        f"# Bench of {result['at']}",
        "",
        f"{result['machine']}; Python {result['python']}; client wrk, page of 8 KB.",
        "",
    ]
    lines += ["| subject | CPU µs a request | of mitmdump | target | req/s | failed |", "|--|--|--|--|--|--|"]
    targets = {"pass-through": "<= 0.20", "governed read": "<= 0.30", "mitmdump": "1"}
    for name, row in cpu.items():
        share = f"{row['cpu_us'] / reference:.3f}"
        lines.append(f"|{name}|{row['cpu_us']:.0f}|{share}|{targets.get(name, '-')}|{row['rps']:.0f}|{row['failed']}|")
    lines += [
        "",
        "| subject | req/s | p50 ms | p99 ms | p99 over nginx | target | failed | overrun |",
        "|--|--|--|--|--|--|--|--|",
    ]
    for name, rows in result["latency"].items():
        for at, row in enumerate(rows):
            over = f"{row['p99'] - result['latency']['nginx'][at]['p99']:+.1f}" if "nginx" in result["latency"] else "-"
            aim = "<= durable wait (11) + 10" if name == "governed read" else "-"
            lines.append(
                f"|{name}|{row['rate']}|{row['p50']:.1f}|{row['p99']:.1f}|{over}|{aim}|{row['failed']}|{row['overrun']}|"
            )
    lines += ["", "| subject | idle clients | RSS MiB | KiB each | target |", "|--|--|--|--|--|"]
    for name, row in result["idle"].items():
        aim = "<= 250 MiB" if name == "pass-through" else "-"
        lines.append(f"|{name}|{row['clients']}|{row['rss_mib']:.0f}|{row['kib_each']:.1f}|{aim}|")
    lines += ["", f"Two workers against one: {result['workers']['ratio']:.2f} x the CPU a request (target <= 1.1).", ""]
    lines += policy.lines(result["policy"])
    lines += [f"Skipped: {name}: {why}." for name, why in result["skipped"].items()]
    lines += replay.table(result["replay"]) if "replay" in result else []
    return "\n".join(lines) + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=3000)
    parser.add_argument("--replay", action="store_true", help="a million recorded decisions too, which takes minutes")
    return parser.parse_args()


def main() -> None:
    """Measure everything, write a JSON file and a table."""
    given, skipped = _arguments(), dict[str, str]()
    with tempfile.TemporaryDirectory(prefix="poort-bench-") as directory, ExitStack() as stack:
        core = stack.enter_context(subject.origin())
        subjects = start(stack, core, Path(directory), skipped)
        result = {
            "at": time.strftime("%Y-%m-%d %H:%M"),
            "machine": f"{platform.machine()}, {platform.release()}",
            "python": platform.python_version(),
            "cpu": measure_cpu(subjects, given.rounds, given.seconds),
            "latency": measure_latency(subjects, given.seconds),
            "idle": measure_idle(subjects, given.clients),
            "skipped": skipped,
        }
    with subject.origin() as core:
        result["workers"] = measure_workers(core, given.rounds, given.seconds)
    if given.replay:
        result["replay"] = replay.measure(replay.ACCESSES)
    result["policy"] = policy.measure()
    stamp = time.strftime("%Y%m%d-%H%M%S")
    text = table(result)
    load.write_text(RESULTS / f"{stamp}.json", json.dumps(result, indent=1) + "\n")
    load.write_text(RESULTS / f"{stamp}.md", text)
    print(text)


if __name__ == "__main__":
    main()
