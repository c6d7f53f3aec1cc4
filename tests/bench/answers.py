#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast the engine answers what it knows: `verdict` and map answers over its socket, 64 questions on their way.

    tests/lab/enter /usr/bin/python3 tests/bench/answers.py [--small]

Bounds, without sanitizers: 30,000 answers per second in the median of five runs, and 99 % of them within 2 ms in the best
run, unless the machine had much else to do: what a scheduler takes away can only make latencies worse.
"""
from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_internet import BenchInternet, cpu_seconds, program
from figures import Others, Table, bench_main, is_judged

LEAST_RATE, MOST_P99 = 30_000, 2.0
CLIENTS = ((64, 1), (1, 64))  # connections, questions on their way on each


def load_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(internet: BenchInternet, daemon, clients: int, depth: int, seconds: float, questions: list[str]) -> tuple[float, ...]:
    others, before, load_before = Others(), cpu_seconds(daemon), load_seconds()
    done = subprocess.run([program("bench_load"), internet.socket, str(clients), str(depth), str(seconds), *questions],
                          capture_output=True, text=True, check=True)
    count, spent, median, p99, worst, refused = map(float, done.stdout.split())
    if refused:
        raise RuntimeError(f"{refused:.0f} answers were not OK")
    cpu = cpu_seconds(daemon) - before
    share = others.share(cpu + load_seconds() - load_before)
    return count / spent, median, p99, worst, 1e6 * cpu / 1.2 / count, 100 * share  # load warms up for a fifth of the time


def main(small: bool) -> list[str]:
    wrong = []
    with tempfile.TemporaryDirectory() as directory, BenchInternet(Path(directory), domains=20) as internet:
        daemon = internet.start_engine()
        table = Table("answers/s", "median ms", "p99 ms", "worst ms", "CPU us/answer", "others %")
        for name in ("verdict", "pkix"):
            questions = [f"{name} {domain}" for domain in internet.names()]
            measure(internet, daemon, 1, 20, 2, questions)  # now all are known, also on a busy machine
            for clients, depth in CLIENTS:
                runs = [measure(internet, daemon, clients, depth, 0.2 if small else 3, questions) for _ in range(1 if small else 5)]
                rate = table.add(f"{name}, {clients} x {depth}", runs)[0]
                quiet = [p99 for _, _, p99, _, _, share in runs if share <= 100 * Others.MOST]
                if is_judged(small) and rate < LEAST_RATE:
                    wrong.append(f"{name}, {clients} x {depth}: {rate:.0f} answers per second, not {LEAST_RATE}")
                if is_judged(small) and quiet and min(quiet) > MOST_P99:
                    wrong.append(f"{name}, {clients} x {depth}: 99 % within {min(quiet):.2f} ms, not {MOST_P99}")
        table.show()
    return wrong


if __name__ == "__main__":
    sys.exit(bench_main(main))
