#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast a mail log is followed on one core: reading, parsing, joining, judging.

    SMARTTLS_BIN=build/release/smarttls:build/release/tests/bench /usr/bin/python3 tests/bench/delivery_log.py [--small]

Bound, without sanitizers: 20,000 lines per CPU second in the median of five runs. Each message has ten lines, two of which
are deliveries; all of them must be found and be as strong as decided.
"""
from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bench_internet import program
from figures import Table, bench_main, is_judged

LEAST_RATE = 20_000
LINES_OF_MESSAGE, DELIVERIES_OF_MESSAGE = 10, 2


def measure(lines: int) -> tuple[float, ...]:
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run([program("bench_delivery_log"), str(Path(directory, "mail.log")), str(lines)],
                              capture_output=True, text=True, check=True)
    read, deliveries, weaker, seconds = map(float, done.stdout.split())
    if deliveries != read / LINES_OF_MESSAGE * DELIVERIES_OF_MESSAGE or weaker:
        raise RuntimeError(f"of {read:.0f} lines {deliveries:.0f} deliveries were found, {weaker:.0f} of them weaker")
    return read / seconds, 1e6 * seconds / read


def main(small: bool) -> list[str]:
    runs = [measure(10_000 if small else 1_000_000) for _ in range(1 if small else 5)]
    table = Table("lines/s", "CPU us/line")
    rate = table.add("Postfix 3.7", runs)[0]
    table.show()
    return [f"{rate:.0f} lines per second, not {LEAST_RATE}"] if is_judged(small) and rate < LEAST_RATE else []


if __name__ == "__main__":
    sys.exit(bench_main(main))
