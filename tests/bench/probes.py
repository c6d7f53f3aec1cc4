#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What finding out costs: healthy domains (TLS 1.3, P-256, DANE) that the engine has never seen, beside a bare loop of
handshakes in OpenSSL, and beside posttls-finger, 16 at a time.

    tests/lab/enter /usr/bin/python3 tests/bench/probes.py [--small]

Each domain has a mail server name of its own, so that each probe has its own session. The resolver is warm for all of
them; the engine's cache is empty. CPU of the engine is that of its process alone. Bounds, of the median of the runs without
sanitizers: at most 3 times the CPU of the bare handshake for each domain, and 2.5 times the rate of posttls-finger.
"""
from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_internet import BenchInternet, address, cpu_seconds, program
from figures import Table, bench_main, is_judged
from socketmap import ask_all

MOST_CPU, LEAST_RATE = 3.0, 2.5
FINGER = "exec posttls-finger -c -t 30 -T 30 -l dane-only -L summary,verbose $0 2>&1"


def probe_all(internet: BenchInternet, domains: list[str]) -> tuple[float, float]:
    """Microseconds of CPU for each domain, and domains per second; by a new engine."""
    daemon = internet.start_engine()
    ask_all(internet.socket, "pkix", domains[:1], "OK dane-only")  # the first one reads certificates
    before = cpu_seconds(daemon)
    seconds = ask_all(internet.socket, "pkix", domains[1:], "OK dane-only")
    cpu = cpu_seconds(daemon) - before
    internet.stop_engine(daemon)
    return 1e6 * cpu / (len(domains) - 1), (len(domains) - 1) / seconds


def bare(count: int) -> float:
    done = subprocess.run([program("bench_handshakes"), str(count), address(0)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def finger_all(directory: Path, domains: list[str]) -> tuple[float, float]:
    """The same figures for posttls-finger."""
    def children() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    config = directory / "postfix"
    config.mkdir(exist_ok=True)
    (config / "main.cf").write_text(f"compatibility_level = 3.6\nqueue_directory = {config}\nsmtp_dns_support_level = dnssec\n"
                                    "smtp_host_lookup = dns\nmyhostname = probe.bench\n")
    begin, before = time.monotonic(), children()
    done = subprocess.run(["xargs", "-P", "16", "-n", "1", "sh", "-c", FINGER], input="\n".join(domains), text=True,
                          capture_output=True, env=os.environ | {"MAIL_CONFIG": str(config)})
    seconds = time.monotonic() - begin
    if (verified := done.stdout.count("Verified TLS connection")) != len(domains):
        raise RuntimeError(f"posttls-finger verified {verified} of {len(domains)}: {done.stdout[-2000:]}{done.stderr[-500:]}")
    return 1e6 * (children() - before) / len(domains), len(domains) / seconds


def main(small: bool) -> list[str]:
    count, fingers, rounds = (40, 10, 1) if small else (2000, 300, 5)
    wrong = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, BenchInternet(Path(name), domains=count) as internet:
        domains = internet.names()
        probe_all(internet, domains)  # fills the resolver
        ours, theirs, least, ratios = [], [], [], []
        for _ in range(rounds):  # beside each other, so that what disturbs disturbs all
            least.append((bare(50 if small else 2000),))
            ours.append(probe_all(internet, domains))
            theirs.append(finger_all(Path(name), domains[:fingers]))
            ratios.append((ours[-1][0] / least[-1][0], ours[-1][1] / theirs[-1][1]))
        table = Table("CPU us/domain", "domains/s")
        table.add("bare handshake", [(cpu, 1e6 / cpu) for cpu, in least])
        table.add("smarttlsd", ours)
        table.add("posttls-finger, 16 at a time", theirs)
        table.show()
        table = Table("CPU, of the bare handshake's", "rate, of posttls-finger's")
        cpu, rate = table.add("smarttlsd", ratios)
        table.show()
    if is_judged(small) and cpu > MOST_CPU:
        wrong.append(f"the engine's CPU is {cpu:.2f} times that of the bare handshake, not {MOST_CPU}")
    if is_judged(small) and rate < LEAST_RATE:
        wrong.append(f"the engine's rate is {rate:.2f} times that of posttls-finger, not {LEAST_RATE}")
    return wrong


if __name__ == "__main__":
    sys.exit(bench_main(main))
