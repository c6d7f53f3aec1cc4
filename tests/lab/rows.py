# SPDX-License-Identifier: Apache-2.0
"""What a row in the tables of the lab's domains is made of: Domain, Host, PolicyHost, and short ways to write them.

Promises: data only; nothing here opens a file or a socket. host(N) is the server mx.<domain> at 127.25.0.N.
Everything under LAB_NETWORK and LAB_NETWORK_6 is "the public Internet" of the lab; other addresses are forbidden targets.
"""
from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Callable

LAB_NETWORK = "127.25.0.0/16"
LAB_NETWORK_6 = "fd25::/64"         # tests/lab/enter gives loopback no address in it: packets find no way
TOP = "example"
DNS_SERVER = "127.25.255.2"         # NSD
FAILING_DNS_SERVER = "127.25.255.3"  # answers SERVFAIL to everything
SILENT_DNS_SERVER = "127.25.255.4"   # reads and never answers

STARTTLS = ("yes", "no", "454", "501", "502", "injected", "slow", "garbage", "alert", "close", "close-at-hello", "cut", "reset",
            "reset-at-hello", "hang")
BANNERS = ("ok", "multi-line", "421", "554", "binary", "long-line", "endless", "close", "silence", "slow")
GREETINGS = ("ok", "many-lines", "long-line", "names-differ")  # as answers to EHLO
DNS_FAULTS = ("", "wrong-ds", "expired-signatures", "servfail", "timeout", "nxdomain")


@dataclass(frozen=True)
class Host:
    """One mail server and its faults. Fields below `listens` can be changed while it runs (Lab.change).

    `tlsa` holds records as "usage selector matching", computed from the certificate (usage 0 and 2: from its issuer);
    with " mismatch" behind they are computed from a stranger's, with " root" from the trusted root; with hex digits
    behind they are taken as they are. "servfail" and "timeout" make the look-up of all of them fail.
    """
    name: str = "mx"
    address: str = ""                   # none: the name has no address
    alias: str = ""                     # what the MX record says instead: a CNAME for `name`
    target: str = ""                    # of a CNAME at `name`, in another zone, whose row must give it the address
    also: tuple[str, ...] = ()          # more addresses of the name, at which nobody is
    tlsa: tuple[str, ...] = ()
    tlsa_at: str = ""                   # a CNAME leads from where TLSA records belong to this name, where they stand
    port: int = 25
    listens: bool = True
    black_hole: bool = False            # whoever connects gets no answer: the queue of the listening socket is full
    banner: str = "ok"
    banner_delay: float = 0.0           # seconds; before the last line of a multi-line banner
    ehlo: str = "ok"                    # one of GREETINGS
    starttls: str = "yes"
    certificate: str = "good"           # a kind of certificates.KINDS
    key: str = "ecdsa-256"              # a type of certificates.KEYS
    tls_min: str = "1.2"
    tls_max: str = "1.3"
    ciphers: str = ""                   # OpenSSL's list, for TLS 1.2 and older
    group: str = ""                     # the only curve, by OpenSSL's name, or finite field (tls_server.FINITE_FIELDS)
    close_at: str = ""                  # a verb: the server hangs up when it hears it; "TLS": behind the handshake;
    #                                     "TLS-" and a verb: when it hears it under TLS
    close_notify: bool = True           # False: hangs up under TLS without it (RFC 8446 section 6.1)
    replies: tuple[tuple[str, str], ...] = ()  # verb and the reply it gets instead, as ("RCPT", "451 4.7.1 Greylisted")

    def __post_init__(self) -> None:
        for value, allowed in ((self.starttls, STARTTLS), (self.banner, BANNERS), (self.ehlo, GREETINGS)):
            if value not in allowed:
                raise ValueError(f"{value!r} is none of {', '.join(allowed)}")

    def published_name(self, domain: str) -> str:
        """The name that MX records use."""
        return f"{self.alias}.{domain}" if self.alias else self.name


@dataclass(frozen=True)
class PolicyHost:
    """The web server that serves a domain's MTA-STS policy, and its faults. All but the address can be changed while it
    runs (Lab.change)."""
    address: str
    policy: str
    name: str = ""                      # domain() writes it: mta-sts.<domain>
    port: int = 443
    listens: bool = True
    certificate: str = "good"           # a kind of certificates.KINDS
    key: str = "ecdsa-256"
    status: int = 200
    location: str = ""                  # where a redirect leads
    content_type: str = "text/plain"
    padding: int = 0                    # empty lines behind the policy
    delay: float = 0.0                  # seconds before the answer
    close_at: str = ""                  # "connect", "request" or "body": hangs up there

    def __post_init__(self) -> None:
        if self.close_at not in ("", "connect", "request", "body"):
            raise ValueError(f"a policy host cannot hang up at {self.close_at!r}")


@dataclass(frozen=True)
class Domain:
    """One domain. Without `mx`, each host gets an MX record, with preference 10, 20, ... in their order."""
    name: str
    hosts: tuple[Host, ...] = ()
    signed: bool = True
    mx: tuple[str, ...] = ()            # "10 mx.dane.example"; names are absolute
    implicit: bool = False              # no MX record: the domain's own address is the server (RFC 5321 section 5.1)
    null_mx: bool = False               # RFC 7505
    fault: str = ""                     # one of DNS_FAULTS
    text: tuple[str, ...] = ()          # more records of the zone, as lines of a zone file
    sts: PolicyHost | None = None
    about: str = ""

    def __post_init__(self) -> None:
        if self.fault not in DNS_FAULTS:
            raise ValueError(f"{self.fault!r} is none of {', '.join(DNS_FAULTS)}")

    def mx_records(self) -> tuple[str, ...]:
        """The data of the MX records."""
        if self.null_mx:
            return ("0 .",)
        if self.mx or self.implicit:
            return self.mx
        return tuple(f"{10 * n} {host.published_name(self.name)}" for n, host in enumerate(self.hosts, 1))


    def servers(self) -> tuple[Host | PolicyHost, ...]:
        return self.hosts + ((self.sts,) if self.sts else ())


def host(number: int, **facts) -> Host:
    """A server at 127.25.0.`number`."""
    return Host(address=f"127.25.{number // 256}.{number % 256}", **facts)


def servers(network: str) -> Callable[..., Host]:
    """A maker of servers that gives each the next address of a network, as "127.25.5"."""
    numbers = itertools.count(1)
    return lambda **facts: Host(**({"address": f"{network}.{next(numbers)}"} | facts))


def unsigned(name: str, *hosts: Host, **facts) -> Domain:
    """A row without DNSSEC: the servers' certificates and TLS alone decide."""
    return domain(name, *hosts, signed=False, **facts)


def domain(name: str, *hosts: Host, **facts) -> Domain:
    """A row of the table: gives the hosts their full names."""
    own = name if facts.get("implicit") else None
    if facts.get("sts"):
        facts["sts"] = replace(facts["sts"], name=f"mta-sts.{name}")
    return Domain(name, tuple(replace(h, name=own or f"{h.name}.{name}") for h in hosts), **facts)


def records(usage_selector_matching: str) -> dict:
    return {"tlsa": (usage_selector_matching,)}


DANE = records("3 1 1")


def policy(*mx: str, mode: str = "enforce", max_age: int = 86400) -> str:
    """The text of an MTA-STS policy."""
    return "\r\n".join(["version: STSv1", f"mode: {mode}", f"max_age: {max_age}", *(f"mx: {name}" for name in mx), ""])


def sts_text(name: str, *ids: str) -> tuple[str, ...]:
    """The TXT records that say so, one per id."""
    return tuple(f'_mta-sts.{name}. TXT "v=STSv1; id={policy_id};"' for policy_id in ids)


def sts_domain(name: str, number: int, *hosts: Host, mode: str = "enforce", mx: tuple[str, ...] = (), ids: tuple[str, ...] = ("1",),
               web: dict | None = None, **facts) -> Domain:
    """A domain `name`.example with a policy, which names `mx` (otherwise its server) and is served at 127.25.1.`number`;
    without `hosts`, its mail server is at 127.25.2.`number`, and it is unsigned."""
    full = f"{name}.{TOP}"
    own = hosts or (Host(address=f"127.25.2.{number}"),)
    text = policy(*(mx or (f"mx.{full}",)), mode=mode)
    server = PolicyHost(**({"address": f"127.25.1.{number}", "policy": text} | (web or {})))
    facts = {"signed": False, "text": sts_text(full, *ids)} | facts
    return domain(full, *own, sts=server, **facts)


def nta_text(name: str, *hosts: str, end: str = "2999-12") -> str:
    """The NTA 7516 record of a domain."""
    fields = ("v=NTA7516-1", "startdate=2019-06", f"enddate={end}", "provider=Lab Carrier", *hosts)
    return f"{name}. TXT \"{';'.join(fields)}\""
