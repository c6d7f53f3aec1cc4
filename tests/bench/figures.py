# SPDX-License-Identifier: Apache-2.0
"""What benches share: a table of medians with their spread, and their command line.

    table = Table("answers/s", "p99 ms"); rate, p99 = table.add("verdict", runs); table.show()
    sys.exit(bench_main(main))           # main(small) returns what is out of its bounds, as sentences

A small run, and one with sanitizers, checks that a bench works and judges no figure.
"""
from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path
from typing import Callable, Sequence

from bench_internet import is_sanitized

HZ = os.sysconf("SC_CLK_TCK")


def is_judged(small: bool) -> bool:
    return not small and not is_sanitized()


class Others:
    """The share of the machine that processes other than ours took. `ours`: CPU seconds of ours since the beginning."""
    MOST = 0.15  # with more of it, latencies are those of the scheduler

    def __init__(self) -> None:
        self._busy, self._all = self._read()

    @staticmethod
    def _read() -> tuple[float, float]:
        ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return (sum(ticks) - ticks[3] - ticks[4]) / HZ, sum(ticks) / HZ

    def share(self, ours: float) -> float:
        busy, everything = self._read()
        return max(0.0, (busy - self._busy - ours) / max(everything - self._all, 1 / HZ))


def text(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


class Table:
    def __init__(self, *columns: str) -> None:
        self._rows: list[list[str]] = [["", *columns]]

    def add(self, name: str, runs: Sequence[Sequence[float]]) -> list[float]:
        """One row from the figures of several runs; returns the medians."""
        medians, cells = [], [name]
        for values in zip(*runs):
            medians.append(statistics.median(values))
            spread = f" ({text(min(values))} .. {text(max(values))})" if len(values) > 1 else ""
            cells.append(text(medians[-1]) + spread)
        self._rows.append(cells)
        return medians

    def show(self) -> None:
        widths = [max(len(row[column]) for row in self._rows) for column in range(len(self._rows[0]))]
        for row in self._rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip(), flush=True)


def bench_main(main: Callable[[bool], list[str]]) -> int:
    """Runs it with or without --small; exit status 1 when something is out of its bounds, 2 usage."""
    if sys.argv[1:] not in ([], ["--small"]):
        print(f"usage: {sys.argv[0]} [--small]", file=sys.stderr)
        return 2
    if is_sanitized():
        print("a build with sanitizers: its figures mean nothing")
    wrong = main(sys.argv[1:] == ["--small"])
    for sentence in wrong:
        print(f"out of bounds: {sentence}", file=sys.stderr)
    return 1 if wrong else 0
