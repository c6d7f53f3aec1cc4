# SPDX-License-Identifier: Apache-2.0
"""Certificates as CAs and the MX host name authenticate them (RFC 5280, RFC 6125), where there is no DANE. Each defect has
its own name, and several are all told."""
from row import row

MISMATCH = "certificate-host-mismatch"

TABLE = (
    row("expired", "encrypted", "certificate-expired", why="RFC 5280 §6.1.3(a)(2): dates"),
    row("not-yet-valid", "encrypted", "certificate-not-yet-valid", why="RFC 5280 §6.1.3(a)(2): dates"),
    row("expired-intermediate", "encrypted", "certificate-expired", why="RFC 5280 §6.1.3(a)(2): of each certificate"),
    row("self-signed", "encrypted", "certificate-self-signed", why="RFC 5280 §6.1: no path to a trust anchor"),
    row("missing-intermediate", "encrypted", "certificate-missing-issuer", why="RFC 8446 §4.4.2: the sender must send it"),
    row("unknown-root", "encrypted", "certificate-unknown-root", why="RFC 5280 §6.1.1(d): not our trust anchor"),
    row("unknown-root-sent", "encrypted", "certificate-unknown-root", why="RFC 5280 §6.1.1(d): that a root is sent makes it no anchor"),
    row("root-sent", "pkix", why="RFC 8446 §4.4.2: a root may be sent, or not"),
    row("disordered", "pkix", why="RFC 8446 §4.4.2: be ready for any order behind the leaf"),
    row("false-authority", "encrypted", "certificate-not-trusted", why="RFC 5280 §4.2.1.9: without cA=TRUE no CA"),
    row("client-only", "encrypted", "certificate-not-trusted", why="RFC 5280 §4.2.1.12: for TLS clients alone"),
    row("tampered", "encrypted", "certificate-not-trusted", why="RFC 5280 §6.1.3(a)(1): the signature does not verify"),
    # Names
    row("wrong-name", "encrypted", MISMATCH, why="RFC 6125 §6.4: no identifier matches"),
    row("cn-only", "pkix", why="RFC 6125 §6.4.4: CN where there is no DNS-ID"),
    row("cn-beside-dns-id", "encrypted", MISMATCH, why="RFC 6125 §6.4.4: not CN beside a DNS-ID"),
    row("many-names", "pkix", why="RFC 6125 §6.4: any of them"),
    row("next-hop-name", "encrypted", MISMATCH, why="the level pkix authenticates the MX host"),
    row("wildcard", "pkix", why="RFC 6125 §6.4.3: the leftmost label"),
    row("wildcard-above", "encrypted", MISMATCH, why="RFC 6125 §6.4.3: * is one label"),
    row("wildcard-two-labels", "encrypted", MISMATCH, why="RFC 6125 §6.4.3: * is the leftmost label alone"),
    row("wildcard-partial", "encrypted", MISMATCH, why="RFC 7672 §3.2.3: * is the whole label"),
    row("xn--bcher-kva", "pkix", why="RFC 6125 §6.4.2: A-labels are compared"),
    # Several at once
    row("self-signed-expired", "encrypted", "certificate-self-signed certificate-expired", why="both are told"),
    row("expired-wrong-name", "encrypted", f"certificate-expired {MISMATCH}", why="both are told"),
    row("every-defect", "encrypted", f"certificate-unknown-root certificate-expired {MISMATCH} weak-key weak-signature",
        grade="insufficient", why="all are told, those of the level first"),
)
