# SPDX-License-Identifier: Apache-2.0
"""DANE for SMTP (RFC 6698, 7671, 7672). A usable secure record must authenticate the server or nothing is delivered:
forbidden. Records that cannot be used promise TLS and no more. A look-up that fails tells nothing: unknown."""
from row import row

INVALID = "tlsa-invalid"
EE = "RFC 7672 §3.1.1: usage 3 asks for the key alone"
TA = "RFC 7672 §3.1.2, §3.2.2: usage 2 asks for chain, dates and name"
UNUSABLE = "RFC 7672 §2.2.3: TLS is promised, nothing to authenticate by"
FORM = "RFC 7672 §3.1.1: selectors 0 and 1, matching types 0 to 2"
PROMISE = "RFC 7672 §2.2.3: with secure TLSA records never in clear"
FAILED = "RFC 7672 §2.1.2: a failed look-up delays, it does not lower"
ENDS_SOONER = "posttls-finger ends at the first server that answers; delivery goes on to the next (RFC 7672 §2.2)"

TABLE = (
    row("dane", "dane", why=EE),
    row("dane-ta", "dane", why=TA),
    row("implicit", "dane", why="RFC 7672 §2.2.2: the domain itself is the TLSA base domain"),
    *(row(f"dane-{form}", "dane", why=FORM) for form in ("301", "312", "302", "300", "310", "211", "212", "202")),
    row("dane-200", "dane", why="RFC 6698 §2.1.3: the whole certificate"),
    row("dane-ed25519", "dane", why="RFC 8410: SubjectPublicKeyInfo of an Ed25519 key"),
    *(row(f"dane-ee-{kind}", "dane", why=EE)
      for kind in ("expired", "not-yet-valid", "wrong-name", "unknown-root", "self-signed-expired", "cn-only")),
    row("dane-ee-sha1", "dane", "weak-signature", grade="insufficient", why=f"{EE}; the guidelines ask for more (¶3.3.5)"),
    # Usage 2
    row("dane-ta-root", "dane", why=TA),
    row("dane-ta-private", "dane", why="RFC 7671 §5.2: the record is the trust anchor, no other is asked for"),
    row("dane-ta-expired-ca", "dane", why="RFC 5280 §6.1.1(d): of a trust anchor, name and key count; its dates do not"),
    row("dane-ta-wildcard", "dane", why="RFC 7672 §3.2.3: * as whole leftmost label"),
    row("dane-ta-cn-only", "dane", why="RFC 7672 §3.2.3: CN where there is no DNS-ID"),
    row("dane-ta-next-hop", "dane", why="RFC 7672 §3.2.2: the next hop's name counts behind a secure MX"),
    row("dane-ta-root-not-sent", "forbidden", INVALID, dane="mismatch", why="RFC 7672 §3.1.2: the TA must be in the chain that is sent"),
    row("dane-ta-not-sent", "forbidden", INVALID, dane="mismatch", why="RFC 7672 §3.1.2: the TA must be in the chain that is sent"),
    row("dane-ta-wrong-name", "forbidden", INVALID, dane="mismatch", why=TA),
    row("dane-ta-expired", "forbidden", INVALID, dane="mismatch", why=TA),
    row("dane-ta-mismatch", "forbidden", INVALID, dane="mismatch", why="RFC 7672 §3.2: another CA"),
    row("dane-ta-of-leaf", "forbidden", INVALID, dane="mismatch", why="RFC 7671 §5.2: usage 2 is for issuers, not for the server itself"),
    row("dane-ta-sha1", "forbidden", f"{INVALID} weak-signature", dane="mismatch",
        why=f"{TA}; Postfix authenticates at OpenSSL's security level 1, which refuses SHA-1"),
    # Records that cannot be used
    row("dane-usage-0", "pkix", dane="unusable", why=f"RFC 7672 §3.1.3: not for SMTP. {UNUSABLE}"),
    row("dane-usage-1", "pkix", dane="unusable", why=f"RFC 7672 §3.1.3: not for SMTP. {UNUSABLE}"),
    row("dane-usage-4", "pkix", dane="unusable", why=UNUSABLE),
    row("dane-short", "pkix", dane="unusable", why=f"RFC 6698 §2.1.3: SHA-256 has 32 octets. {UNUSABLE}"),
    row("dane-long", "pkix", dane="unusable", why=f"RFC 6698 §2.1.3: SHA-256 has 32 octets. {UNUSABLE}"),
    row("dane-selector-7", "pkix", dane="unusable", why=UNUSABLE),
    row("dane-matching-9", "pkix", dane="unusable", why=UNUSABLE),
    row("dane-unusable-self-signed", "encrypted", "certificate-self-signed", dane="unusable", why=UNUSABLE),
    row("dane-unusable-plaintext", "forbidden", "starttls-not-supported", why=PROMISE),
    row("dane-unusable-beside", "dane", why="RFC 7671 §4: unusable records are passed over"),
    row("dane-unusable-beside-wrong", "forbidden", INVALID, dane="mismatch", why="RFC 7672 §3.2: one usable record must match"),
    # Several records
    row("dane-rollover", "dane", why="RFC 7671 §8.1: the old key beside the new"),
    row("dane-rollover-ta", "dane", why="RFC 7671 §8.4: the old key beside the CA"),
    row("dane-two-wrong", "forbidden", INVALID, dane="mismatch", why="RFC 7672 §3.2: none matches"),
    row("tlsa-mismatch", "forbidden", INVALID, dane="mismatch", why="RFC 7672 §3.2: none matches"),
    row("dane-strong-digest-right", "dane", why="RFC 7671 §9: of one usage and selector the strongest digest alone"),
    row("dane-strong-digest-wrong", "forbidden", INVALID, dane="mismatch", why="RFC 7671 §9: a weaker digest does not rescue"),
    row("dane-digests-of-two-selectors", "dane", why="RFC 7671 §9: each selector has its own strongest digest"),
    # A server that does not keep the promise, or cannot be asked
    row("dane-plaintext", "forbidden", "starttls-not-supported", why=PROMISE),
    row("dane-502", "forbidden", "starttls-refused", why=PROMISE),
    row("dane-old-tls", "forbidden", "old-protocol weak-cipher", why=f"{PROMISE}; TLS 1.1 is none (RFC 8996)"),
    row("dane-454", "unknown", "starttls-refused", why="RFC 3207 §4: 454 is temporary, also with DANE"),
    row("dane-busy", "unknown", "busy", why="RFC 5321 §3.8: 421 is about now, also with DANE"),
    # The look-up
    row("tlsa-servfail", "unknown", "dns-failure", why=FAILED),
    row("tlsa-timeout", "unknown", "dns-failure|timeout", why=FAILED),
    row("tlsa-bogus", "unknown", "dnssec-invalid", dane="bogus", why=FAILED),
    row("tlsa-cname", "dane", why="RFC 7672 §2.2.3: a CNAME at the TLSA name is followed, the base domain stays"),
    row("tlsa-cname-insecure", "pkix", dane="insecure", why="RFC 7672 §2.2.3: all links must be secure; without DANE no fault"),
    row("unsigned-tlsa", "pkix", dane="insecure", why="RFC 7672 §2.2.2: no TLSA behind an insecure address"),
    row("insecure-mx", "pkix", dane="verified", why="RFC 7672 §2.2.1: the server is authenticated, the domain is not"),
    row("insecure-mx-mismatch", "forbidden", INVALID, dane="mismatch", why="RFC 7672 §2.2.1: a failing TLSA fails, whatever led there"),
    # Several servers
    row("dane-first-wrong", "dane", dane="mismatch", why="RFC 7672 §2.2: the failing server is as unreachable", postfix="forbidden",
        differs=ENDS_SOONER),
    row("dane-first-tlsa-servfail", "dane", why="RFC 7672 §2.1.2: as unreachable, next MX", dane="unchecked"),
    row("dane-second-none", "pkix", dane="verified", why="RFC 5321 §5.1: mail can end at the weakest", postfix="dane",
        differs="posttls-finger asks the best server alone"),
    row("dane-wrong-and-busy", "unknown", "busy", dane="mismatch", why="design: a server is left that may yet be good", postfix="forbidden",
        differs=ENDS_SOONER),
)
