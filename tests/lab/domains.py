# SPDX-License-Identifier: Apache-2.0
"""The domains of the lab's Internet: a table with one row each, and the three types that a row is made of.

Promises: data only; nothing here opens a file or a socket. A row states facts about a domain and its mail servers;
what the engine should think of them is for the tests to say. host(N) is the server mx.<domain> at 127.25.0.N.
Everything under LAB_NETWORK is "the public Internet" of the lab; other addresses are forbidden targets.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

LAB_NETWORK = "127.25.0.0/16"
TOP = "example"
DNS_SERVER = "127.25.255.2"         # NSD
FAILING_DNS_SERVER = "127.25.255.3"  # answers SERVFAIL to everything
SILENT_DNS_SERVER = "127.25.255.4"   # reads and never answers

STARTTLS = ("yes", "no", "454", "502", "garbage", "reset", "hang")
BANNERS = ("ok", "421", "554", "silence", "slow")
DNS_FAULTS = ("", "wrong-ds", "expired-signatures", "servfail", "timeout", "nxdomain")


@dataclass(frozen=True)
class Host:
    """One mail server and its faults. Fields below `listens` can be changed while it runs (Lab.change).

    `tlsa` holds records as "usage selector matching", computed from the certificate (usage 0 and 2: from its issuer);
    with " mismatch" behind they are computed from a stranger's; with hex digits behind they are taken as they are.
    "servfail" makes the look-up of all of them fail.
    """
    name: str = "mx"
    address: str = ""                   # none: the name has no address
    alias: str = ""                     # what the MX record says instead: a CNAME for `name`
    target: str = ""                    # of a CNAME at `name`, in another zone, whose row must give it the address
    tlsa: tuple[str, ...] = ()
    port: int = 25
    listens: bool = True
    banner: str = "ok"
    banner_delay: float = 0.0           # seconds
    starttls: str = "yes"
    certificate: str = "good"           # a kind of certificates.KINDS
    key: str = "ecdsa-256"              # a type of certificates.KEYS
    tls_min: str = "1.2"
    tls_max: str = "1.3"
    ciphers: str = ""                   # OpenSSL's list, for TLS 1.2 and older
    group: str = ""                     # the only elliptic curve or finite field (smtp_server.FINITE_FIELDS)
    close_at: str = ""                  # a verb: the server hangs up when it hears it
    replies: tuple[tuple[str, str], ...] = ()  # verb and the reply it gets instead, as ("RCPT", "451 4.7.1 Greylisted")

    def __post_init__(self) -> None:
        for value, allowed in ((self.starttls, STARTTLS), (self.banner, BANNERS)):
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


DOMAINS: tuple[Domain, ...] = (
    domain("dane.example", host(1, **DANE), about="DNSSEC, TLSA 3 1 1 matches"),
    domain("dane-ta.example", host(2, **records("2 0 1")), about="DNSSEC, TLSA 2 0 1 names the intermediate CA"),
    domain("implicit.example", host(3, certificate="self-signed", **DANE), implicit=True, about="no MX, TLSA matches, self-signed"),
    domain("cname-mx.example", host(4, alias="mail", **DANE), about="the MX name is a CNAME; TLSA at its target matches"),
    domain("fickle.example", host(5, **DANE), about="DANE at first; tests take its TLS away"),
    domain("tlsa-mismatch.example", host(6, **records("3 1 1 mismatch")), about="TLSA of another key"),
    domain("tlsa-servfail.example", host(7, tlsa=("servfail",)), about="the TLSA look-up fails"),
    domain("insecure-mx.example", mx=("10 mx.dane.example",), signed=False, about="unsigned; its MX is the host of dane.example"),
    domain("pkix.example", host(10), signed=False, about="no DNSSEC, good CA certificate"),
    domain("expired.example", host(11, certificate="expired"), signed=False, about="certificate expired"),
    domain("not-yet-valid.example", host(12, certificate="not-yet-valid"), signed=False, about="certificate of next month"),
    domain("self-signed.example", host(13, certificate="self-signed"), signed=False, about="self-signed certificate"),
    domain("wrong-name.example", host(14, certificate="wrong-name"), signed=False, about="certificate of another name"),
    domain("missing-intermediate.example", host(15, certificate="missing-intermediate"), signed=False,
           about="sends its own certificate alone"),
    domain("unknown-root.example", host(16, certificate="unknown-root"), signed=False, about="CA that nobody trusts"),
    domain("plaintext.example", host(20, starttls="no"), signed=False, about="no STARTTLS"),
    domain("starttls-454.example", host(21, starttls="454"), signed=False, about="offers STARTTLS, answers it with 454"),
    domain("old-tls.example", host(22, tls_min="1.0", tls_max="1.0", key="rsa-2048"), signed=False, about="TLS 1.0 only"),
    domain("rsa-1024.example", host(50, key="rsa-1024", **DANE), about="DANE, but with an RSA key of 1024 bits"),
    domain("rsa-2048.example", host(51, key="rsa-2048", **DANE), about="DANE with an RSA key of 2048 bits"),
    domain("rsa-3072.example", host(52, key="rsa-3072", **DANE), about="DANE with an RSA key of 3072 bits"),
    domain("sha1.example", host(53, certificate="sha1"), signed=False, about="CA certificate signed with SHA-1"),
    domain("tls11.example", host(54, tls_min="1.0", tls_max="1.1", key="rsa-3072"), signed=False, about="TLS 1.1 at most"),
    domain("tls12.example", host(55, tls_max="1.2"), signed=False, about="TLS 1.2 at most, with good suites"),
    domain("static-rsa.example", host(56, tls_max="1.2", key="rsa-3072", ciphers="AES128-SHA:@SECLEVEL=0"), signed=False,
           about="TLS 1.2 without forward secrecy"),
    domain("cbc.example", host(57, tls_max="1.2", ciphers="ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0"), signed=False,
           about="TLS 1.2 with a CBC suite"),
    domain("null-cipher.example", host(58, tls_max="1.2", ciphers="ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"), signed=False,
           about="TLS 1.2 that encrypts nothing"),
    domain("ffdhe2048.example", host(59, tls_max="1.2", key="rsa-3072", group="ffdhe2048",
                                     ciphers="DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0"), signed=False, about="DHE with ffdhe2048"),
    domain("ffdhe3072.example", host(60, tls_max="1.2", key="rsa-3072", group="ffdhe3072",
                                     ciphers="DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0"), signed=False, about="DHE with ffdhe3072"),
    domain("p224.example", host(61, tls_max="1.2", key="rsa-3072", group="secp224r1",
                                ciphers="ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0"), signed=False, about="ECDHE with secp224r1 alone"),
    domain("p224-key.example", host(62, tls_max="1.2", key="ecdsa-224"), signed=False, about="a key on secp224r1"),
    domain("weak-second.example", host(63, name="mx10", **DANE), host(64, name="mx20", key="rsa-1024", **DANE),
           about="second MX with an RSA key of 1024 bits"),
    domain("all-wrong.example", host(65, certificate="wrong-name", key="rsa-1024", tls_max="1.2", ciphers="AES128-SHA:@SECLEVEL=0"),
           signed=False, about="wrong name, weak key and weak suite at once"),
    domain("two-mx.example", host(23, name="mx10", starttls="no"), host(24, name="mx20", **DANE),
           about="best MX plaintext, second one DANE"),
    domain("busy.example", host(30, banner="421"), signed=False, about="greets with 421"),
    domain("silent.example", host(31, banner="silence"), signed=False, about="accepts and never speaks"),
    domain("refused.example", host(32, listens=False), signed=False, about="nobody listens"),
    domain("null-mx.example", null_mx=True, about="accepts no mail (RFC 7505)"),
    domain("no-address.example", Host(), about="its MX host has no address"),
    domain("nxdomain.example", fault="nxdomain", about="does not exist"),
    domain("bogus.example", host(40, **DANE), fault="wrong-ds", about="DNSSEC broken: DS of another key"),
    domain("stale.example", host(41, **DANE), fault="expired-signatures", about="DNSSEC broken: signatures expired"),
    domain("servfail.example", signed=False, fault="servfail", about="its name server answers SERVFAIL"),
    domain("timeout.example", signed=False, fault="timeout", about="its name server never answers"),
    sts_domain("sts-enforce", 1, about="MTA-STS enforce, all in order"),
    sts_domain("sts-wildcard", 2, mx=("*.sts-wildcard.example",), about="MTA-STS enforce by a wildcard"),
    sts_domain("sts-testing", 3, mode="testing", mx=("elsewhere.example",), about="MTA-STS testing, names another server"),
    sts_domain("sts-none", 4, mode="none", about="MTA-STS none"),
    sts_domain("sts-mx-mismatch", 5, mx=("elsewhere.example", "*.mx.sts-mx-mismatch.example"), about="enforce, names other servers"),
    sts_domain("sts-mx-expired", 6, Host(address="127.25.2.6", certificate="expired"), about="enforce, its server's certificate expired"),
    sts_domain("sts-mx-plaintext", 7, Host(address="127.25.2.7", starttls="no"), about="enforce, its server has no STARTTLS"),
    sts_domain("sts-bad-cert", 8, web={"certificate": "expired"}, about="certificate of the policy host expired"),
    sts_domain("sts-wrong-name", 9, web={"certificate": "wrong-name"}, about="certificate of the policy host for another name"),
    sts_domain("sts-self-signed", 10, web={"certificate": "self-signed"}, about="policy host self-signed"),
    sts_domain("sts-redirect", 11, web={"status": 301, "location": "https://mta-sts.sts-enforce.example/.well-known/mta-sts.txt"},
               about="policy host redirects to a good policy"),
    sts_domain("sts-missing", 12, web={"status": 404}, about="policy host answers 404"),
    sts_domain("sts-two-records", 13, ids=("1", "2"), about="two TXT records"),
    sts_domain("sts-no-record", 14, ids=(), about="policy host without a TXT record"),
    sts_domain("sts-huge", 15, web={"padding": 70000}, about="policy of more than 64 KiB"),
    sts_domain("sts-slow", 16, web={"delay": 60.0}, about="policy host answers after a minute"),
    sts_domain("sts-html", 17, web={"content_type": "text/html"}, about="policy as text/html"),
    sts_domain("sts-garbage", 18, web={"policy": "<html>Not here</html>"}, about="policy that breaks the grammar"),
    sts_domain("sts-close", 19, web={"close_at": "connect"}, about="policy host hangs up"),
    sts_domain("sts-cut", 20, web={"close_at": "body"}, about="policy host hangs up within the policy"),
    sts_domain("sts-dane", 21, Host(address="127.25.2.21", certificate="self-signed", **DANE), signed=True,
               about="DANE matches, certificate fails enforce: DANE decides"),
    sts_domain("sts-with-dane-mismatch", 22, Host(address="127.25.2.22", **records("3 1 1 mismatch")), signed=True,
               about="enforce is met, TLSA of another key: never rescued"),
    sts_domain("sts-with-dane-servfail", 23, Host(address="127.25.2.23", tlsa=("servfail",)), signed=True,
               about="enforce is met, the TLSA look-up fails"),
    sts_domain("sts-dns-failure", 24, text=("_mta-sts.sts-dns-failure.example. NS ns-servfail.example.",),
               about="the TXT look-up fails"),
    sts_domain("sts-private", 25, web={"address": "10.0.0.1", "listens": False}, about="policy host at 10.0.0.1"),
    sts_domain("sts-fickle", 26, about="MTA-STS enforce at first; tests change it"),
    domain("sts-neighbour.example", mx=("10 mx.sts-enforce.example",), signed=False, about="no policy, on the server of sts-enforce"),
    domain("cname-out.example", Host(address="127.25.4.1", target="mx.cname-target.example", **DANE),
           about="signed; the MX host is a CNAME into an unsigned zone; TLSA at its own name matches"),
    domain("cname-target.example", signed=False, text=("mx.cname-target.example. A 127.25.4.1",
           "mx3.cname-target.example. A 127.25.4.3", "tlsa.cname-target.example. TLSA 3 1 1 " + "00" * 32),
           about="unsigned; what CNAMEs of others lead to"),
    domain("cname-out-mismatch.example", Host(address="127.25.4.3", target="mx3.cname-target.example", **records("3 1 1 mismatch")),
           about="as cname-out, with the TLSA of another key"),
    domain("nta.example", Host(address="127.25.4.10", **DANE), text=(nta_text("nta.example"),),
           about="DANE and a valid NTA 7516 record"),
    domain("nta-hosts.example", Host(address="127.25.4.11", **DANE), Host(name="nta", address="127.25.4.12", **DANE),
           Host(name="bad", address="127.25.4.13", starttls="no"), mx=("10 mx.nta-hosts.example",),
           text=(nta_text("nta-hosts.example", "ntamx=10 nta.nta-hosts.example", "ntamx=20 bad.nta-hosts.example"),),
           about="DANE; an NTA 7516 record with hosts of its own, of which one has no TLS"),
    domain("nta-expired.example", Host(address="127.25.4.14", **DANE), text=(nta_text("nta-expired.example", end="2020-12"),),
           about="DANE and an NTA 7516 record of the past"),
    domain("nta-unsigned.example", Host(address="127.25.4.15"), signed=False, text=(nta_text("nta-unsigned.example"),),
           about="a valid NTA 7516 record that nobody signed"),
    domain("tlsa-out.example", Host(address="127.25.4.16"),
           text=("_25._tcp.mx.tlsa-out.example. CNAME tlsa.cname-target.example.",),
           about="signed; the TLSA name is a CNAME into an unsigned zone"),
    domain("private.example", Host(address="10.0.0.1", listens=False), signed=False, about="MX at 10.0.0.1"),
    domain("loopback.example", Host(address="127.99.0.1"), signed=False, about="MX at 127.99.0.1, outside the lab network"),
)
