#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The milter without Postfix: how many messages it decides and evidences per second, and how long an end of message takes.

    milter_protocol.py [--small]

Marked mail with warm verdicts and durable evidence against an empty filter and OpenDKIM, in turns; then 1x, 5x, 1x of
load that does not wait; then what a thousand idle sessions and a large message do to memory.
"""
from __future__ import annotations

import re
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_internet import resident_bytes
from figures import Table, bench_main, is_judged
from mail_bench import MailBench
from mail_site import program

CONNECTIONS = (1, 20, 100)
TURNS, SECONDS = 5, 3.0
RATE, LATENCY = 0.7, 1 / 3  # of the empty filter's; of OpenDKIM's p99 at the end of message
BASE_RATE, PHASE = 100, 8.0  # messages per second
BACK = 5.0  # times the p99 of before
IDLE, IDLE_LIMIT = 1000, 64 << 20
LARGE, LARGE_LIMIT = 200_000_000, 4 << 20


class Protocol:
    def __init__(self, bench: MailBench) -> None:
        self.bench = bench

    def sockets(self) -> dict[str, tuple[Path, str]]:
        """Name -> socket and class."""
        milter = self.bench.sockets / "milter.sock"
        variants = {"empty": (self.bench._socket("empty"), "-"), "empty again": (self.bench._socket("empty again"), "-")}
        if "opendkim" in self.bench.variants:
            variants["opendkim"] = (self.bench._socket("opendkim"), "-")
        return variants | {"unmarked": (milter, "-"), "marked": (milter, "nta7516")}

    def load(self, path: Path, mail_class: str, connections: int, *phases: str, size: int = 5000) -> list[list[float]]:
        """Per phase: messages, accepted, seconds, p50 and p99 of the end, of the whole."""
        done = subprocess.run([program("bench_milter_load"), path, str(connections), str(size), mail_class, *phases], capture_output=True, text=True,
                              check=True)
        return [list(map(float, line.split())) for line in done.stdout.splitlines()]

    def turn(self, variant: str, connections: int, seconds: float) -> tuple[float, float, float, float]:
        """Rate, p50 and p99 of the end of message, CPU ms."""
        path, mail_class = self.sockets()[variant]
        before = self.bench._cpu(variant)
        (messages, accepted, took, p50, p99, *_), = self.load(path, mail_class, connections, f"0:{seconds}")
        if messages != accepted:
            raise RuntimeError(f"{variant}: {messages - accepted:.0f} of {messages:.0f} messages were not accepted")
        return messages / took, p50, p99, 1000 * (self.bench._cpu(variant) - before) / messages

    def records(self) -> int:
        with sqlite3.connect(f"file:{self.bench.directory}/evidence.db?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM record").fetchone()[0]


def compare(protocol: Protocol, connections: int, how_many: int, seconds: float) -> list[str]:
    names = list(protocol.sockets())
    runs: dict[str, list[tuple[float, ...]]] = {name: [] for name in names}
    for turn in range(how_many):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            runs[name].append(protocol.turn(name, connections, seconds))
    table, medians = Table(f"msgs/s ({connections} connections)", "x empty", "end p50 ms", "end p99 ms", "CPU ms"), {}
    for name in names:
        medians[name] = table.add(name, [(rate, rate / base[0], p50, p99, cpu)
                                         for (rate, p50, p99, cpu), base in zip(runs[name], runs["empty"])])
    table.show()
    print()
    wrong = []
    if medians["marked"][1] < RATE:
        wrong.append(f"marked mail at {medians['marked'][1]:.2f} of the empty filter, not {RATE} ({connections} connections)")
    if "opendkim" in medians and medians["marked"][3] > medians["opendkim"][3] * LATENCY:
        wrong.append(f"p99 of {medians['marked'][3]:.2f} ms is more than a third of OpenDKIM's {medians['opendkim'][3]:.2f} ms ({connections} connections)")
    return wrong


def open_loop(protocol: Protocol, rate: int, seconds: float) -> list[str]:
    path, mail_class = protocol.sockets()["marked"]
    before = protocol.records()
    phases = protocol.load(path, mail_class, 200, *(f"{factor * rate}:{seconds}" for factor in (1, 5, 1)))
    table = Table("messages", "accepted", "p99 ms of the whole")
    for factor, (messages, accepted, _, _, _, _, p99) in zip((1, 5, 1), phases):
        table.add(f"{factor} x {rate}/s", [(messages, accepted, p99)])
    table.show()
    sent, accepted = (sum(phase[column] for phase in phases) for column in (0, 1))
    print(f"evidence of {protocol.records() - before} messages\n")
    wrong = []
    if accepted != sent or protocol.records() - before != sent:
        wrong.append(f"of {sent:.0f} messages {accepted:.0f} were accepted and {protocol.records() - before} have evidence")
    if phases[2][6] > max(BACK * phases[0][6], 20):
        wrong.append(f"p99 of {phases[2][6]:.1f} ms after the peak, {phases[0][6]:.1f} ms before")
    return wrong


def memory(protocol: Protocol, idle: int, large: int) -> list[str]:
    milter, wrong = protocol.bench._filters["marked"][0], []
    protocol.load(protocol.sockets()["marked"][0], "pickup", 1, "1:0.5")  # its code and its buffers are there
    before = resident_bytes(milter)
    Path(f"/proc/{milter.pid}/clear_refs").write_text("5")  # proc(5): the peak begins anew
    protocol.load(protocol.sockets()["marked"][0], "pickup", 1, "1:0.5", size=large)
    grown = peak_bytes(milter.pid) - before
    sessions = [begin(protocol.bench.sockets / "milter.sock") for _ in range(idle)]
    resident = resident_bytes(milter)
    for session in sessions:
        session.close()
    print(f"memory: {grown >> 10} KiB more at the peak of sealing a message of {large} bytes; {resident >> 20} MiB with {idle} idle sessions")
    if grown > LARGE_LIMIT:
        wrong.append(f"a message of {large} bytes took {grown >> 10} KiB")
    if resident > IDLE_LIMIT:
        wrong.append(f"{resident >> 20} MiB with {idle} idle sessions")
    return wrong


def peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) << 10


def begin(path: Path) -> socket.socket:
    """A session in which the client has connected."""
    session = socket.socket(socket.AF_UNIX)
    session.connect(str(path))
    session.sendall(struct.pack(">IcIII", 13, b"O", 6, 0x1FF, 0x1FFFFF))
    session.recv(4096)
    return session


def main(small: bool) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="smarttls-bench.") as directory, MailBench(Path(directory)) as bench:
        protocol = Protocol(bench)
        for name in protocol.sockets():
            protocol.turn(name, 2, 0.3)  # warm
        wrong = [sentence for connections in (CONNECTIONS if not small else (4,))
                 for sentence in compare(protocol, connections, 1 if small else TURNS, 0.5 if small else SECONDS)]
        wrong += open_loop(protocol, 20 if small else BASE_RATE, 1.0 if small else PHASE)
        wrong += memory(protocol, 100 if small else IDLE, 1_000_000 if small else LARGE)
    return wrong if is_judged(small) else []


if __name__ == "__main__":
    sys.exit(bench_main(main))
