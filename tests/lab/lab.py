#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lab: signed DNS zones, a validating resolver and mail servers with every fault, on loopback.

    with Lab(Path("/tmp/tmp.1234")) as lab:             in a script:
        lab.change("mx.fickle.example", starttls="no")      tests/lab/enter /usr/bin/python3 tests/lab/lab.py
        lab.wait_received("dane.example")                       --directory DIRECTORY [--every] [--run COMMAND]

Promises: when start() returns, every server has answered a question. Everything written lies below the directory; the
addresses are those of the private network that tests/lab/enter makes, and nothing starts outside it. stop() ends only
what start() began, by process id. One thread.
"""
from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Sequence

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

import certificates
from daemon import Daemon, until
from domains import DOMAINS
from internet import EVERY
from rows import DNS_SERVER, FAILING_DNS_SERVER, LAB_NETWORK, TOP, Domain, Host, PolicyHost
from zones import RESOLVER, Zones

HERE = Path(__file__).resolve().parent
STOP = {signal.SIGINT, signal.SIGTERM}
FIXED_FACTS = {"name", "address", "also", "alias", "target", "tlsa", "tlsa_at", "port", "listens", "black_hole"}
Server = Host | PolicyHost


def ask(server: str, name: str, kind: str, limit: float = 5.0, wish_ad: bool = True) -> dns.message.Message:
    """One question over UDP, TCP when truncated. Raises dns.exception.Timeout or OSError."""
    query = dns.message.make_query(name, kind, use_edns=0)
    if wish_ad:
        query.flags |= dns.flags.AD
    return dns.query.udp_with_fallback(query, server, timeout=limit)[0]


def answers(server: str, name: str, kind: str, code: dns.rcode.Rcode = dns.rcode.NOERROR, secure: bool = False) -> bool:
    """Whether `server` is up and gives the expected kind of answer."""
    try:
        reply = ask(server, name, kind, limit=0.3)
    except (OSError, dns.exception.Timeout):
        return False
    return reply.rcode() == code and (not secure or bool(reply.flags & dns.flags.AD))


class Lab:
    """The whole lab below one directory, which is created when missing."""

    def __init__(self, directory: Path | str, domains: Sequence[Domain] = DOMAINS) -> None:
        self.directory = Path(directory).resolve()
        self.domains: dict[str, Domain] = {domain.name: domain for domain in domains}
        self.network, self.resolver = LAB_NETWORK, RESOLVER
        self._daemons: dict[str, Daemon] = {}
        self.hosts: dict[str, Host] = {}  # as they are now
        self.policy_hosts: dict[str, PolicyHost] = {}  # likewise, by the name mta-sts.<domain>
        self._issued: dict[str, certificates.Issued] = {}

    def __enter__(self) -> Lab:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Life

    def start(self) -> None:
        require_private_network()
        for part in ("hosts", "web", "log"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o755)  # Postfix's own user must be able to pass
        self._sessions_file = self.directory / "sessions.jsonl"
        self._sessions_file.touch()
        self._requests_file = self.directory / "requests.jsonl"
        self._requests_file.touch()
        self._authorities = certificates.Authorities(self.directory / "certificates")
        self.ca_file: Path = self._authorities.ca_file
        self._first = {server.name: (server, self._issue(server)) for domain in self.domains.values() for server in domain.servers()}
        for host_name in self._first:
            self.restore(host_name)
        self._launch("servers", sys.executable, str(HERE / "servers.py"), str(self.directory))
        self._zones = Zones(self.directory / "dns", self._tlsa)
        self._zones.build(list(self.domains.values()))
        self._launch("nsd", "/usr/sbin/nsd", "-d", "-c", str(self._zones.nsd_conf))
        self._launch("unbound", "/usr/sbin/unbound", "-d", "-p", "-c", str(self._zones.unbound_conf))
        self._wait_ready()

    def _launch(self, name: str, *command: str) -> None:
        self._daemons[name] = Daemon(name, list(command), self.directory / "log" / f"{name}.log")

    def _wait_ready(self) -> None:
        self._daemons["nsd"].wait_ready(lambda: answers(DNS_SERVER, TOP, "SOA"))
        self._daemons["unbound"].wait_ready(lambda: answers(RESOLVER, TOP, "SOA", secure=True))
        self._daemons["servers"].wait_ready(lambda: answers(FAILING_DNS_SERVER, TOP, "SOA", dns.rcode.SERVFAIL))

    def stop(self) -> None:
        for daemon in self._daemons.values():
            daemon.signal(signal.SIGTERM)
        for daemon in self._daemons.values():
            daemon.stop()
        self._daemons.clear()

    # Mail servers

    def change(self, host_name: str, **facts: Any) -> None:
        """Changes fields of a running host; they hold from its next connection on. A new certificate has a new key."""
        server = self.hosts.get(host_name) or self.policy_hosts[host_name]
        unknown = facts.keys() - {field.name for field in dataclasses.fields(server)} | facts.keys() & FIXED_FACTS
        if unknown:
            raise ValueError(f"not a fact that can change while a host runs: {', '.join(sorted(unknown))}")
        host = dataclasses.replace(server, **facts)
        issued = self._issue(host) if facts.keys() & {"certificate", "key"} else self._issued[host_name]
        self._install(host, issued)

    def restore(self, host_name: str) -> None:
        """Makes a host again what it was at the start, with its first certificate. Whoever called publish() meanwhile
        does so again."""
        self._install(*self._first[host_name])

    def _issue(self, host: Server) -> certificates.Issued:
        return self._authorities.issue(host.certificate, [host.name], host.key)

    def _install(self, host: Server, issued: certificates.Issued) -> None:
        """The servers read the file at each connection; it is replaced as a whole."""
        known, folder = (self.hosts, "hosts") if isinstance(host, Host) else (self.policy_hosts, "web")
        known[host.name], self._issued[host.name] = host, issued
        facts = dataclasses.asdict(host) | {"chain": str(issued.chain), "key_file": str(issued.key)}
        draft = self.directory / folder / f".{host.name}"
        draft.write_text(json.dumps(facts, indent=1))
        draft.rename(draft.with_name(f"{host.name}.json"))

    # DNS

    def publish(self, *changed: Domain) -> None:
        """Writes and signs all zones again, with other rows for some domains (their hosts keep their servers), and
        computes TLSA records anew. Old answers live two seconds more in the resolver. Domains cannot be added."""
        self.domains |= {domain.name: domain for domain in changed}
        self._zones.build(list(self.domains.values()))
        self._daemons["nsd"].signal(signal.SIGHUP)
        until("reloaded zones", lambda: ask(DNS_SERVER, TOP, "SOA").answer[0][0].serial == self._zones.serial)

    def _tlsa(self, host: Host) -> list[str]:
        """The data of a host's TLSA records."""
        lines = []
        for record in host.tlsa:
            usage, selector, matching, *rest = record.split()
            if rest and rest[0] not in ("mismatch", "root"):
                lines.append(record)
                continue
            issued = self._issued[host.name] if rest != ["mismatch"] else self._authorities.stranger(host.name)
            shown = issued.issuer if usage in "02" else issued.leaf
            if rest == ["root"]:
                shown = self._authorities.root
            lines.append(certificates.tlsa(int(usage), int(selector), int(matching), shown))
        return lines

    # What the servers saw

    def sessions(self, name: str | None = None) -> list[dict[str, Any]]:
        """Ended sessions, oldest first; those of one domain's hosts or of one host when named."""
        wanted = self.host_names(name) if name else None
        records = (json.loads(line) for line in self._sessions_file.read_text().splitlines(keepends=True) if line.endswith("\n"))
        return [record for record in records if wanted is None or record["server"] in wanted]

    def requests(self, domain: str) -> list[dict[str, Any]]:
        """HTTPS connections to the policy host of a domain, oldest first."""
        records = (json.loads(line) for line in self._requests_file.read_text().splitlines(keepends=True) if line.endswith("\n"))
        return [record for record in records if record["server"] == f"mta-sts.{domain}"]

    def wait_requests(self, domain: str, count: int = 1, limit: float = 5.0) -> list[dict[str, Any]]:
        """At least `count` of them. A record is written when its connection is over, so shortly after the client's end."""
        def enough() -> list[dict[str, Any]]:
            return found if len(found := self.requests(domain)) >= count else []
        return until(f"{count} request(s) at the policy host of {domain}", enough, limit)

    def received(self, name: str | None = None) -> list[dict[str, Any]]:
        """Messages of ended sessions: all, those that one host took, or those that a domain's hosts took for it."""
        messages = [message for session in self.sessions(name) for message in session["messages"]]
        if name not in self.domains:
            return messages
        return [message for message in messages if any(to.lower().endswith(f"@{name}") for to in message["rcpt_to"])]

    def wait_received(self, name: str, count: int = 1, limit: float = 15.0) -> list[dict[str, Any]]:
        def enough() -> list[dict[str, Any]]:
            return found if len(found := self.received(name)) >= count else []
        return until(f"{count} message(s) for {name}", enough, limit)

    def host_names(self, name: str) -> list[str]:
        """The hosts of a domain, also those that its MX records borrow from another; or the one host itself."""
        if name not in self.domains:
            return [self.hosts[name].name]
        domain = self.domains[name]
        borrowed = [record.split()[1] for record in domain.mx]
        return [host.name for host in domain.hosts] or [host for host in borrowed if host in self.hosts]


def require_private_network() -> None:
    """The lab answers on port 53 and 25 of all loopback: never in the network of the machine."""
    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        raise RuntimeError("this network has more than loopback: start the lab with tests/lab/enter")
    if os.geteuid() != 0:
        raise RuntimeError("the lab opens ports below 1024: start it as root")


def table(lab: Lab) -> str:
    """The domains as a person would want to see them."""
    rows = [("domain", "DNS", "mail servers", "its story")]
    for domain in lab.domains.values():
        state = "signed" if domain.signed else "unsigned"
        addresses = [lab.hosts[name].address or "nowhere" for name in lab.host_names(domain.name)]
        where = " ".join(addresses[:3]) + (f" and {len(addresses) - 3} more" if len(addresses) > 3 else "")
        rows.append((domain.name, "-" if domain.fault == "nxdomain" else state, where or "-", domain.about))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join([*(text.ljust(width) for text, width in zip(row, widths)), row[3]]).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def main() -> int:
    options = argparse.ArgumentParser(description="Starts the lab; run it inside tests/lab/enter.")
    options.add_argument("--directory", required=True, type=Path, help="where everything is kept")
    options.add_argument("--run", metavar="COMMAND", help="run this by the shell, then stop; without it, stay until Ctrl-C")
    options.add_argument("--every", action="store_true", help="also with the domains of the table of verdicts (internet/)")
    chosen = options.parse_args()
    with Lab(chosen.directory, EVERY if chosen.every else DOMAINS) as lab:
        print(table(lab), f"\nresolver {lab.resolver}, root certificate {lab.ca_file}", sep="\n", flush=True)
        if chosen.run:
            return subprocess.run(["/bin/sh", "-c", chosen.run]).returncode
        print(f"look around:  {HERE / 'enter'} --join {os.environ.get('LAB_ENTER_PID', 'PID')}", flush=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP)  # only now: the daemons have inherited an empty mask
        signal.sigwait(STOP)
    return 0


if __name__ == "__main__":
    sys.exit(main())
