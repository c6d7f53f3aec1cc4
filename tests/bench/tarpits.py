#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ten thousand mail servers (or as many as RLIMIT_NOFILE allows) that say one byte per second, all being
probed: what they cost, and whether a healthy domain still gets its answer.

    tests/lab/enter /usr/bin/python3 tests/bench/tarpits.py [--small]

Bounds: every tarpit has its session open at once; resident memory of the engine below 400 MB (without sanitizers); a healthy
domain that was never seen is answered within a second more than alone.
"""
from __future__ import annotations

import http.client
import resource
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench_internet import BenchInternet, cpu_seconds, resident_bytes
from daemon import until
from figures import Table, bench_main, is_judged

MOST_MEMORY, MOST_DELAY = 400e6, 1.0
HEALTHY = 20
AHEAD = 64  # questions that the engine reads ahead on one connection


def metric(path: Path, name: str) -> float:
    connection = http.client.HTTPConnection("localhost", timeout=30)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(path))
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return float(next(line for line in lines if line.startswith(name + " ")).split()[1])


def answer_time(path: Path, domain: str) -> float:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(path))
        begin = time.monotonic()
        client.sendall(b"%d:pkix %s," % (5 + len(domain), domain.encode()))
        answer = client.recv(4096)
        if answer != b"12:OK dane-only,":
            raise RuntimeError(f"{domain}: {answer!r}")
        return time.monotonic() - begin


def open_sessions(path: Path, metrics: Path, domains: list[str]) -> list[socket.socket]:
    """Connections on which questions about these wait for their answers; returns when a session of each is open. A few at a
    time: the resolver, which has all to find out as well, is not what is measured."""
    clients = []
    for part in range(0, len(domains), AHEAD):
        some = domains[part:part + AHEAD]
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(path))
        client.sendall(b"".join(b"%d:pkix %s," % (5 + len(name), name.encode()) for name in some))
        clients.append(client)
        wanted = part + len(some)
        until(f"{wanted} open sessions", lambda: metric(metrics, "smarttls_engine_sessions_open") >= wanted, 30)
    return clients


def main(small: bool) -> list[str]:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))  # for the servers and us; the engine raises its own
    count = 300 if small else min(10_000, limit // 2 - HEALTHY)  # the engine spends half of them on sessions
    wrong = []
    with tempfile.TemporaryDirectory() as name, BenchInternet(Path(name), domains=2 * HEALTHY, tarpits=count) as internet:
        daemon = internet.start_engine("probe-deadline = 600s\nsession-limit = 10100")
        metrics = Path(name) / "metrics.sock"
        healthy = internet.names()
        alone = [answer_time(internet.socket, domain) for domain in healthy[:HEALTHY]]
        empty = resident_bytes(daemon)
        clients = open_sessions(internet.socket, metrics, internet.tarpit_names())
        before, begin = cpu_seconds(daemon), time.monotonic()
        among = [answer_time(internet.socket, domain) for domain in healthy[HEALTHY:]]
        time.sleep(0.2 if small else 5)  # what is measured is what waiting costs
        cpu = (cpu_seconds(daemon) - before) / (time.monotonic() - begin)
        resident = resident_bytes(daemon)
        still_open = metric(metrics, "smarttls_engine_sessions_open")
        for client in clients:
            client.close()
    table = Table("sessions open", "MB resident", "of them KB/tarpit", "CPU %", "healthy domain ms", "alone ms")
    table.add(f"{count} tarpits", [(still_open, resident / 1e6, (resident - empty) / count / 1e3, 100 * cpu,
                                    1e3 * statistics.median(among), 1e3 * statistics.median(alone))])
    table.show()
    if still_open < count:
        wrong.append(f"{still_open:.0f} sessions are open, not {count}")
    if is_judged(small) and resident > MOST_MEMORY:
        wrong.append(f"{resident / 1e6:.0f} MB are resident, not {MOST_MEMORY / 1e6:.0f}")
    if max(among) > statistics.median(alone) + MOST_DELAY:
        wrong.append(f"a healthy domain waited for {max(among):.2f} s among tarpits, {statistics.median(alone):.2f} s alone")
    return wrong


if __name__ == "__main__":
    sys.exit(bench_main(main))
