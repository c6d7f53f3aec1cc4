# SPDX-License-Identifier: Apache-2.0
"""Writes and signs the lab's DNS zones, and writes the configuration of NSD and unbound for them.

Promises: a root of its own, whose KSK is the resolver's only trust anchor, with `example.` as the only top-level domain;
both are signed with a KSK and a ZSK (a root that validates is what Postfix and others ask for to see whether a resolver
does). A signed domain has one key and a DS record; an unsigned one has a provably insecure delegation.
Everything stays below one directory. build() is safe to repeat after the table has changed; then NSD wants a SIGHUP.
"""
from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

from rows import DNS_SERVER, FAILING_DNS_SERVER, SILENT_DNS_SERVER, TOP, Domain, Host

RESOLVER = "127.0.0.1"
ROOT = ""  # zone names have no final dot
TTL = 5
DAY = 86400
ALGORITHM = "ECDSAP256SHA256"
SERVERS = {"servfail": f"ns-servfail.{TOP}.", "timeout": f"ns-timeout.{TOP}."}
GLUE = [f"ns.{TOP}. A {DNS_SERVER}", f"ns-servfail.{TOP}. A {FAILING_DNS_SERVER}", f"ns-timeout.{TOP}. A {SILENT_DNS_SERVER}"]
ABSENT = ("servfail", "timeout", "nxdomain")  # faults of domains that have no zone

TlsaData = Callable[[Host], list[str]]  # the TLSA records of a host, as data

NSD_CONF = """server:
    ip-address: {address}
    do-ip6: no
    server-count: 1
    username: ""
    zonesdir: "{zones}"
    database: ""
    pidfile: ""
    xfrdfile: "{state}/xfrd.state"
    zonelistfile: "{state}/zone.list"
remote-control:
    control-enable: no
{entries}"""

UNBOUND_CONF = """server:
    interface: {resolver}
    outgoing-interface: 127.0.0.1
    access-control: 127.0.0.0/8 allow
    do-ip6: no
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{state}"
    pidfile: ""
    use-syslog: no
    logfile: ""
    log-time-ascii: yes
    val-log-level: 2
    num-threads: 1
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    do-not-query-localhost: no
    cache-max-ttl: 2
    cache-max-negative-ttl: 2
    val-bogus-ttl: 2
    infra-host-ttl: 2
    aggressive-nsec: no
    qname-minimisation: no
    ede: yes
remote-control:
    control-enable: no
stub-zone:
    name: "."
    stub-addr: {server}
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Output of a command; a failure shows what it said."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def make_key(zone: str, directory: Path, *flags: str) -> str:
    """The base name of a new key's files."""
    return run("ldns-keygen", "-r", "/dev/urandom", "-a", ALGORITHM, *flags, zone, cwd=directory)


def apex(zone: str, serial: int) -> list[str]:
    return [f"$ORIGIN {zone}.", f"$TTL {TTL}",
            f"@ SOA ns.{TOP}. hostmaster.{TOP}. {serial} 3600 600 86400 {TTL}", f"@ NS ns.{TOP}."]


def host_records(host: Host, domain: Domain, tlsa: TlsaData) -> list[str]:
    lines = [f"{host.name}. {'AAAA' if ':' in address else 'A'} {address}" for address in (host.address, *host.also) if address]
    if host.target:
        lines = [f"{host.name}. CNAME {host.target}."]
    if host.alias:
        lines.append(f"{host.published_name(domain.name)}. CNAME {host.name}.")
    base = f"_{host.port}._tcp.{host.name}."
    for fault in set(host.tlsa) & SERVERS.keys():
        return lines + [f"{base} NS {SERVERS[fault]}"]
    if host.tlsa_at:
        lines.append(f"{base} CNAME {host.tlsa_at}.")
    return lines + [f"{host.tlsa_at + '.' if host.tlsa_at else base} TLSA {data}" for data in tlsa(host)]


def zone_lines(domain: Domain, serial: int, tlsa: TlsaData) -> list[str]:
    """The unsigned zone of one domain."""
    lines = apex(domain.name, serial)
    for record in domain.mx_records():
        lines.append(f"@ MX {record.rstrip('.')}.")
    for host in domain.hosts:
        lines += host_records(host, domain, tlsa)
    if domain.sts:
        lines.append(f"{domain.sts.name}. A {domain.sts.address}")
    return lines + list(domain.text)


class Zones:
    """All zones below `directory`. One thread calls; signing uses a few of its own."""

    def __init__(self, directory: Path, tlsa: TlsaData) -> None:
        self._zones, self._keys, self._state = directory / "zones", directory / "keys", directory / "state"
        for path in (self._zones, self._keys, self._state):
            path.mkdir(parents=True, exist_ok=True)
        self._tlsa = tlsa
        self._children: dict[str, str] = {}
        self._parent_keys: dict[str, list[str]] = {}
        self.serial = 0  # of all zones; each build() has a higher one
        self.nsd_conf, self.unbound_conf = directory / "nsd.conf", directory / "unbound.conf"

    def build(self, domains: list[Domain]) -> None:
        """Everything that the two name servers read."""
        self.serial = max(self.serial + 1, int(time.time()))
        present = [d for d in domains if d.fault not in ABSENT]
        with ThreadPoolExecutor(4) as workers:
            delegations = list(workers.map(self._child, present))
        delegations += [[f"{d.name}. NS {SERVERS[d.fault]}"] for d in domains if d.fault in SERVERS]
        top = self._parent(TOP, GLUE + [line for lines in delegations for line in lines])
        self._parent(ROOT, top + GLUE)
        self._write_nsd([ROOT, TOP, *(d.name for d in present)])
        self._write_unbound()

    def _child(self, domain: Domain) -> list[str]:
        """Writes a child zone; returns its delegation."""
        delegation = [f"{domain.name}. NS ns.{TOP}."]
        lines = zone_lines(domain, self.serial, self._tlsa)
        if not domain.signed:
            self._draft(domain.name, lines).replace(self._zones / f"{domain.name}.zone")
            return delegation
        key = self._children.get(domain.name) or make_key(domain.name, self._keys, "-k")
        self._children[domain.name] = key
        self._sign(domain.name, lines, [key], stale=domain.fault == "expired-signatures")
        return delegation + [self._ds(domain, key)]

    def _ds(self, domain: Domain, key: str) -> str:
        if domain.fault == "wrong-ds":
            key = make_key(domain.name, self._keys, "-k")
        return (self._keys / f"{key}.ds").read_text().strip()

    def _parent(self, zone: str, lines: list[str]) -> list[str]:
        """Writes a zone that delegates; returns its own delegation."""
        if zone not in self._parent_keys:
            self._parent_keys[zone] = [make_key(zone + ".", self._keys, "-k"), make_key(zone + ".", self._keys)]
        keys = self._parent_keys[zone]
        self._sign(zone, apex(zone, self.serial) + lines, keys)
        return [f"{zone}. NS ns.{TOP}.", (self._keys / f"{keys[0]}.ds").read_text().strip()]

    def _sign(self, zone: str, lines: list[str], keys: list[str], stale: bool = False) -> None:
        """Signatures of a stale zone ended days ago (unbound forgives one day: val-sig-skew-max)."""
        source = self._draft(zone, lines)
        now = int(time.time())
        end = now - 5 * DAY if stale else now + 30 * DAY
        signed = source.with_suffix(".signed")
        run("ldns-signzone", "-i", str(end - 40 * DAY), "-e", str(end), "-f", signed, source, *keys, cwd=self._keys)
        signed.replace(self._zones / f"{zone}.zone")

    def _draft(self, zone: str, lines: list[str]) -> Path:
        draft = self._keys / f"{zone}.draft"
        draft.write_text("\n".join(lines) + "\n")
        return draft

    def _write_nsd(self, zones: list[str]) -> None:
        entries = "".join(f'zone:\n    name: "{zone}."\n    zonefile: "{zone}.zone"\n' for zone in zones)
        self.nsd_conf.write_text(NSD_CONF.format(
            address=DNS_SERVER, zones=self._zones, state=self._state, entries=entries))

    def _write_unbound(self) -> None:
        self.unbound_conf.write_text(UNBOUND_CONF.format(
            resolver=RESOLVER, state=self._state, server=DNS_SERVER,
            anchor=self._keys / f"{self._parent_keys[ROOT][0]}.ds"))
