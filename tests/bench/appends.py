#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast evidence becomes durable, and how appending, searching and proving stay when the log grows (evidence.cc).

    tests/bench/appends.py [--small]

Ten million events, of 2 KB each, or as many millions as there is room for; --small: a hundred thousand. Bounds, without sanitizers:
64 writers at 0.8 of bare SQLite that inserts the same rows in the same batches; appending at the end at 0.8 of that at ten
thousand; a search by queue id or address 20 ms, the first page by time and class 100 ms, an inclusion proof 5 ms, a start 1 s.
"""
from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile

from figures import Table, bench_main, is_judged
from mail_site import program

EVENTS, SMALL = 10_000_000, 100_000
APPENDS, FEW_APPENDS = 20_000, 1_000
BYTES = 2_600  # for an event, with the write-ahead log and what is copied
OF_BARE, OF_EARLY = 0.8, 0.8
MOST_MS = {"by_queue_id": 20, "by_address": 20, "by_time_and_class": 100, "inclusion_proof": 5, "start": 1000}


def figures(directory: str, events: int, appends: int) -> dict[str, tuple[float, str]]:
    done = subprocess.run([program("bench_evidence"), directory, str(events), str(appends)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return {name: (float(value), unit) for name, value, unit in (line.split() for line in done.stdout.splitlines())}


def wrong_in(found: dict[str, float]) -> list[str]:
    of_bare, of_early = found["writers_64"] / found["bare"], found["append_at_the_end"] / found["append_at_ten_thousand"]
    print(f"64 writers: {of_bare:.2f} of bare SQLite; appending at the end: {of_early:.2f} of that at ten thousand")
    wrong = [f"{name}: {found[name]:.1f} ms, more than {most}" for name, most in MOST_MS.items() if found[name] > most]
    if of_bare < OF_BARE:
        wrong.append(f"64 writers append at {of_bare:.2f} of bare SQLite, not {OF_BARE}")
    if of_early < OF_EARLY:
        wrong.append(f"appending at the end goes at {of_early:.2f} of what it was at ten thousand, not {OF_EARLY}")
    return wrong


def main(small: bool) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="smarttls-bench.") as directory:
        room = shutil.disk_usage(directory).free // BYTES // 1_000_000 * 1_000_000
        events = SMALL if small else min(EVENTS, room)
        found = figures(directory, events, FEW_APPENDS if small else APPENDS)
    table = Table(f"{events:,} events")
    for name, (value, unit) in found.items():
        table.add(f"{name.replace('_', ' ')} ({unit})", [(value,)])
    table.show()
    wrong = wrong_in({name: value for name, (value, _) in found.items()})
    return wrong if is_judged(small) else []


if __name__ == "__main__":
    sys.exit(bench_main(main))
