#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the milter costs a real Postfix: messages per second against no milter, an empty filter and OpenDKIM.

    milter.py [--small]

All variants take turns in one run; ratios are those of one turn, their medians and spread over all turns are printed.
"empty again" is the same program as "empty": its spread is what chance alone does. Evidence is durable; marked mail
leaves by the floor's transport, verified by DANE. "whole/s" counts until the queue is empty; "CPU ms" is what a message
costs in the filter, for ours with the engine.
"""
from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from figures import Table, bench_main, is_judged
from mail_bench import MailBench, Run

COUNTS = {1: 80, 20: 500, 100: 500}  # messages by sessions
TURNS = 7
UNMARKED = {5000: 1.0, 200000: 1.1}  # least rate, times that of the empty filter
MARKED = 0.85
MARKED_CPU = 1.0  # ms, for 5 kB


def turns(bench: MailBench, size: int, sessions: int, count: int, how_many: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {variant: [] for variant in bench.variants}
    for turn in range(how_many):
        order = bench.variants[turn % len(bench.variants):] + bench.variants[:turn % len(bench.variants)]
        for variant in order:
            runs[variant].append(bench.measure(variant, size, sessions, count))
    return runs


def compare(bench: MailBench, size: int, sessions: int, count: int, how_many: int) -> list[str]:
    runs = turns(bench, size, sessions, count, how_many)
    table = Table(f"inject/s ({size} B, {sessions} sessions)", "x empty", "whole/s", "x empty", "CPU ms")
    figures = {}
    for variant, mine in runs.items():
        rows = [(run.inject, run.inject / base.inject, run.whole, run.whole / base.whole, run.cpu) for run, base in zip(mine, runs["empty"])]
        figures[variant] = table.add(variant, rows)
    table.show()
    print()
    return judge(size, sessions, {variant: (row[1], row[4]) for variant, row in figures.items()})


def judge(size: int, sessions: int, figures: dict[str, tuple[float, float]]) -> list[str]:
    where = f"{size} B, {sessions} sessions"
    wrong = []
    if figures["unmarked"][0] < UNMARKED[size]:
        wrong.append(f"unmarked mail at {figures['unmarked'][0]:.2f} of the empty filter, not {UNMARKED[size]} ({where})")
    if figures["marked"][0] < MARKED:
        wrong.append(f"marked mail at {figures['marked'][0]:.2f} of the empty filter, not {MARKED} ({where})")
    if size == 5000 and figures["marked"][1] > MARKED_CPU:
        wrong.append(f"marked mail costs {figures['marked'][1]:.2f} ms of CPU, not {MARKED_CPU} ({where})")
    return wrong


def main(small: bool) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="smarttls-bench.") as directory, MailBench(Path(directory)) as bench:
        for variant in bench.variants:
            bench.measure(variant, 5000, 2, 10)  # warm
        if small:
            compare(bench, 5000, 4, 20, 1)
            return []
        wrong = [sentence for size in UNMARKED for sessions, count in COUNTS.items()
                 for sentence in compare(bench, size, sessions, count if size == 5000 else count // 2, TURNS)]
    return wrong if is_judged(small) else []


if __name__ == "__main__":
    sys.exit(bench_main(main))
