# SPDX-License-Identifier: Apache-2.0
"""DNS: names that lead nowhere, to the wrong place or in circles, and zones that fail (RFC 4035, 5321 §5.1, 7505). What
fails or is bogus is unknown; only a proven absence is an answer."""
from row import row

TABLE = (
    row("nxdomain", "no-mail", "no-such-domain", why="RFC 5321 §5.1: no such domain is final"),
    row("null-mx", "no-mail", "null-mx", why="RFC 7505 §3"),
    row("null-mx-beside", "pkix", why="RFC 7505 §3: must not stand beside others; these are real", postfix="no-mail",
        differs="Postfix takes any MX without a name for a null MX, and bounces"),
    row("implicit-pkix", "pkix", why="RFC 5321 §5.1: without MX the domain is its own server"),
    row("nothing-there", "unknown", "no-address", why="RFC 5321 §5.1: nowhere to go, which may yet be mended"),
    row("twice", "pkix", why="RFC 5321 §5.1: one server, however often it stands there"),
    row("no-address", "unknown", "no-address", why="RFC 5321 §5.1: the only server has no address"),
    row("dangling-mx", "unknown", "no-address", why="RFC 5321 §5.1: the only server has no address"),
    row("mx-of-nxdomain", "unknown", "no-address", why="RFC 5321 §5.1: the only server has no address"),
    row("dangling-first", "pkix", why="RFC 5321 §5.1: on to the next"),
    row("mx-literal", "unknown", "no-address", why="RFC 5321 §5.1: an MX is a name (Postfix warns, and tries)"),
    row("mx-literal-first", "pkix", why="RFC 5321 §5.1: on to the next"),
    row("mx-mixed-public", "pkix", why="RFC 1918: not one packet into our own network; on to the next"),
    # Aliases
    row("cname-mx", "dane", why="RFC 7672 §2.2.2: records at the expanded name"),
    row("alias-chain", "dane", why="RFC 7672 §2.2.2: records at the end of the chain"),
    row("mx-alias-loop", "unknown", "dns-failure|no-address", why="RFC 1034 §3.6.2: a circle has no end"),
    row("cname-to-unsigned", "encrypted", "certificate-host-mismatch", dane="none",
        why="RFC 7672 §2.2.2: no TLSA at the first name; the certificate must name the MX"),
    row("cname-out", "dane", why="RFC 7672 §2.2.2: behind an insecure expansion, records at the name itself"),
    row("cname-out-mismatch", "forbidden", "tlsa-invalid", dane="mismatch", why="RFC 7672 §2.2.2: they count, so they must match"),
    row("cname-target", "unknown", "no-address", why="RFC 5321 §5.1: its names have addresses, it has none"),
    row("cname-to-signed", "encrypted", "certificate-host-mismatch", dane="insecure",
        why="RFC 7672 §2.2.2: an insecure link is enough; the certificate must name the MX"),
    row("mx-elsewhere", "dane", why="RFC 7672 §2.2.1: a secure MX leads to whom it names"),
    row("mx-elsewhere-unsigned", "pkix", dane="insecure", why="RFC 7672 §2.2.2: the server's own zone decides about DANE"),
    row("tlsa-out", "pkix", dane="insecure", why="RFC 7672 §2.2.3: all links to the records must be secure"),
    # NTA 7516: the record says who takes part; the level is that of the MX hosts
    row("nta", "dane", why="NTA 7516: a record beside DANE"),
    row("nta-hosts", "dane", why="NTA 7516: its hosts do not change the level, whatever they are"),
    row("nta-expired", "dane", why="NTA 7516: a record of the past is none"),
    row("nta-unsigned", "pkix", why="NTA 7516: a record without DNSSEC is none"),
    # Zones that fail
    row("bogus", "unknown", "dnssec-invalid", why="RFC 4035 §5.5: bogus is no answer; RFC 7672 §2.1.2: delay"),
    row("stale", "unknown", "dnssec-invalid", why="RFC 4035 §5.3.1: signatures expired"),
    row("servfail", "unknown", "dns-failure", why="RFC 5321 §5.1: temporary"),
    row("timeout", "unknown", "timeout|dns-failure", why="RFC 5321 §5.1: temporary"),
    row("mx-servfail", "unknown", "dns-failure", why="RFC 7672 §2.1.2: the host is as unreachable"),
    row("mx-timeout", "unknown", "timeout|dns-failure", why="RFC 7672 §2.1.2: the host is as unreachable"),
    row("mx-bogus", "unknown", "dnssec-invalid", dane="bogus", why="RFC 7672 §2.1.2: the host is as unreachable"),
    row("mx-servfail-first", "pkix", why="RFC 5321 §5.1: on to the next"),
)
