# SPDX-License-Identifier: Apache-2.0
"""A fast Internet for benches: one signed root zone with any number of healthy or tarpit domains, NSD, unbound, and the
mail servers of sink.cc at 64 loopback addresses.

    with BenchInternet(directory, domains=2000) as internet:
        daemon = internet.start_engine()
        internet.cpu_seconds(daemon)

Domain N is dN.bench with an MX host of its own, so that every probe has its own session; TLSA 3 1 1 fits. tarpit N is
tN.bench. Everything lies below the directory; nothing starts outside tests/lab/enter. One thread.
"""
from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))

import certificates  # noqa: E402
from daemon import Daemon, until  # noqa: E402
from lab import answers, require_private_network  # noqa: E402
from mail_site import PROFILES, program  # noqa: E402

TLD = "bench"
ADDRESSES = 64
NETWORK, NAME_SERVER, RESOLVER = "127.25.0.0/16", "127.25.255.2", "127.0.0.1"
TTL = 86400

NSD_CONF = """server:
    ip-address: {address}
    do-ip6: no
    server-count: 1
    username: ""
    zonesdir: "{directory}"
    database: ""
    pidfile: ""
    xfrdfile: "{directory}/xfrd.state"
    zonelistfile: "{directory}/zone.list"
    rrl-ratelimit: 0
remote-control:
    control-enable: no
zone:
    name: "."
    zonefile: "root.zone"
"""
UNBOUND_CONF = """server:
    interface: {resolver}
    outgoing-interface: 127.0.0.1
    do-ip6: no
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{directory}"
    pidfile: ""
    use-syslog: no
    num-threads: 1
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    do-not-query-localhost: no
    msg-cache-size: 64m
    rrset-cache-size: 64m
    aggressive-nsec: no
    so-rcvbuf: 2m
    num-queries-per-thread: 4096
    outgoing-range: 4096
stub-zone:
    name: "."
    stub-addr: {address}
"""
ENGINE_CONF = """[engine]
socket = {directory}/engine.sock
resolver = {resolver}
ca-file = {ca_file}
profile = {profiles}/ncsc-nl-2025-05.conf
allow-network = {network}
helo-name = probe.bench
metrics-socket = {directory}/metrics.sock
max-ttl = 1d
min-ttl = 1h
{more}

[class.nta7516]
level = dane
"""


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def speaks(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), 1):
            return True
    except OSError:
        return False


def address(number: int) -> str:
    return f"127.25.1.{1 + number % ADDRESSES}"


def tarpit_address(number: int) -> str:
    """Each tarpit has an address of its own: one host has one session at a time."""
    return f"127.25.{16 + number // 250}.{1 + number % 250}"


class BenchInternet:
    def __init__(self, directory: Path, domains: int, tarpits: int = 0) -> None:
        self.directory, self.domains, self.tarpits = directory, domains, tarpits
        self._daemons: list[Daemon] = []
        self._engines = 0

    def __enter__(self) -> BenchInternet:
        require_private_network()
        self.directory.chmod(0o755)
        authorities = certificates.Authorities(self.directory / "certificates")
        self.ca_file = authorities.ca_file
        self.issued = authorities.issue("good", ["mx.bench"], "ecdsa-256")
        self._sign(certificates.tlsa(3, 1, 1, self.issued.leaf))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for daemon in self._daemons:
            daemon.signal(signal.SIGTERM)
        for daemon in self._daemons:
            daemon.stop()

    def names(self) -> list[str]:
        return [f"d{number}.{TLD}" for number in range(self.domains)]

    def tarpit_names(self) -> list[str]:
        return [f"t{number}.{TLD}" for number in range(self.tarpits)]

    def _sign(self, tlsa: str) -> None:
        lines = [f"$TTL {TTL}", "$ORIGIN .", f". SOA ns.{TLD}. hostmaster.{TLD}. 1 3600 900 604800 {TTL}", f". NS ns.{TLD}.",
                 f"ns.{TLD}. A {NAME_SERVER}"]
        for name, where in [(n, address(i)) for i, n in enumerate(self.names())] + \
                           [(n, tarpit_address(i)) for i, n in enumerate(self.tarpit_names())]:
            lines += [f"{name}. MX 10 mx.{name}.", f"mx.{name}. A {where}", f"_25._tcp.mx.{name}. TLSA {tlsa}"]
        (self.directory / "draft").write_text("\n".join(lines) + "\n")
        key = run("ldns-keygen", "-r", "/dev/urandom", "-a", "ECDSAP256SHA256", "-k", ".", cwd=self.directory)
        run("ldns-signzone", "-o", ".", "-f", "root.zone", "draft", key, cwd=self.directory)
        (self.directory / "nsd.conf").write_text(NSD_CONF.format(address=NAME_SERVER, directory=self.directory))
        (self.directory / "unbound.conf").write_text(UNBOUND_CONF.format(
            resolver=RESOLVER, directory=self.directory, address=NAME_SERVER, anchor=self.directory / f"{key}.ds"))

    def _launch(self, name: str, *command: object) -> Daemon:
        daemon = Daemon(name, list(map(str, command)), self.directory / f"{name}.log")
        self._daemons.append(daemon)
        return daemon

    def _start(self) -> None:
        nsd = self._launch("nsd", "/usr/sbin/nsd", "-d", "-c", self.directory / "nsd.conf")
        nsd.wait_ready(lambda: answers(NAME_SERVER, ".", "SOA"), 60)
        unbound = self._launch("unbound", "/usr/sbin/unbound", "-d", "-p", "-c", self.directory / "unbound.conf")
        unbound.wait_ready(lambda: answers(RESOLVER, ".", "SOA", secure=True), 60)
        sink = self._launch("sink", program("bench_sink"), self.issued.chain, self.issued.key, 1,
                            *(["127.25.1."] if self.tarpits else []))
        sink.wait_ready(lambda: speaks(address(0), 25), 20)

    def write_config(self, more: str) -> Path:
        """Of the engine; `more` holds further lines of its section."""
        config = self.directory / "engine.conf"
        if "cache-file" not in more:
            more += "\ncache-file ="
        config.write_text(ENGINE_CONF.format(directory=self.directory, resolver=RESOLVER, ca_file=self.ca_file, network=NETWORK,
                                             profiles=PROFILES, more=more))
        return config

    def start_engine(self, more: str = "") -> Daemon:
        """A new one with an empty cache; ready when this returns."""
        self._engines += 1
        config = self.write_config(more)
        daemon = self._launch(f"smarttlsd-{self._engines}", program("smarttlsd"), "--config", config)
        daemon.wait_ready(lambda: "ready on" in daemon.output(), 20)
        return daemon

    def stop_engine(self, daemon: Daemon) -> None:
        self._daemons.remove(daemon)
        daemon.signal(signal.SIGTERM)
        daemon.stop()

    @property
    def socket(self) -> Path:
        return self.directory / "engine.sock"


def cpu_seconds(daemon: Daemon) -> float:
    """User and system time of a process, of its threads too."""
    fields = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(daemon: Daemon) -> int:
    return int(Path(f"/proc/{daemon.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def is_sanitized() -> bool:
    """Whether the engine is a build with sanitizers, whose figures mean nothing."""
    return b"__asan_init" in Path(program("smarttlsd")).read_bytes()
