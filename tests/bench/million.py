#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A million domains in the cache's file against a thousand, through the real daemon: how soon it answers after its start, what
an answer from the file costs, and what one from memory.

    tests/lab/enter /usr/bin/python3 tests/bench/million.py [--small]

Bounds, without sanitizers: the first answer within two seconds of the start; answers from memory with a million at least at
0.9 of the rate with a thousand, and the first answer for a domain, from the file, at half of it (both in the same run, the best
of three): a thousand rows fit in the processor's cache, of a million each costs the walk to a page that nobody has touched.
"""
from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_internet import BenchInternet, program, resident_bytes
from figures import Table, bench_main, is_judged
from socketmap import ask_all

MOST_START = 2.0
LEAST_RATES = ((1, "file", 0.5), (2, "memory", 0.9))  # column of the table, of the rate with a thousand domains
QUESTIONS = 1000  # different ones: each is answered from the file the first time


def measure(internet: BenchInternet, more: str, names: list[str]) -> tuple[float, ...]:
    """Seconds to the first answer, answers per second from the file and from memory, MB resident."""
    begin = time.monotonic()
    daemon = internet.start_engine(more)
    ask_all(internet.socket, "verdict", names[:1])
    start = time.monotonic() - begin
    from_file = (len(names) - 1) / ask_all(internet.socket, "verdict", names[1:])
    done = subprocess.run([program("bench_load"), internet.socket, "1", "64", "1", *(f"verdict {name}" for name in names)],
                          capture_output=True, text=True, check=True)
    count, spent, *_ = map(float, done.stdout.split())
    resident = resident_bytes(daemon)
    if "level=" in daemon.output():
        raise RuntimeError("the engine has probed a domain that is in its file")
    internet.stop_engine(daemon)
    return start, from_file, count / spent, resident / 1e6


def main(small: bool) -> list[str]:
    many = 3000 if small else 1_000_000
    wrong, medians, best = [], {}, {}
    with tempfile.TemporaryDirectory() as directory, BenchInternet(Path(directory), domains=1) as internet:
        table = Table("start s", "answers/s from file", "from memory", "MB resident")
        settings = {}
        for count in (QUESTIONS, many):
            settings[count] = f"cache-file = {directory}/cache-{count}.db\ncache-size = 10G"
            subprocess.run([program("bench_fill"), internet.write_config(settings[count]), str(count)], check=True)
        runs: dict[int, list[tuple[float, ...]]] = {QUESTIONS: [], many: []}
        for _ in range(1 if small else 3):
            for count in runs:
                names = [f"d{number}.bench" for number in random.Random(1).sample(range(count), QUESTIONS)]
                runs[count].append(measure(internet, settings[count], names))
        for count in runs:
            medians[count] = table.add(f"{count:,} domains", runs[count])
            best[count] = [max(figures) for figures in zip(*runs[count])]
        table.show()
    if not is_judged(small):
        return wrong
    if medians[many][0] > MOST_START:
        wrong.append(f"the first answer came {medians[many][0]:.2f} s after the start, not {MOST_START}")
    for column, place, least in LEAST_RATES:
        if (ratio := best[many][column] / best[QUESTIONS][column]) < least:
            wrong.append(f"answers from {place} have {ratio:.2f} times the rate that they have with a thousand domains")
    return wrong


if __name__ == "__main__":
    sys.exit(bench_main(main))
